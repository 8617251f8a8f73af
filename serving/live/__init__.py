"""Buyers assessed from the store, as of the moment of the call."""
