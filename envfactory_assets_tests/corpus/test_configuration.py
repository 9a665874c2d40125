"""The file that says what the factory works on."""

from pathlib import Path

import pytest

from envfactory_assets.corpus import ConfigurationError, domains, sources
from envfactory_assets.corpus.configuration import configuration, read_configuration

GOOD = """
domains:
  garden: {title: Garden, description: Plants., schedule: '0 1 * * *', keywords: [rose], things: {bed: {links: [plant]}}}
sources:
  shed: {kind: folder, path: shed, domain: garden}
  shop: {kind: url, url: 'https://example.org/api.json'}
  helper: {kind: mcp, command: [helper]}
"""


def test_there_are_seven_domains_each_refreshed_at_its_own_hour():
    found = domains()
    assert list(found) == ["commerce", "finance", "travel", "office", "lifestyle", "academia", "utilities"]
    assert len({domain.schedule for domain in found.values()}) == 7


def test_a_category_speaks_for_one_domain():
    categories = [category for domain in domains().values() for category in domain.categories]
    assert len(categories) == len(set(categories))


def test_every_link_that_a_domain_expects_leads_from_a_thing_it_expects():
    assert all(domain.things and all(thing.links is not None for thing in domain.things.values()) for domain in domains().values())


def test_what_ships_and_the_drop_folder_are_looked_into():
    assert [(name, source.kind) for name, source in sources().items()] == [("bundled", "bundled"), ("drop_folder", "folder")]


def test_a_person_may_write_other_domains_and_sources(tmp_path: Path):
    path = tmp_path / "domains.yaml"
    path.write_text(GOOD)
    read = read_configuration(path)
    assert read.domains["garden"].keywords == ("rose",)
    assert [source.kind for source in read.sources.values()] == ["folder", "url", "mcp"]


def test_the_environment_names_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    configuration.cache_clear()
    monkeypatch.setenv("ENVFACTORY_DOMAINS", str(path))
    try:
        assert list(domains()) == ["garden"]
        monkeypatch.setenv("ENVFACTORY_DOMAINS", str(tmp_path / "nowhere.yaml"))
        configuration.cache_clear()
        with pytest.raises(ConfigurationError, match=r"No such file or directory; check ENVFACTORY_DOMAINS\.$"):
            domains()
    finally:
        monkeypatch.undo()
        configuration.cache_clear()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "valid dictionary"),
        ("{domains: {}, sources: {}}", "at least 1 item"),
        ("garden: [", "not valid YAML at line"),
        (GOOD.replace("0 1 * * *", "hourly"), "domains.garden.schedule.*no cron line of five fields"),
        (GOOD.replace("[rose]", "[]"), "domains.garden.keywords.*at least 1"),
        (GOOD.replace("title: Garden, ", ""), "domains.garden.title: Field required"),
        (GOOD.replace("  garden:", "  My Garden:"), "pattern"),
        (GOOD.replace("  garden:", "  all:"), "'all' names what belongs to no domain"),
        (GOOD.replace("domain: garden", "domain: kitchen"), "source shed belongs to 'kitchen', which is no domain"),
        (GOOD.replace("command: [helper]", "command: []"), "give one of them"),
        (GOOD.replace("https://example.org", "ftp://example.org"), "sources.shop.url.url"),
        (GOOD.replace("kind: folder", "kind: attic"), "sources.shed"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_place(tmp_path: Path, text: str, says: str):
    path = tmp_path / "domains.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=says) as told:
        read_configuration(path)
    assert str(told.value).startswith("domains.yaml: ")
    assert "\n" not in str(told.value)
