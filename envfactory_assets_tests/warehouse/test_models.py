import pytest

from envfactory_assets.warehouse import WarehouseError, build_partition, load_models, publish, query_published
from envfactory_assets.warehouse import models as sql_models
from envfactory_assets_tests.warehouse.conftest import output, resource


def test_every_model_comes_after_the_models_it_reads():
    seen = set()
    names = {model.name for model in load_models()}
    for model in load_models():
        assert names.intersection(model.inputs) <= seen
        seen.add(model.name)


def test_every_model_builds_on_an_empty_warehouse(home, warehouse):
    for model in load_models():
        state, _ = build_partition(home, model, "commerce", run_id="r")
        assert state.row_count == 0, model.name


def test_a_model_is_rebuilt_only_when_an_input_changed(home, warehouse):
    warehouse.write(output(resource("a")))
    models = {model.name: model for model in load_models()}
    assert build_partition(home, models["domain_summary"], "commerce", run_id="r")[1]
    assert not build_partition(home, models["domain_summary"], "commerce", run_id="r")[1]
    warehouse.write(output(resource("a"), resource("b")))
    assert build_partition(home, models["domain_summary"], "commerce", run_id="r")[1]
    publish(home)
    assert query_published(home, "SELECT domain, resources FROM domain_summary").fetchall() == [("commerce", 2)]


@pytest.mark.parametrize(
    ("sql", "message"),
    [("SELECT FROM WHERE", "not valid SQL"), ("SELECT domain FROM no_such_table", "reads 'no_such_table', which is no table")],
)
def test_a_wrong_model_file_is_named(tmp_path, monkeypatch, sql, message):
    (tmp_path / "marts").mkdir()
    (tmp_path / "marts" / "wrong.sql").write_text(sql)
    monkeypatch.setattr(sql_models, "bundled", lambda _name: tmp_path)
    with pytest.raises(WarehouseError, match=message):
        load_models()
