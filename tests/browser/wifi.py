"""A set's Wi-Fi as browsers see it: which authorities they trust, and where names lead."""

from __future__ import annotations

import http.client
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.pocket import Pocket
from tests.browser.processes import PATIENCE, Face
from tests.test_lan_office import host_at
from views.lan.page import CERTIFICATE

if TYPE_CHECKING:
    from tests.browser.hand import Hand

HERE, THERE = "127.0.0.1", "127.0.0.2"
"""One laptop at two addresses: its second door listens on all it has."""


class LanOffice(Face):
    """An office with its second door open. `origin`: what its phones know, once it was started."""

    def __init__(self, home: Path, lan: int, *words: str, port: int | None = None) -> None:
        asked = ("--quiet", "--lan", "--lan-port", str(lan), *words, "--port")
        super().__init__(home, "main.py", "--home", str(home), *asked, port=port)
        self.lan = lan

    @property
    def name(self) -> str:
        return host_at(self.home)

    @property
    def origin(self) -> str:
        return f"https://{self.name}:{self.lan}"

    def certificate(self) -> str:
        """As a phone gets it from the plain page, in PEM."""
        return ssl.DER_cert_to_PEM_cert(self.plain(CERTIFICATE))

    def plain(self, path: str) -> bytes:
        line = http.client.HTTPConnection(HERE, self.lan + 1, timeout=PATIENCE)
        try:
            line.request("GET", path)
            return line.getresponse().read()
        finally:
            line.close()


def surroundings(home: Path, *authorities: str) -> dict[str, str]:
    """A browser's surroundings, in which a person has installed these authorities (PEM)."""
    certutil = shutil.which("certutil")
    if certutil is None:
        reason = "certutil is not installed (Debian: libnss3-tools), so no browser trusts a show."
        (pytest.fail if os.environ.get("CI", "").lower() == "true" else pytest.skip)(reason)
    assert certutil is not None
    db = home / ".pki" / "nssdb"
    db.mkdir(parents=True)
    _run(certutil, "-d", f"sql:{db}", "-N", "--empty-password")
    for n, pem in enumerate(authorities):
        file = home / f"authority-{n}.pem"
        file.write_text(pem)
        _run(certutil, "-d", f"sql:{db}", "-A", "-t", "C,,", "-n", f"show {n}", "-i", str(file))
    return {**os.environ, "HOME": str(home)}


def leads(names: Mapping[str, str]) -> str:
    """Where a browser finds these names, as a word of its command line; nowhere else leads."""
    rules = ", ".join(f"MAP {name} {at}" for name, at in names.items())
    return f"--host-resolver-rules={rules}"


@contextmanager
def moved(phone: Pocket, names: Mapping[str, str]) -> Iterator[None]:
    """The phone's browser is ended, and started where the names lead elsewhere."""
    before = phone.args
    phone.args = [*(word for word in before if "host-resolver-rules" not in word), leads(names)]
    phone.restart()
    yield
    phone.args = before


def of_policy(hand: Hand) -> list[str]:
    """What the browser's console says against the page's policy. Flet's client asks another site
    for one file that it works without, and must not get it."""
    against = [word for word in hand.complaints if "Content Security Policy" in word]
    return [word for word in against if "rive_native.js" not in word]


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE)
