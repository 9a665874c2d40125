import pytest

from envfactory_assets.records import Rejection, Resource
from envfactory_assets.records.schema import to_frame
from envfactory_assets.warehouse import Home, StageOutput, Warehouse
from envfactory_assets_tests.taking import CATALOGUED


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def warehouse(home):
    return Warehouse(home)


def resource(name="shop", **changes):
    columns = {
        "domain": "commerce",
        "resource_id": name,
        "provider": "example.test",
        "kind": "openapi",
        "title": name,
        "version": "1",
        "source_uri": f"file:{name}",
        "license": "CC0-1.0",
        "content_sha256": "0" * 64,
        "operation_count": 3,
        **CATALOGUED,
        "document": {"paths": {"/a": []}},
        "input_key": f"key-{name}",
    }
    return Resource(**{**columns, **changes})


def output(*rows, stage="resources", domain="commerce", rejections=(), **changes):
    return StageOutput(
        stage=stage, domain=domain, frames={Resource: to_frame(Resource, rows)}, rejections=to_frame(Rejection, rejections), **changes
    )
