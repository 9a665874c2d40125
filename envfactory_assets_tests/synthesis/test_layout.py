"""Lines of Python are laid out as a formatter would."""

import pytest

from envfactory_assets.synthesis.layout import WIDTH, Call, call


@pytest.mark.parametrize("spare", range(-3, 4))
def test_the_comma_after_an_argument_has_its_column(spare: int) -> None:
    outside = len('        effect=transition(source="", target="end"),')
    argument = Call("effect=transition(", [f'source="{"x" * (WIDTH - outside - spare)}"', 'target="end"'], ")")
    laid_out = call("@tool(", [argument, f'pointer="{"p" * WIDTH}"'], indent=4).splitlines()
    assert all(len(line) <= WIDTH for line in laid_out if "pointer" not in line)
    assert (laid_out[1] == f"        {argument},") == (spare >= 0)


def test_a_long_dict_has_one_item_a_line() -> None:
    items = [f'"{letter * 30}": "{letter}"' for letter in "abcd"]
    assert call("by = {", items, "}.get(sort)", 8).splitlines() == [
        "        by = {",
        *(f"            {item}," for item in items),
        "        }.get(sort)",
    ]
