"""The environments written by hand, played."""
