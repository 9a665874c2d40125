"""From a resource to an environment: entities, effects, seeding and code."""
