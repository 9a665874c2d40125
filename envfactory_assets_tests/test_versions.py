import subprocess
import sys

from envfactory_assets import versions
from envfactory_assets.environments import runtime_version
from envfactory_assets.versions import package_version


def test_a_version_is_the_same_in_another_process():
    script = "from envfactory_assets.versions import package_version; print(package_version('envfactory_assets.records'))"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "3"})
    assert other.stdout.strip() == package_version("envfactory_assets.records")


def test_a_stage_depends_on_what_its_package_imports_and_on_nothing_else():
    modules = versions._closure(["envfactory_assets.warehouse"])
    assert "envfactory_assets.records.schema" in modules
    assert not any(module.startswith("envfactory_assets.training") for module in modules)


def test_a_re_exported_name_leads_to_the_module_that_defines_it():
    assert versions._origin("envfactory_assets.records", "Chain") == "envfactory_assets.records.graph"


def test_a_changed_data_file_changes_the_version(tmp_path):
    file = tmp_path / "words.yaml"
    file.write_text("a: 1")
    before = package_version("envfactory_assets.records", files=(tmp_path,))
    file.write_text("a: 2")
    versions.package_version.cache_clear()
    assert package_version("envfactory_assets.records", files=(tmp_path,)) != before


def test_data_files_beside_the_modules_count():
    folder = versions._file_of("envfactory_assets.graph.words").parent
    assert folder / "words.yaml" in versions._data_beside(folder)


def test_what_is_left_out_does_not_count():
    whole, part = "envfactory_assets.environments", "envfactory_assets.environments.serving"
    assert package_version(whole, without=(part,)) == runtime_version() != package_version(whole)
