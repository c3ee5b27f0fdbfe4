"""The door of an office: its own pages come in, other pages' requests stay outside."""

from __future__ import annotations

import http.client
import os
import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from data.lock import WriterLock
from sync.wire import TYPE, Hello, Welcome
from tests.browser.processes import Face, new_show, office
from views.phone.build import WEB

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    content: bytes


@pytest.fixture(scope="module")
def open_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    home: Path = tmp_path_factory.mktemp("door") / "office"
    new_show(home)
    with office(home) as face:
        yield face


def ask(
    face: Face,
    path: str,
    *,
    method: str = "GET",
    host: str | None = None,
    content: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request with exactly these headers, as any program or page could make it."""
    line = http.client.HTTPConnection("127.0.0.1", face.port, timeout=20)
    try:
        line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        line.putheader("Host", host if host is not None else f"127.0.0.1:{face.port}")
        for name, value in (headers or {}).items():
            line.putheader(name, value)
        if content:
            line.putheader("Content-Length", str(len(content)))
        line.endheaders(content or None)
        answer = line.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, told, b"" if answer.status == 101 else answer.read())
    finally:
        line.close()


def shake(face: Face, *, origin: str | None = None, host: str | None = None) -> int:
    """The status of a WebSocket handshake: 101 is in."""
    named = {} if origin is None else {"Origin": origin}
    return ask(face, "/ws", host=host, headers={**UPGRADE, **named}).status


def test_a_websocket_of_another_page_is_refused(open_office: Face) -> None:
    assert shake(open_office, origin="https://pages.example.com") == 403


def test_a_websocket_that_names_no_origin_is_refused(open_office: Face) -> None:
    assert shake(open_office) == 403


@pytest.mark.parametrize("origin", ["null", "http://127.0.0.1", "http://127.0.0.1.example.com"])
def test_a_websocket_of_nearly_our_origin_is_refused(open_office: Face, origin: str) -> None:
    assert shake(open_office, origin=origin) == 403


def test_a_websocket_over_a_rebound_name_is_refused(open_office: Face) -> None:
    host = f"callboard.example.com:{open_office.port}"

    assert shake(open_office, host=host, origin=f"http://{host}") == 403


def test_a_websocket_of_our_own_page_is_let_in(open_office: Face) -> None:
    assert shake(open_office, origin=open_office.address) == 101


def test_our_own_page_under_the_name_localhost_is_let_in(open_office: Face) -> None:
    host = f"localhost:{open_office.port}"

    assert shake(open_office, host=host, origin=f"http://{host}") == 101


@pytest.mark.parametrize("path", ["/", "/v1/changes", "/v1/blobs/abc"])
def test_a_request_over_a_rebound_name_gets_nothing(open_office: Face, path: str) -> None:
    answer = ask(open_office, path, host=f"callboard.example.com:{open_office.port}")

    assert answer.status == 403
    assert answer.content == b"This address answers its own pages only.\n"


def test_a_request_without_a_host_gets_nothing(open_office: Face) -> None:
    assert ask(open_office, "/", host="").status == 403


def test_another_page_cannot_speak_to_v1(open_office: Face) -> None:
    hello = Hello(device="d", called="", production="", letter="", cursor="", mark="").to_bytes()

    answer = ask(
        open_office,
        "/v1/hello",
        method="POST",
        content=hello,
        headers={"Content-Type": TYPE, "Origin": "https://pages.example.com"},
    )

    assert answer.status == 403


def test_only_a_program_that_may_read_the_offices_note_can_say_hello(open_office: Face) -> None:
    hello = Hello(device="commands").to_bytes()
    note = WriterLock(open_office.home)

    def said(**more: str) -> Answer:
        named = {"Content-Type": TYPE, **more}
        return ask(open_office, "/v1/hello", method="POST", content=hello, headers=named)

    refused, heard = said(), said(Authorization=f"Bearer {note.note()['token']}")

    assert (refused.status, heard.status) == (401, 200)
    assert Welcome.from_bytes(heard.content).production
    if os.name == "posix":
        assert (open_office.home / "office.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("origin", ["", "own", "https://pages.example.com"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST"])
@pytest.mark.parametrize("path", ["/", "/main.dart.js", "/v1/hello", "/v1/changes", "/no/such"])
def test_no_answer_invites_other_pages(
    open_office: Face, path: str, method: str, origin: str
) -> None:
    said = {"Origin": open_office.address if origin == "own" else origin} if origin else {}

    answer = ask(open_office, path, method=method, headers=said)

    assert [name for name in answer.headers if name.startswith("access-control")] == []


def test_the_page_takes_photos_of_slips_with_its_own_camera(open_office: Face) -> None:
    """At every address, since a window may be opened at any."""
    for path in ("/", "/receipt/new"):
        page = ask(open_office, path).content.decode()
        scripts = re.findall('<script type="module" src="([^"]+)"', page)

        assert scripts == ["/web/slip.js"]
    for name in ("slip.js", "scan.js"):
        assert (WEB / name).read_bytes() == ask(open_office, f"/web/{name}").content


def test_there_are_no_documentation_pages(open_office: Face) -> None:
    home = ask(open_office, "/").content
    for path in ("/docs", "/redoc", "/openapi.json"):
        answer = ask(open_office, path)

        assert answer.status == 404 or answer.content == home


def test_the_office_listens_on_this_machine_only(open_office: Face) -> None:
    names = {"127.0.0.2"}  # another loopback address: heard by one who listens on every address
    names |= {str(at[4][0]) for at in socket.getaddrinfo(socket.gethostname(), None)}
    for name in names - {"127.0.0.1", "::1"}:
        family = socket.AF_INET6 if ":" in name else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as sock:
            sock.settimeout(2)
            with pytest.raises(OSError, match=r"refused|timed out|assign|unreachable"):
                sock.connect((name, open_office.port))
