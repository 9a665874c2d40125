"""Embedders: which texts are near, and what is said when the extra is not there."""

import os
import sys

import pytest

from envfactory_assets.graph import embedders
from envfactory_assets.graph.embedders import nearness
from envfactory_assets.graph.joints import joined_pairs
from envfactory_assets.records.settings import Settings, SettingsError

DAYS = ["arrival date", "date of departure", "amount paid"]


@pytest.fixture
def without_minilm(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    embedders._minilm.cache_clear()
    yield
    embedders._minilm.cache_clear()


def test_a_text_is_nearest_to_itself():
    near = nearness(DAYS, DAYS, "wordllama")
    assert near.shape == (3, 3)
    assert near.diagonal() == pytest.approx([1, 1, 1])
    assert near[0, 1] > near[0, 2]


def test_a_missing_extra_is_told_in_one_line(board, hotel, without_minilm):
    assert Settings().embedder == "wordllama"
    with pytest.raises(SettingsError, match=r"^embedder: minilm is not installed; install envfactory-assets\[minilm\]") as told:
        joined_pairs([board.spec, hotel.spec], {"board": "train", "hotel_desk": "train"}, "minilm")
    assert "\n" not in str(told.value)


def test_weights_that_are_not_there_are_told_in_one_line(monkeypatch, tmp_path):
    pytest.importorskip("sentence_transformers", reason="needs the extra minilm")
    monkeypatch.setenv("ENVFACTORY_MINILM", str(tmp_path / "nothing"))
    embedders._minilm.cache_clear()
    with pytest.raises(SettingsError, match=r"finds no weights at .*ENVFACTORY_MINILM") as told:
        nearness(DAYS, DAYS, "minilm")
    assert "\n" not in str(told.value)


@pytest.mark.skipif("ENVFACTORY_MINILM" not in os.environ, reason="needs the extra minilm and a folder with its weights")
def test_minilm_gives_the_figures_its_authors_publish():
    texts = ["That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    assert nearness(["That is a happy person"], texts, "minilm")[0] == pytest.approx([0.695, 0.943, 0.257], abs=0.001)
    assert nearness([*DAYS, DAYS[0]], DAYS, "minilm").shape == (4, 3)
