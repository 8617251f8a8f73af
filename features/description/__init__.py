"""What a portfolio looks like: the figures that a person reads before trusting it."""
