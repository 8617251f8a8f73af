"""What was known about a buyer at a moment: facts in, feature values out."""
