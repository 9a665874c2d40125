"""Profiles: the shapes of data that a run may aim for."""

import pytest
from pydantic import ValidationError

from envfactory_assets.records import profiles
from envfactory_assets.records.profiles import ChainShape
from envfactory_assets.records.settings import Settings


def test_an_unknown_profile_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match=r"no profile 'papers'; profiles\.yaml has bfcl, paper"):
        profiles.named("papers")
    with pytest.raises(ValidationError, match="no profile 'papers'"):
        Settings(profile="papers")


def test_lengths_keep_within_the_most_steps_that_a_chain_may_have():
    with pytest.raises(ValidationError, match="lengths are from 2 to most_steps"):
        ChainShape(lengths={2: 1.0, 12: 1.0}, most_steps=10, read_only_share=0.2, longest_read_only=4)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("short: {chains: {lengths: {2: 1}, most_steps: 2, read_only_share: 0.1, longest_read_only: 2}}", "short.turns: Field required"),
        ("short: {chains: {lengths: {2: .inf}}}", "short.chains.lengths.2: Input should be a finite number"),
        ("[short, long]", "Input should be a valid dictionary"),
        ("", "Input should be a valid dictionary"),
        ("short: {", "cannot be read: "),
    ],
)
def test_what_is_wrong_in_the_file_is_told_in_one_line(monkeypatch, tmp_path, text, reason):
    (tmp_path / "profiles.yaml").write_text(text)
    monkeypatch.setattr(profiles, "bundled", tmp_path.joinpath)
    profiles.profiles.cache_clear()
    with pytest.raises(ValueError, match=r"^profiles\.yaml") as told:
        profiles.named("short")
    assert reason in str(told.value)
    assert "\n" not in str(told.value)
    monkeypatch.undo()
    profiles.profiles.cache_clear()
    assert profiles.named(Settings().profile)
