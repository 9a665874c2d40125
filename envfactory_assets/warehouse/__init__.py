"""DuckDB: connections, locks, partition writes, bookkeeping, the published copy."""

from envfactory_assets.warehouse.bookkeeping import Books, PartitionState
from envfactory_assets.warehouse.database import domain_lock, instance_lock, query_published
from envfactory_assets.warehouse.errors import StaleInputError, WarehouseError
from envfactory_assets.warehouse.home import Home
from envfactory_assets.warehouse.incremental import INTERNAL_ERROR, Progress, StageResult, Unit, run_units
from envfactory_assets.warehouse.models import SqlModel, build_partition, load_models
from envfactory_assets.warehouse.models import is_current as is_model_current
from envfactory_assets.warehouse.publishing import publish
from envfactory_assets.warehouse.store import StageOutput, Warehouse, frame_version

__all__ = [
    "INTERNAL_ERROR",
    "Books",
    "Home",
    "PartitionState",
    "Progress",
    "SqlModel",
    "StageOutput",
    "StageResult",
    "StaleInputError",
    "Unit",
    "Warehouse",
    "WarehouseError",
    "build_partition",
    "domain_lock",
    "frame_version",
    "instance_lock",
    "is_model_current",
    "load_models",
    "publish",
    "query_published",
    "run_units",
]
