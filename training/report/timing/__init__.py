"""The validation pack of a timing model."""
