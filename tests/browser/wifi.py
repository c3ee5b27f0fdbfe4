"""A set's Wi-Fi as browsers see it: which authorities they trust, and where names lead."""

from __future__ import annotations

import asyncio
import http.client
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.pocket import Pocket
from tests.browser.processes import PATIENCE, Face
from tests.test_lan_office import host_at
from views.lan.authority import Pair
from views.lan.door import LanDoor, lan_app
from views.lan.identity import server_context, show
from views.lan.page import CERTIFICATE
from views.lan.serving import on_every_address, served
from views.phone.build import Built, Parts, _own, _write
from views.phone.serving import PhoneApp

if TYPE_CHECKING:
    from tests.browser.hand import Hand

HERE, THERE = "127.0.0.1", "127.0.0.2"
"""One laptop at two addresses: its second door listens on all it has."""
AT = "192.168.77.20"
"""An address of the set's Wi-Fi, as the office's certificate and its devices know it."""
NOWHERE = "~NOTFOUND"


class LanOffice(Face):
    """An office with its second door open. `origin`: what its phones know, once it was started."""

    def __init__(self, home: Path, lan: int, *, address: str = AT, today: str = "") -> None:
        day = ("--today", today) if today else ()
        asked = ("--quiet", "--lan", "--lan-port", str(lan), "--port")
        module = ("-m", "tests.browser.office_at", address)
        super().__init__(home, *module, "--home", str(home), *day, *asked)
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


class Laptop:
    """The second door with the app's page behind it and no Python: what browsers alone decide is
    decided there. `show` puts another certificate up."""

    def __init__(self, folder: Path, host: str, pair: Pair) -> None:
        self._context = server_context(pair)
        self._sock = on_every_address(0)
        self.port = int(self._sock.getsockname()[1])
        self.origin = f"https://{host}:{self.port}"
        phone = PhoneApp(folder)
        phone._built = page_alone(folder)
        self._door = LanDoor(lan_app(phone.routes()), self.origin, page=phone.page)
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()

    def show(self, pair: Pair) -> None:
        show(self._context, pair)

    def __enter__(self) -> Laptop:
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._run()])
        self._thread.start()
        return self

    def __exit__(self, *_why: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(PATIENCE)
        self._loop.close()

    async def _run(self) -> None:
        async with served(self._door, self._sock, self._context):
            await self._end.wait()


def page_alone(folder: Path) -> Built:
    """The app without Flutter and Python: they are not in the folder."""
    parts = Parts.here()
    files = dict(_own(parts))
    _write(folder, files, parts, lambda _share, _name: None)
    built = Built.of(folder)
    assert built is not None
    return built


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
