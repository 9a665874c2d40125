"""An ordinary wheel, installed elsewhere and used from another folder: everything it needs travels in it."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).resolve().parents[1]

LOOK_AROUND = """
import sys
from pathlib import Path

import envfactory_assets
from envfactory_assets.bundled import bundled
from envfactory_assets.corpus import domains, find_documents, sources
from envfactory_assets.definitions import defs
from envfactory_assets.warehouse import Home, load_models

checkout, installed = Path(sys.argv[1]), Path(sys.prefix).resolve()
assert Path(envfactory_assets.__file__).resolve().is_relative_to(installed), envfactory_assets.__file__
for name in ("domains.yaml", "profiles.yaml", "resources", "environments", "contracts", "lexicons", "dbt_like_sql"):
    assert bundled(name).resolve().is_relative_to(installed), bundled(name)
home = Home.from_environment()
assert home.root == Path.cwd() / "envfactory-home", home.root
assert len(domains()) == 7
for domain in domains():
    held = [each for each in find_documents(sources(), domains(), home.root) if each.domain == domain]
    assert len(held) >= 3, domain
    assert sorted(path.name for path in bundled("resources").rglob("*.json"))
assert {model.name for model in load_models()} >= {"domain_summary", "quality_funnel", "training_manifest"}


def shipped(folder):
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


for name, source in {"resources": "data", "environments": "data", "contracts": "data", "lexicons": "data", "dbt_like_sql": "."}.items():
    assert shipped(bundled(name)) == shipped(checkout / source / name), name
source = {name for name in shipped(checkout / "envfactory_assets") if not name.startswith("_bundled/")}
assert source <= set(shipped(Path(envfactory_assets.__file__).parent)), source - set(shipped(Path(envfactory_assets.__file__).parent))
assert defs.resolve_asset_graph().get_all_asset_keys()
print("all here")
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The interpreter of a fresh environment with the wheel in it; its dependencies are those of the running one."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(CHECKOUT)]
    built = subprocess.run(build, capture_output=True, text=True, check=False)
    if built.returncode and "hatchling" in built.stderr:
        pytest.skip("the build backend cannot be fetched")
    assert built.returncode == 0, built.stderr
    [wheel] = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    packages = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True, check=True
    )
    own = Path(packages.stdout.strip())
    # A line of a .pth file names the folder only: the .pth files inside it, such as that of an editable install, are not followed.
    (own / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return python


def elsewhere(installed, folder, *arguments):
    named = {name: value for name, value in os.environ.items() if not name.startswith(("ENVFACTORY_", "DAGSTER_", "PYTHONPATH"))}
    return subprocess.run([installed, *arguments], cwd=folder, env=named, capture_output=True, text=True, check=False)


def test_the_wheel_finds_all_its_files_from_another_folder_and_writes_below_it(installed, tmp_path):
    result = elsewhere(installed, tmp_path, "-c", LOOK_AROUND, str(CHECKOUT))
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip().endswith("all here")


def test_the_installed_command_answers_in_an_empty_home_with_one_line(installed, tmp_path):
    result = elsewhere(installed, tmp_path, str(installed.parent / "envfactory"), "sql", "SELECT 1")
    assert result.returncode == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Run 'envfactory run' first" in result.stderr
    assert str(tmp_path / "envfactory-home") in result.stderr
