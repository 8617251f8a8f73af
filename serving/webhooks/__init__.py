"""Events for the seller's system."""
