"""``envfactory export``: the published training rows as training files."""

from collections.abc import Sequence
from pathlib import Path

import orjson
from rich.console import Console

from envfactory_assets.console.errors import UserError
from envfactory_assets.console.published import published_rows
from envfactory_assets.corpus import domains as known_domains
from envfactory_assets.records import RlTask, SftConversation
from envfactory_assets.training.exports import ExportError, ExportFormat, export
from envfactory_assets.warehouse import Home


def export_rows(home: Home, form: ExportFormat, folder: Path, domains: Sequence[str], console: Console) -> None:
    """Write the training rows of some domains, or of all, and print what was written.

    Raises:
        UserError: an unknown domain, nothing to export, or a folder that cannot be written.
    """
    unknown = sorted(set(domains) - set(known_domains()))
    if unknown:
        raise UserError(f"Unknown domain {', '.join(unknown)}. Choose from: {', '.join(sorted(known_domains()))}.")
    chosen = list(domains) or sorted(known_domains())
    within = ("domain IN (SELECT unnest(?))", [chosen])
    conversations, tasks = published_rows(home, SftConversation, *within), published_rows(home, RlTask, *within)
    try:
        manifest = export(form, folder, conversations=conversations, tasks=tasks, settings={"domains": chosen})
    except ExportError as error:
        raise UserError(str(error)) from error
    written = orjson.loads(manifest.read_bytes())
    console.print(f"{len(conversations)} conversations and {len(tasks)} tasks were at hand; written to {folder}:", highlight=False)
    for name in sorted(written["files"]):
        console.print(f"  {name}", highlight=False)
