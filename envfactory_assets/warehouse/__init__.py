"""DuckDB: connections, locks, partition writes, bookkeeping, the published copy."""
