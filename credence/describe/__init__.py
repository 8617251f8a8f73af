"""A portfolio's profile as a page."""
