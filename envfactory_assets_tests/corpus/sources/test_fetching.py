"""Fetching a document: conditional, bounded, and only from addresses that may be asked. Real HTTP on loopback."""

import socket
import time

import pytest

from envfactory_assets.corpus import DocumentError
from envfactory_assets.corpus.sources.addresses import checked_address
from envfactory_assets.corpus.sources.declared import UrlSource
from envfactory_assets.corpus.sources.fetching import Validators, fetch
from envfactory_assets_tests.corpus.sources.servers import answer, serving


def source(url: str, **limits) -> UrlSource:
    return UrlSource.model_validate({"kind": "url", "url": url, "private": True, "seconds": 5, **limits})


def said(url: str, **limits) -> str:
    with pytest.raises(DocumentError) as told:
        fetch(source(url, **limits), Validators())
    assert "\n" not in str(told.value)
    return str(told.value)


def test_an_answer_comes_with_what_tells_later_whether_it_changed():
    with serving(answer(b"{}", etag='"one"', last_modified="Sun, 01 Nov 2026 00:00:00 GMT")) as (url, asked):
        got = fetch(source(f"{url}/api.json"), Validators())
    assert got.body == b"{}"
    assert got.validators == Validators('"one"', "Sun, 01 Nov 2026 00:00:00 GMT")
    assert "if-none-match" not in asked[0]


def test_what_is_known_is_not_sent_again():
    with serving(answer(b"", status=304)) as (url, asked):
        got = fetch(source(url), Validators('"one"', "Sun, 01 Nov 2026 00:00:00 GMT"))
    assert got.body is None
    assert (asked[0]["if-none-match"], asked[0]["if-modified-since"]) == ('"one"', "Sun, 01 Nov 2026 00:00:00 GMT")


def test_the_server_is_told_the_name_it_was_asked_by():
    with serving(answer(b"{}")) as (url, asked):
        fetch(source(url.replace("127.0.0.1", "localhost")), Validators())
    assert asked[0]["host"] == url.removeprefix("http://").replace("127.0.0.1", "localhost")


def test_redirects_are_followed_as_far_as_they_may():
    def around(handler):
        number = int(handler.path.strip("/") or 0)
        if number == 3:
            answer(b"[]")(handler)
        else:
            answer(b"", status=302, location=f"/{number + 1}")(handler)

    with serving(around) as (url, asked):
        assert fetch(source(f"{url}/0", redirects=3), Validators()).body == b"[]"
        assert [each["path"] for each in asked] == ["/0", "/1", "/2", "/3"]
        assert "more than 2 redirects" in said(f"{url}/0", redirects=2)


def test_a_redirect_may_not_lead_where_the_url_may_not():
    with serving(answer(b"", status=302, location="file:///etc/passwd")) as (url, _):
        assert "no http or https address" in said(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.1.2.3", "192.168.0.1", "169.254.169.254", "[::1]", "0.0.0.0"])
def test_private_addresses_are_refused_unless_the_source_admits_them(host: str):
    with pytest.raises(DocumentError, match=r"no public address; set private: true"):
        checked_address(f"http://{host}/api.json", private=False)
    with serving(answer(b"{}")) as (url, asked):
        assert "no public address" in said(url, private=False)
    assert not asked


def test_a_name_is_resolved_once_and_the_checked_address_is_asked(monkeypatch: pytest.MonkeyPatch):
    """A name that means a public machine when it is checked and a private one a moment later gains nothing."""
    real, resolved = socket.getaddrinfo, []

    def resolve(host, *rest, **more):
        resolved.append(host)
        return real("127.0.0.1" if host == "rebinding.example" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with serving(answer(b"{}")) as (url, asked):
        assert fetch(source(url.replace("127.0.0.1", "rebinding.example")), Validators()).body == b"{}"
    assert resolved.count("rebinding.example") == 1
    assert asked[0]["host"].startswith("rebinding.example:")


def test_an_unknown_host_is_told(monkeypatch: pytest.MonkeyPatch):
    def unknown(*_, **__):
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(DocumentError, match=r"the host nowhere\.example is unknown"):
        checked_address("https://nowhere.example/api.json", private=False)


def test_a_page_is_no_document():
    with serving(answer(b"<html>", content_type="text/html; charset=utf-8")) as (url, _):
        assert "the server sends 'text/html'" in said(url)


@pytest.mark.parametrize("status", [404, 401, 500, 503])
def test_an_error_of_the_server_is_told(status: int):
    with serving(answer(b"{}", status=status)) as (url, _):
        assert f"the server answers {status}" in said(url)


def test_an_endless_answer_is_cut_off():
    def endless(handler):
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.end_headers()
        for _ in range(200):
            handler.wfile.write(b" " * 65536)

    with serving(endless) as (url, _):
        assert "more than 0.5 MB" in said(url, megabytes=0.5)


def test_a_size_that_lies_is_told():
    with serving(answer(b"{}", content_length="4096")) as (url, _):
        assert url in said(url)


@pytest.mark.parametrize("after_headers", [False, True])
def test_a_server_that_hangs_costs_no_more_than_its_time(after_headers: bool):
    def hang(handler):
        if after_headers:
            handler.send_response(200)
            handler.end_headers()
            handler.wfile.flush()
        time.sleep(2)

    started = time.monotonic()
    with serving(hang) as (url, _):
        assert "within 0.3 s" in said(url, seconds=0.3)
    assert time.monotonic() - started < 1.5


def test_a_server_that_drips_costs_no_more_than_its_time():
    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(30):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)

    with serving(drip) as (url, _):
        assert "0.4 s" in said(url, seconds=0.4)


def test_a_server_that_closes_at_once_is_told():
    with serving(lambda handler: handler.connection.close()) as (url, _):
        assert url in said(url)
