"""The runtime of environments."""
