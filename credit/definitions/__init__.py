"""Versioned definitions of outcomes."""
