"""Training files in the formats that trainers read, each in a folder of its own with a manifest; all or nothing."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args

import orjson

from envfactory_assets.records import RlTask, SftConversation
from envfactory_assets.training.formats import WRITERS

ExportFormat = Literal["llamafactory", "verl", "openai", "trl"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
Settings = dict[str, Any]


class ExportError(ValueError):
    """An export that cannot be made; one line says why."""


def export(
    form: ExportFormat, folder: Path, *, conversations: Sequence[SftConversation], tasks: Sequence[RlTask], settings: Settings
) -> Path:
    """Write one export, all or nothing.

    Args:
        form: which trainer it is for.
        folder: where it goes; replaced if it is an earlier export, refused if it holds anything else.
        conversations: rows of ``training_ready_sft``.
        tasks: rows of ``training_ready_rl``.
        settings: the settings of the run, for the manifest.

    Returns:
        The manifest's path.

    Raises:
        ExportError: an unknown format, no rows to write, or a folder that cannot be replaced or written to.
    """
    if form not in WRITERS:
        raise ExportError(f"There is no format {form!r}; use one of {', '.join(EXPORT_FORMATS)}.")
    if not conversations and not tasks:
        raise ExportError("There is nothing to export: no training-ready rows. Run `envfactory run` first.")
    if folder.exists() and not (folder / "manifest.json").is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportError(f"{folder} exists and is no earlier export. Choose another folder.")
    by_id = sorted(conversations, key=lambda row: row.trajectory_id), sorted(tasks, key=lambda row: row.task_id)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise ExportError(f"Cannot write to {folder.parent}: {error.strerror}.") from error
    try:
        WRITERS[form](temporary, *by_id)
        manifest = _manifest(form, temporary, *by_id, settings=settings)
        (temporary / "manifest.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
        _replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder / "manifest.json"


def _replace(temporary: Path, folder: Path) -> None:
    temporary.chmod(0o755)
    if folder.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
        folder.replace(old / "was")
        temporary.replace(folder)
        shutil.rmtree(old)
    else:
        temporary.replace(folder)


def _manifest(
    form: ExportFormat, folder: Path, conversations: Sequence[SftConversation], tasks: Sequence[RlTask], *, settings: Settings
) -> dict[str, Any]:
    rows: list[SftConversation | RlTask] = [*conversations, *tasks]
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        "format": form,
        "settings": settings,
        "files": {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files},
        "counts": {"conversations": _by_split(conversations), "tasks": _by_split(tasks)},
        "rows_sha256": sha256("\n".join(row.row_sha256() for row in rows).encode()).hexdigest(),
        "runtime_versions": sorted({row.runtime_version for row in rows}),
        "generator_versions": sorted({row.generator_version for row in rows}),
        "reward_versions": sorted({row.reward_version for row in rows}),
        "env_code_sha256s": {env_id: code for row in rows for env_id, code in zip(row.env_ids, row.env_code_sha256s, strict=True)},
    }


def _by_split(rows: Iterable[SftConversation | RlTask]) -> dict[str, int]:
    return dict(sorted(Counter(row.split for row in rows).items()))
