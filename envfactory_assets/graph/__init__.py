"""The tool graph of executed dependencies, the samplers along it and the checker that accepts their chains."""
