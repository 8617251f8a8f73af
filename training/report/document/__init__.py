"""A pack of numbers as one printable page."""
