"""The page over plain HTTP: the certificate, its mark and the steps, and nothing of the show."""

from __future__ import annotations

import asyncio
import re
import ssl
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.lan_door import ask
from tests.small_show import SmallShow
from views.lan.identity import Codes, Identity, Keeping
from views.lan.page import mark, page_of, trust_page


@pytest.fixture
def identity(show: SmallShow, tmp_path: Path) -> Identity:
    keeping = Keeping(show.desk.store, Codes(tmp_path / "codes"))
    return keeping.current((), ends=None, now=datetime.now(UTC))


def got(identity: Identity, path: str, method: str = "GET") -> httpx.Response:
    app = trust_page(lambda: identity)
    return asyncio.run(ask(app, method, path, at="http://192.168.1.20:8344"))


def test_the_certificate_is_the_one_whose_mark_is_shown(identity: Identity) -> None:
    answer = got(identity, "/callboard.crt")

    assert answer.headers["content-type"] == "application/x-x509-ca-cert"
    assert answer.content == ssl.PEM_cert_to_DER_cert(identity.authority.certificate)
    assert mark(identity) in got(identity, "/").text
    assert re.fullmatch(r"[0-9A-F]{8}", mark(identity))
    assert identity.fingerprint.startswith(mark(identity))


def test_the_page_has_the_steps_and_where_they_lead(identity: Identity) -> None:
    text = got(identity, "/").text

    for words in ("iPhone", "Android", "After wrap", "hotspot", "Certificate Trust Settings"):
        assert words in text
    assert f'href="{identity.origin}/phone/"' in text
    assert "Callboard 3f2b8c54" in text


def test_nothing_of_the_show_and_no_key_is_on_it(show: SmallShow, identity: Identity) -> None:
    said = got(identity, "/").text + got(identity, "/callboard.crt").content.decode("latin-1")

    assert "PRIVATE" not in said
    assert not [person.name for person in show.people.values() if person.name in page_of(identity)]
    assert show.desk.store.production not in said


def test_it_runs_no_script_asks_for_nothing_and_takes_nothing(identity: Identity) -> None:
    answer = got(identity, "/")

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"<script|<form|<input|<img|<iframe|\son\w+=", answer.text)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert got(identity, "/", method).status_code == 405


@pytest.mark.parametrize("path", ["/v1/hello", "/phone/", "/callboard.crt/", "/index.html", "/ws"])
def test_there_is_nothing_else(identity: Identity, path: str) -> None:
    assert got(identity, path).status_code == 404
