"""Learns when invoices are paid, and measures it out of time."""
