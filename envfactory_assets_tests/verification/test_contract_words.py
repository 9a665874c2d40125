"""Contracts speak of the states that their modules have."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from envfactory_assets.bundled import bundled
from envfactory_assets.environments import describe, load_environment

CONTRACTS = sorted(Path(bundled("contracts")).glob("*/*.py"))


def choices_of(env_id: str, source: str) -> dict[str, set[str]]:
    """The values of a module's fields of choices, by field."""
    found: dict[str, set[str]] = {}
    for entity in describe(load_environment(source, env_id), env_id).entities:
        for field in entity.fields:
            if field.enum:
                found.setdefault(field.name, set()).update(field.enum)
    return found


def said(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """The texts that a contract sets fields to, and compares them with, each with its field."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield str(node.arg), node.value.value
        elif isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute):
            told = [each for side in node.comparators for each in ast.walk(side) if isinstance(each, ast.Constant)]
            yield from ((node.left.attr, each.value) for each in told if isinstance(each.value, str))


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda path: path.stem)
def test_a_contract_speaks_of_states_that_the_module_has(contract: Path):
    module = Path(bundled("environments")) / contract.parent.name / contract.name
    choices = choices_of(contract.stem, module.read_text(encoding="utf-8"))
    told = [(field, value) for field, value in said(ast.parse(contract.read_text(encoding="utf-8"))) if field in choices]
    assert [(field, value) for field, value in told if value not in choices[field]] == []


def test_states_are_spoken_of_at_all():
    assert sum(len(list(said(ast.parse(path.read_text(encoding="utf-8"))))) for path in CONTRACTS) > len(CONTRACTS)
