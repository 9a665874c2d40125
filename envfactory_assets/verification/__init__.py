"""Probes that execute an environment, the evidence they leave, and the verdict."""
