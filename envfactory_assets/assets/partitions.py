"""The partitions of every asset: the domains that ``domains.yaml`` names. Nothing else belongs here."""

import dagster as dg

from envfactory_assets.corpus import domains

DOMAINS = dg.StaticPartitionsDefinition(sorted(domains()))
