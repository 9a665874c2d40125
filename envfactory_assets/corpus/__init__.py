"""Reading resources: one adapter a format, the sources they come from, and the packing of the bundled extracts."""
