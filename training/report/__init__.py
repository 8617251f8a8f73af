"""The validation pack: all that a validator needs to sign a version, as numbers."""
