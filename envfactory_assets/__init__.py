"""EnvFactory: verified tool environments and training data from real API documents, as a Dagster asset graph."""
