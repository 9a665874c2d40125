"""The runtime that environment modules are written against: entities, tables, effects, episodes."""
