"""A laptop that is a device believes the show's own certificate, and which one that is."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from data.codes import Invitation, qr_text
from data.errors import BadInput, NoOffice
from data.stamp import Clock, Sources
from data.store import Store
from sync.calls import Call, Timings, over_http
from sync.ways import Ways
from tests.test_lan_serving import with_office
from views.lan.authority import LEAF, Pair, end_of, fingerprint, new_authority, new_leaf
from views.lan.identity import server_context
from views.lan.serving import Line
from views.lan.trusted import KEPT, fetched, office_of, trusting

HOST = "callboard-3f2b8c54.local"
AT = f"https://{HOST}:8343"
NOW = datetime.now(UTC).replace(microsecond=0)
CODE, SEAL = "7KQ2M9XHBD", "AAAAA-BBBBB"
BEFORE = NOW - LEAF - timedelta(days=2)
QUICK = Timings(connect=10.0)


def authority() -> Pair:
    return new_authority(HOST, code=SEAL, now=BEFORE, end=end_of(None, NOW))


SHOW, OTHER = authority(), authority()


def der(pair: Pair) -> bytes:
    return pair.read.public_bytes(Encoding.DER)


def mark(pair: Pair) -> str:
    return fingerprint(pair.read)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "device", sources=Sources(Clock()), hub=False)


def never(address: str) -> bytes:
    raise AssertionError(f"{address} was fetched")


# ---- what is believed ------------------------------------------------------------------------


def test_a_picture_says_address_fingerprint_and_code() -> None:
    text = qr_text(Invitation(f"{AT}/phone/", "3f2b8c54", mark(SHOW), CODE))

    assert office_of(text) == (AT, mark(SHOW), CODE)
    assert office_of(AT) == (AT, "", "")


def test_the_certificate_of_the_picture_is_kept_and_fetched_once(store: Store) -> None:
    asked: list[str] = []

    def fetch(address: str) -> bytes:
        asked.append(address)
        return der(SHOW)

    first = trusting(store, AT, mark(SHOW), None, fetch)
    again = trusting(store, AT, mark(SHOW), None, never)
    later = trusting(store, AT, "", None, never)

    assert asked == [f"http://{HOST}:8344/callboard.crt"]
    for context in (first, again, later):
        assert isinstance(context, ssl.SSLContext)
        assert context.get_ca_certs(binary_form=True) == [der(SHOW)]


def test_another_certificate_than_the_picture_s_is_refused_and_not_kept(store: Store) -> None:
    with pytest.raises(BadInput, match="not the one that the office's picture names"):
        trusting(store, AT, mark(SHOW), None, lambda _address: der(OTHER))

    assert KEPT not in store.meta


def test_a_fingerprint_counts_whole(store: Store) -> None:
    with pytest.raises(BadInput):
        trusting(store, AT, mark(SHOW)[:8], None, lambda _address: der(SHOW))


@pytest.mark.parametrize("content", [der(SHOW), SHOW.certificate.encode()])
def test_a_file_will_do(content: bytes, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "callboard.crt"
    file.write_bytes(content)
    context = trusting(store, AT, "", file, never)

    assert isinstance(context, ssl.SSLContext)
    assert context.get_ca_certs(binary_form=True) == [der(SHOW)]


def test_what_is_no_certificate_is_said(store: Store, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("name,phone")
    with pytest.raises(BadInput, match="holds no certificate"):
        trusting(store, AT, "", tmp_path / "list.csv")
    with pytest.raises(BadInput, match="cannot be read"):
        trusting(store, AT, "", tmp_path / "nothing.crt")


def test_a_page_that_does_not_answer_is_said_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NoOffice, match="--ca FILE"):
        fetched(f"http://127.0.0.1:{port}/callboard.crt")


def test_an_office_without_a_certificate_of_its_own_is_believed_as_any(store: Store) -> None:
    assert trusting(store, "http://127.0.0.1:8321", "", None) is True
    assert trusting(store, "https://office.example:8343", "", None) is True


# ---- over a real line ------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The show's name leads to this machine."""
    before: Callable[..., Any] = socket.getaddrinfo

    def found(host: Any, *words: Any, **more: Any) -> Any:
        return before("127.0.0.1" if host in (HOST, HOST.encode()) else host, *words, **more)

    monkeypatch.setattr(socket, "getaddrinfo", found)


def asked(store: Store, shown: Pair, trusts: ssl.SSLContext | bool) -> str:
    """What comes of a device's first call; the small application there is no office."""
    told: list[str] = []

    async def talk(port: int) -> None:
        def over(address: str) -> Any:
            return over_http(address, QUICK, trusts=trusts)

        ways = Ways(store, f"https://{HOST}:{port}", over, QUICK)
        async with ways.connect() as send:
            try:
                await send(Call("GET", "/v1/devices"))
            except NoOffice as error:
                told.append(error.code)

    with_office(talk, Line, server_context(shown))
    return told[0]


def leaf(above: Pair, now: datetime = NOW) -> Pair:
    return new_leaf(above, [HOST], [], code=SEAL, now=now)


def test_a_device_hears_the_office_that_it_trusts(store: Store) -> None:
    trusts = trusting(store, AT, mark(SHOW), None, lambda _address: der(SHOW))

    assert asked(store, leaf(SHOW), trusts) == "no-office", "it was heard, and is no office"


def test_a_device_tells_nothing_to_whoever_shows_another_certificate(store: Store) -> None:
    trusts = trusting(store, AT, mark(SHOW), None, lambda _address: der(SHOW))

    assert asked(store, leaf(OTHER), trusts) == "untrusted"
    assert asked(store, leaf(SHOW), True) == "untrusted"


def test_a_certificate_that_has_ended_is_told_from_a_strange_one(store: Store) -> None:
    trusts = trusting(store, AT, mark(SHOW), None, lambda _address: der(SHOW))

    assert asked(store, leaf(SHOW, now=BEFORE + timedelta(hours=1)), trusts) == "expired"
