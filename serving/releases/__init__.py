"""The release that a worker serves: watched, checked, swapped while calls go on, and told by every worker."""
