from pathlib import Path

import pytest

from envfactory_assets.llm import ModelError, prompt_names, render_prompt


def test_a_template_without_blocks_is_the_users_message() -> None:
    assert "repair" in prompt_names()
    assert render_prompt("repair", {"problem": "it is not JSON."})[0]["content"].startswith(
        "Your last answer cannot be used: it is not JSON."
    )


def test_a_missing_variable_is_an_error(prompts: Path) -> None:
    with pytest.raises(ModelError, match="'thing' is undefined"):
        render_prompt("colour", {}, prompts)


def test_a_missing_prompt_is_an_error_that_names_those_there_are(prompts: Path) -> None:
    with pytest.raises(ModelError, match="there are: colour"):
        render_prompt("shade", {}, prompts)
