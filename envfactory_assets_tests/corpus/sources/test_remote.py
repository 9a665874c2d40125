"""Documents that others serve: asked for no more often than declared, and the last good answer kept."""

import sys
from pathlib import Path

from envfactory_assets.corpus import read_document
from envfactory_assets.corpus.sources import documents_of
from envfactory_assets.corpus.sources.declared import McpSource, UrlSource
from envfactory_assets_tests.corpus import documents
from envfactory_assets_tests.corpus.sources.servers import answer, serving
from envfactory_assets_tests.taking import catalogued

DOCUMENT = documents.encoded(documents.openapi_3())


def declared(url: str, **more) -> UrlSource:
    return UrlSource.model_validate({"kind": "url", "url": url, "private": True, "seconds": 5, "minutes": 0, "domain": "office", **more})


def found(source: UrlSource, home: Path):
    [each] = documents_of("desk", source, ["office"], home)
    return each


def test_an_address_gives_one_document_under_the_name_of_its_source(tmp_path: Path):
    with serving(answer(DOCUMENT)) as (url, _):
        each = found(declared(url), tmp_path)
    assert (each.location, each.resource_id, each.domain, each.read()) == ("desk:desk", "desk", "office", DOCUMENT)


def test_an_unchanged_document_is_asked_for_by_its_tag_and_stays(tmp_path: Path):
    def conditional(handler):
        unchanged = handler.headers.get("If-None-Match") == '"one"'
        (answer(b"", status=304) if unchanged else answer(DOCUMENT, etag='"one"'))(handler)

    with serving(conditional) as (url, asked):
        first, second, third = (found(declared(url), tmp_path) for _ in range(3))
    assert first == second == third
    assert [each.get("if-none-match") for each in asked] == [None, '"one"', '"one"']


def test_a_source_is_not_asked_again_before_its_time(tmp_path: Path):
    with serving(answer(DOCUMENT)) as (url, asked):
        source = declared(url, minutes=10)
        assert found(source, tmp_path) == found(source, tmp_path)
    assert len(asked) == 1


def test_the_last_good_answer_stays_when_a_server_is_down_and_that_is_told(tmp_path: Path):
    with serving(answer(DOCUMENT)) as (url, _):
        source = declared(url)
        good = found(source, tmp_path)
    later = found(source, tmp_path)
    assert (later.read(), later.content_sha256, later.problem) == (DOCUMENT, good.content_sha256, None)
    assert later.warning
    assert url in later.warning


def test_the_answer_to_another_address_does_not_stand_in(tmp_path: Path):
    with serving(answer(DOCUMENT)) as (url, _):
        found(declared(f"{url}/one"), tmp_path)
    other = found(declared(f"{url}/two"), tmp_path)
    assert other.content_sha256 == ""
    assert other.problem


def test_a_warning_is_a_row_and_the_document_is_taken(tmp_path: Path):
    from envfactory_assets.corpus import configuration

    with serving(answer(DOCUMENT)) as (url, _):
        told = configuration().model_copy(update={"sources": {"desk": declared(url)}})
        catalogued(tmp_path, told)
    _, [entry], _, [rejection] = catalogued(tmp_path, told)
    assert entry.taken
    assert (rejection.stage, rejection.subject, rejection.domain) == ("source_documents", "desk:desk", "all")


SERVER = """
import sys
from mcp.server.mcpserver import MCPServer

server = MCPServer("desk")


@server.tool()
def list_loans(status: str = "open") -> list[str]:
    return [status]


server.run(transport="stdio") if len(sys.argv) < 2 else server.run(transport="streamable-http", port=int(sys.argv[1]))
"""


def mcp(home: Path, **declared):
    source = McpSource.model_validate({"kind": "mcp", "seconds": 20, "domain": "office", **declared})
    [each] = documents_of("desk", source, ["office"], home)
    return each


def test_the_tools_of_an_mcp_server_are_a_document(tmp_path: Path):
    program = tmp_path / "server.py"
    program.write_text(SERVER)
    each = mcp(tmp_path, command=[sys.executable, str(program)])
    document = read_document(each.read(), name=each.name)
    assert (document.kind, [operation.operation_id for operation in document.operations]) == ("mcp_tools", ["list_loans"])
    again = mcp(tmp_path, command=[sys.executable, str(program)], minutes=0)
    assert again.content_sha256 == each.content_sha256


def test_an_mcp_server_at_a_private_address_is_refused_unless_the_source_admits_it(tmp_path: Path):
    with serving(answer(b"{}")) as (url, asked):
        refused = mcp(tmp_path, url=f"{url}/mcp")
        assert not asked
        told = mcp(tmp_path, url=f"{url}/other", private=True, seconds=5)
        assert asked
    assert "no public address" in (refused.problem or "")
    assert told.problem
