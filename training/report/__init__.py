"""The validation pack: what a person needs to know to sign for a model."""
