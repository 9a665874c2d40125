"""Prompt templates as files: one ``<name>.jinja`` a prompt.

A template with the blocks ``system`` and ``user`` makes two messages; one without blocks is the user message.
A variable that a template needs and does not get is an error, never an empty text.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, select_autoescape

from envfactory_assets.llm.errors import ModelError

FOLDER = Path(__file__).resolve().parent


def prompt_names(folder: Path = FOLDER) -> list[str]:
    """The prompts there are."""
    return sorted(path.stem for path in folder.glob("*.jinja"))


def render_prompt(name: str, variables: Mapping[str, Any], folder: Path = FOLDER) -> list[dict[str, str]]:
    """A prompt as chat messages.

    Raises:
        ModelError: there is no such prompt, or a variable is missing.
    """
    environment = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",)),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    try:
        template = environment.get_template(f"{name}.jinja")
        if "user" not in template.blocks:
            return [{"role": "user", "content": template.render(variables).strip()}]
        roles = [role for role in ("system", "user") if role in template.blocks]
        texts = {role: "".join(template.blocks[role](template.new_context(dict(variables)))).strip() for role in roles}
    except TemplateNotFound as error:
        raise ModelError(f"There is no prompt {name!r} in {folder}; there are: {', '.join(prompt_names(folder)) or 'none'}.") from error
    except TemplateError as error:
        raise ModelError(f"The prompt {name!r} cannot be written: {error}.") from error
    return [{"role": role, "content": text} for role, text in texts.items()]
