"""A day's photos over a line that breaks every few megabytes, beside plain PUTs over a good one."""

from __future__ import annotations

import hashlib
import http.client
import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from data.blobs import Blobs
from tests.bench import line
from tests.bench.race import ours
from tests.bench.race.counted import counted
from tests.bench.race.helper import PATIENCE, GaveUp
from tests.bench.race.slips import photos
from tests.bench.rows import Row

PHOTO: Final = 2_000_000
BROKEN_AFTER: Final = 5_000_000
"""Bytes towards the office, and the connection that carries the last of them is reset."""
LONGEST: Final = 150.0
STEP: Final = 20.0
"""Seconds for all of it, and between two looks at the clock."""


def row(place: Path, count: int, *, size: int = PHOTO, after: int = BROKEN_AFTER) -> Row:
    """Bytes towards the office, everything counted at the proxy. The device goes on by itself; the
    office has every photo in the end, whole."""
    sent = _resumed(place / "bad", count, size, after)
    plain = _plain(place / "good", count, size)
    name = f"{count} photos of {size / 1e6:g} MB, a reset every {after / 1e6:g} MB / plain PUT"
    return Row(name, sent / 1e6, plain / 1e6, 1.1, "MB")


def _resumed(place: Path, count: int, size: int, after: int) -> int:
    ours.make_office(str(place / "office"), 1)
    with (
        line.office(place / "office") as office,
        counted(_port(office.address), every=after) as way,
    ):
        device = ours.device_process(place / "device", way.address, 0)
        try:
            device.ask("sync")
            device.ask("photograph", count=count, size=size)
            before = way.up
            until = time.monotonic() + LONGEST
            while device.ask("send", seconds=STEP)["left"]:
                if time.monotonic() > until:
                    raise GaveUp(f"not all photos are at the office after {LONGEST:g} seconds")
            sent = way.up - before
        finally:
            device.end()
        assert way.resets >= count * size // after
    _check(place / "office" / "photos", count, size)
    return sent


def _plain(place: Path, count: int, size: int) -> int:
    ours.make_office(str(place / "office"), 1)
    with line.office(place / "office") as office, counted(_port(office.address)) as way:
        for content in photos(count, size):
            client = http.client.HTTPConnection(urlsplit(way.address).netloc, timeout=PATIENCE)
            client.request("PUT", f"/v1/blobs/{_name(content)}", content)
            answer = client.getresponse()
            answer.read()
            client.close()
            assert answer.status == 201, answer.status
        return way.up


def _check(folder: Path, count: int, size: int) -> None:
    held = set(Blobs(folder).names())
    missing = [1 for content in photos(count, size) if _name(content) not in held]
    assert not missing, f"{len(missing)} of {count} photos are not at the office"


def _name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _port(address: str) -> int:
    port = urlsplit(address).port
    assert port is not None
    return port
