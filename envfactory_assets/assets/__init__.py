"""Dagster: one module a stage, and the IO manager, partitions, checks, schedules, sensors and automation they share."""
