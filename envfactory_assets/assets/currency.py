"""Whether a domain needs a run at all: an unchanged one is told from the books, without starting Dagster's machinery."""

from envfactory_assets.assets import audits
from envfactory_assets.assets.factory import Factory
from envfactory_assets.assets.stages import LINE, is_current
from envfactory_assets.records import TABLES, Rejection
from envfactory_assets.records.base import EVERYWHERE
from envfactory_assets.warehouse import is_model_current, load_models


def is_up_to_date(domain: str, factory: Factory) -> bool:
    """Whether every stage, audit and model of a domain was made from exactly what it would be made from now."""
    return (
        all(is_current(stage, units, domain if stage.partitioned else EVERYWHERE, factory) for stage, units in LINE.values())
        and all(
            audits.is_sound(factory.warehouse, name, domain if record.partitioned else EVERYWHERE)
            for name, record in TABLES.items()
            if record is not Rejection
        )
        and all(is_model_current(factory.home, model, domain) for model in load_models())
    )
