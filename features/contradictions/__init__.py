"""Facts that are well-formed and cannot all be true: found, told and repaired."""
