"""The second door: /v1 and the phone app, to who came by this address, to nobody's other page."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from random import Random

import httpx
import pytest
from starlette.types import ASGIApp, Message

from data.blobs import Blobs
from data.stamp import Clock, Sources
from data.store import Store
from sync.calls import over_http
from sync.link import Link
from sync.wire import TYPE, Hello
from tests.lan_door import BY_ADDRESS, ORIGIN, SCRIPT, ask, second_door, small_app
from tests.paired_office import LOCAL, QUICK, PairedOffice
from tests.small_show import SmallShow
from views.lan.door import LONGEST_ASKED, inline_of
from views.phone.build import WEB

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")
NOTHING = (
    "/",
    "/ws",
    "/upload",
    "/main.dart.js",
    "/index.html",
    "/assets/fonts/a/b/c",
    "/assets/FontManifest.json",
    "/docs",
    "/openapi.json",
    "/people",
    "/settings",
    "/v1",
    "/v1/",
    "/v2/hello",
    "/v1/hello/",
    "//v1/hello",
    "/phone/..%2f..%2foffice.json",
    "/phone/%2e%2e/%2e%2e/journal.1",
    "/phone//etc/passwd.txt",
    "/phone/journal.1",
)
HELLO = Hello(device="d").to_bytes()


@pytest.fixture
def office(show: SmallShow, tmp_path: Path) -> Iterator[PairedOffice]:
    made = PairedOffice(show, tmp_path / "devices")
    yield made
    made.close()


@pytest.fixture
def door(office: PairedOffice, tmp_path: Path) -> ASGIApp:
    return second_door(office, small_app(tmp_path / "app"))


def asked(door: ASGIApp, method: str, path: str, **more: object) -> httpx.Response:
    return asyncio.run(ask(door, method, path, **more))  # type: ignore[arg-type]  # by name


def hello(door: ASGIApp, token: str = "", **headers: str) -> httpx.Response:
    said = {"content-type": TYPE, **({"authorization": f"Bearer {token}"} if token else {})}
    return asked(door, "POST", "/v1/hello", content=HELLO, headers={**said, **headers})


# ---- what is answered ------------------------------------------------------------------------


def test_every_route_of_v1_is_closed_to_who_has_no_token(
    door: ASGIApp, office: PairedOffice
) -> None:
    paths = {path for _, path in office.front.served} - {"/v1/pair"}
    assert len(paths) >= 5
    for path in paths:
        path = path.replace("{name}", "a" * 64).replace("{id}", "p1")
        for method in METHODS:
            for token in ("", "f" * 64, "Bearer"):
                said = {"authorization": f"Bearer {token}"} if token else {}
                answer = asked(door, method, path, headers={**said, "content-type": TYPE})

                assert answer.status_code in (401, 405), (method, path, answer.text)


def test_pairing_tells_who_has_no_code_nothing(door: ASGIApp) -> None:
    for method in METHODS:
        answer = asked(door, method, "/v1/pair", content=b"{}", headers={"content-type": TYPE})

        assert answer.status_code in (400, 403, 405), (method, answer.text)


@pytest.mark.parametrize("path", NOTHING)
def test_there_is_nothing_else(door: ASGIApp, path: str) -> None:
    for method in METHODS:
        answer = asked(door, method, path)

        assert answer.status_code in (404, 405), (method, answer.status_code)
        assert not answer.is_redirect


def test_the_office_has_no_window_here(door: ASGIApp) -> None:
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": "/ws", "headers": [(b"host", b"127.0.0.1:8343")]}
    asyncio.run(door(scope, receive, send))  # type: ignore[arg-type]  # a coroutine of ours

    assert said == [{"type": "websocket.close", "code": 1008}]


def test_the_phone_app_is_there(door: ASGIApp) -> None:
    assert asked(door, "GET", "/phone").headers["location"] == "/phone/"
    for path in ("/phone/", "/phone/worker.js", "/phone/people/p1"):
        assert asked(door, "GET", path).status_code == 200


@pytest.mark.parametrize("at", [ORIGIN, BY_ADDRESS])
def test_a_paired_device_is_let_in(door: ASGIApp, office: PairedOffice, at: str) -> None:
    phone = office.paired("Gus")
    token = phone.store.meta["token"]
    said = {"content-type": TYPE, "authorization": f"Bearer {token}"}
    content = Hello(device=phone.store.meta["device"]).to_bytes()

    answer = asked(door, "POST", "/v1/hello", at=at, content=content, headers=said)

    assert answer.status_code == 200, answer.text


def test_a_phone_pairs_and_meets_the_office_by_the_second_door(
    door: ASGIApp, office: PairedOffice, tmp_path: Path
) -> None:
    sources = Sources(clock=Clock(office.show.wall), rng=Random(7))
    store = Store(tmp_path / "phone", sources=sources, hub=False)
    way = httpx.ASGITransport(app=door)
    link = Link(
        store,
        Blobs(store.home / "photos"),
        ORIGIN,
        called="phone",
        timings=QUICK,
        connect=lambda: over_http(ORIGIN, QUICK, transport=way),
    )
    office.links.append(link)

    office.pair(link, office.for_person("Gus"))
    asyncio.run(link.sync_once())

    assert link.state.equal


def test_the_token_of_the_laptops_own_commands_is_good_on_loopback_only(
    door: ASGIApp, office: PairedOffice
) -> None:
    commands = Hello(device="commands").to_bytes()

    assert office.ask("POST", "/v1/hello", commands, LOCAL).status == 200
    for said in (f"Bearer {LOCAL}", f"bearer  {LOCAL} "):
        headers = {"content-type": TYPE, "authorization": said}
        answer = asked(door, "POST", "/v1/hello", content=commands, headers=headers)

        assert answer.status_code == 403
        assert "laptop only" in answer.text


# ---- who asks --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "",
        "callboard-3f2b8c54.local",
        "callboard-3f2b8c54.local:8321",
        "callboard-00000000.local:8343",
        "a.callboard-3f2b8c54.local:8343",
        "callboard-3f2b8c54.local.example.com:8343",
        "callboard-3f2b8c54.local:8343@example.com:8343",
        "example.com:8343",
        "127.0.0.1:8343",
        "localhost:8343",
        "93.184.216.34:8343",
        "192.168.1.20.example.com:8343",
        "192.168.1.20:8343/",
        "192.168.1.20:99999",
        "[fd00::7",
    ],
)
@pytest.mark.parametrize("path", ["/phone/", "/v1/hello"])
def test_who_came_by_another_name_gets_nothing(door: ASGIApp, host: str, path: str) -> None:
    answer = asked(door, "POST", path, headers={"host": host})

    assert answer.status_code == 421


@pytest.mark.parametrize("host", ["192.168.1.20:8343", "10.0.0.5:8343", "[fd00::7]:8343"])
def test_who_came_by_a_local_address_is_heard(door: ASGIApp, host: str) -> None:
    assert hello(door, host=host).status_code == 401


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://example.com",
        "http://callboard-3f2b8c54.local:8343",
        "https://callboard-3f2b8c54.local",
        "https://callboard-3f2b8c54.local:8344",
        "https://192.168.1.20:8343",
        "https://callboard-3f2b8c54.local:8343.example.com",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/v1/hello", "/phone/"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_another_page_is_not_answered(door: ASGIApp, method: str, path: str, origin: str) -> None:
    said = {"origin": origin, "access-control-request-method": "POST"}

    answer = asked(door, method, path, headers=said)

    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_the_app_may_ask_at_the_offices_other_addresses(door: ASGIApp) -> None:
    said = {"origin": ORIGIN, "access-control-request-method": "POST"}

    before = asked(door, "OPTIONS", "/v1/hello", at=BY_ADDRESS, headers=said)
    answer = hello(door, host="192.168.1.20:8343", origin=ORIGIN)

    assert before.status_code == 204
    assert before.headers["access-control-allow-headers"] == "authorization, content-type"
    for told in (before, answer):
        assert told.headers["access-control-allow-origin"] == ORIGIN
        assert "origin" in told.headers["vary"]
        assert "access-control-allow-credentials" not in told.headers
    assert answer.status_code == 401


def test_the_apps_files_are_not_for_other_addresses_pages(door: ASGIApp) -> None:
    answer = asked(door, "GET", "/phone/worker.js", headers={"origin": ORIGIN})

    assert "access-control-allow-origin" not in answer.headers


def test_an_address_that_is_too_long_is_refused(door: ASGIApp) -> None:
    assert asked(door, "GET", "/phone/" + "a" * LONGEST_ASKED).status_code == 414


# ---- what goes with every answer -------------------------------------------------------------


@pytest.mark.parametrize("path", ["/phone/", "/phone/worker.js", "/phone/no.js", "/v1/hello", "/x"])
def test_every_answer_is_guarded(door: ASGIApp, path: str) -> None:
    for host in ("callboard-3f2b8c54.local:8343", "example.com"):
        headers = asked(door, "GET", path, headers={"host": host}).headers

        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-embedder-policy"] == "require-corp"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "'unsafe-eval'" not in policy
        assert "server" not in headers


def scripts_allowed(door: ASGIApp, path: str) -> list[str]:
    policy = asked(door, "GET", path).headers["content-security-policy"]
    (scripts,) = (part for part in policy.split("; ") if part.startswith("script-src "))
    return scripts.split()[1:]


def test_a_page_runs_its_own_small_scripts_and_no_others(door: ASGIApp) -> None:
    allowed = scripts_allowed(door, "/phone/")

    for script in (SCRIPT, b"location.reload()"):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" in allowed
    assert "'unsafe-inline'" not in allowed
    assert scripts_allowed(door, "/phone/worker.js") == ["'self'", "'wasm-unsafe-eval'", "blob:"]


def test_of_the_apps_real_page_every_script_is_allowed() -> None:
    """Read by a parser of HTML, as a browser reads it."""

    class Scripts(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[str] = []
            self.inside = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [value or "" for name, value in attrs if name.startswith("on")]
            self.inside = tag == "script" and not any(name == "src" for name, _ in attrs)

        def handle_data(self, data: str) -> None:
            self.found += [data] if self.inside else []

        def handle_endtag(self, _tag: str) -> None:
            self.inside = False

    page, scripts = (WEB / "index.html").read_bytes(), Scripts()
    scripts.feed(page.decode())
    hashed = {
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts.found
    }

    assert len(hashed) >= 2
    assert hashed == set(inline_of(page)) - {"'unsafe-hashes'"}


def test_the_app_may_call_the_office_and_nobody_else(door: ASGIApp) -> None:
    policy = asked(door, "GET", "/phone/").headers["content-security-policy"]

    assert "connect-src 'self' https://*:8343 blob: data:" in policy.split("; ")
