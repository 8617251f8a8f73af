"""The prior of a default model where own defaults are few: population rates, a scorecard, credibility."""
