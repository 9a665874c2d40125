"""The domains file."""

from pathlib import Path

import pytest

from envfactory_assets.corpus import DomainsError, domains
from envfactory_assets.corpus.domain import read_domains

GOOD = "garden: {title: Garden, description: Plants., schedule: '0 1 * * *', keywords: [rose]}\n"


def test_there_are_seven_domains_each_refreshed_at_its_own_hour():
    found = domains()
    assert list(found) == ["commerce", "finance", "travel", "office", "lifestyle", "academia", "utilities"]
    assert len({domain.schedule for domain in found.values()}) == 7


def test_a_person_may_write_other_domains(tmp_path: Path):
    path = tmp_path / "domains.yaml"
    path.write_text(GOOD)
    assert read_domains(path)["garden"].keywords == ("rose",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "valid dictionary"),
        ("{}", "there is no domain"),
        ("garden: [", "not valid YAML at line"),
        (GOOD.replace("0 1 * * *", "hourly"), "garden.schedule.*no cron line of five fields"),
        (GOOD.replace("[rose]", "[]"), "garden.keywords.*at least 1"),
        (GOOD.replace("title: Garden, ", ""), "garden.title: Field required"),
        (GOOD.replace("title", "titel"), "garden"),
        (GOOD.replace("garden", "My Garden"), "no domain name"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_place(tmp_path: Path, text: str, says: str):
    path = tmp_path / "domains.yaml"
    path.write_text(text)
    with pytest.raises(DomainsError, match=says) as told:
        read_domains(path)
    assert str(told.value).startswith("domains.yaml: ")
    assert "\n" not in str(told.value)
