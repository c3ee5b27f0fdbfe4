"""Copies of a production on any backend, what they know, and how two of them meet."""

from __future__ import annotations

import random
from itertools import count
from pathlib import Path
from typing import Any

from data.files import Folder
from data.stamp import Clock, Sources
from data.store import Store
from tests.backends import plain
from tests.small_show import Wall

_seeds = count(1000)


def sources(seed: int = 1, wall: Wall | None = None) -> Sources:
    return Sources(clock=Clock(wall or Wall()), rng=random.Random(seed))


def copy_in(
    folder: Folder, *, hub: bool, source: Sources | None = None, reader: bool = False
) -> Store:
    """The production in a folder of any backend; each opening has chance of its own."""
    chance = source or sources(next(_seeds))
    return Store(Path("production"), sources=chance, hub=hub, reader=reader, folder=folder)


def known(store: Store) -> dict[str, Any]:
    """Everything a copy knows, as plain data; every document, edit and number is read."""
    tables = store.storage.tables
    return {
        "records": {name: [plain(pair) for pair in rows.each()] for name, rows in tables.items()},
        "last": {name: rows.last for name, rows in tables.items()},
        "meta": plain(store.meta),
        "bases": plain(store.bases),
        "unacked": sorted(plain([*store.unacked.items()])),
        "edits": {i: store.history(i) for i in store.ids()},
        "dots": store.books.history.dots.to_json(),
        "top": store.order.top,
        "order": list(store.order.after(0)),
        "sums": [store.sums[slot] for slot in range(256)],
    }


def push(device: Store, hub: Store) -> None:
    """All the device has to the office, and the office's answer back: the whole of a sync."""
    mine = [state for i in device.ids() if (state := device.state(i)) is not None]
    hub.receive(mine, edits=list(device.books.history.recent()))
    theirs = [state for i in hub.ids() if (state := hub.state(i)) is not None]
    device.receive(theirs, confirmed=theirs, acked=tuple(device.unacked))
