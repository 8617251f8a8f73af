"""Orders that are checked, kept and decided."""
