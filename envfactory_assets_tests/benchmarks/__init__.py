"""Measurements that are run by hand, each a script that prints one table."""
