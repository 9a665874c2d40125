"""How generated tools describe themselves."""

import re

import pytest

from envfactory_assets.synthesis.names import told_plural
from envfactory_assets.synthesis.wording import voice_of, wordings
from envfactory_assets_tests.synthesis.documents import bookshop, written


def descriptions(title: str) -> dict[str, str]:
    _, _, spec = written(bookshop().model_copy(update={"title": title}))
    return {tool.name: tool.description for tool in spec.tools}


def test_environments_word_what_they_do_differently_and_each_in_one_voice() -> None:
    titles = ["Bookshop API", "Corner Books", "Reading Room", "Paper Trail", "Shelf Life", "Novel Ideas"]
    assert len({descriptions(title)["get_order"] for title in titles}) >= 3
    for title in titles:
        told = descriptions(title)
        [place] = {
            i for i, text in enumerate(wordings()["get"]) if re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(text)), told["get_order"])
        }
        assert place == voice_of(title) % len(wordings()["get"])
        assert told["get_customer"].replace("customer", "order").replace("a order", "an order") == told["get_order"]


@pytest.mark.parametrize("kind", list(wordings()))
def test_every_kind_of_sentence_says_the_same_things(kind: str) -> None:
    slots = [frozenset(name.lower().removeprefix("a_") for name in re.findall(r"{(\w+)}", text)) for text in wordings()[kind]]
    assert all({"fields", "of", "verb", "states"} & told == {"fields", "of", "verb", "states"} & slots[0] for told in slots)
    assert all(re.fullmatch(r"[A-Z{].*\.", text) for text in wordings()[kind])


@pytest.mark.parametrize(("word", "several"), [("series", "series"), ("address", "addresses"), ("status", "statuses"), ("data", "data")])
def test_several_things_are_called_as_people_call_them(word: str, several: str) -> None:
    assert told_plural(word) == several
