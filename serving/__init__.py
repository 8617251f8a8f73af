"""Answers calls and shows officers why."""
