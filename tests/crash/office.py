"""Gestures of an office copy and of a device's: its own, in between what another copy brought."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from data.edit import Write, apply
from data.files import Folder
from data.stamp import Sources
from data.state import Dot, Mark, State
from data.storage import JournalStorage
from data.store import Store
from tests.crash.sort import Expected, Seen

_2100: Final = 4_102_444_800_000
"""Milliseconds: an edit that no device lets go of because it is older than thirty days."""


def written(n: int) -> list[Write]:
    """Gesture n of a person: seven or eight edits of six or seven records."""
    pad = "x" * (n * 397 % 900)
    return [
        Write(
            "scene",
            "all0",
            {"turn": n, "set_name": pad},
            add={"cast": (str(n % 5),)},
            remove={"cast": (str((n + 2) % 5),)},
        ),
        *(Write("scene", f"all{k}", {"turn": n, "pages": k}) for k in (1, 2, 3)),
        Write("person", f"p{n % 9}", {"turn": n, "note": pad}),
        Write("scene", "all3", {"again": n}),
        Write("person", f"q{n % 4}", {"turn": n}, delete=n % 8 >= 4),
    ]


def brought(n: int, replica: str) -> list[tuple[State, Mapping[str, Any]]]:
    """Gesture n of another copy: two records, each with its edit."""
    both: list[tuple[State, Mapping[str, Any]]] = []
    for k, record_id in enumerate((f"far{n % 20}", "near")):
        change = Write("scene", record_id, {"turn": n})
        dot = Dot(replica, 2 * n + k)
        state, edit = apply(
            State(record_id, "scene"), change, dot, Mark(_2100 + n, None, "Ben"), f"gesture {n}"
        )
        both.append((state, edit.to_json()))
    return both


def comes_from_afar(n: int) -> bool:
    return n % 5 == 0


class Office:
    """An office copy, or a device's: gestures of its own, and in between what another brought."""

    def __init__(self, *, hub: bool) -> None:
        self.hub = hub

    def open(
        self, home: Path, *, reader: bool = False, folder: Folder | None = None, seed: int = 0
    ) -> Store:
        sources = Sources(rng=random.Random(seed)) if seed else Sources()
        return Store(home, sources=sources, hub=self.hub, reader=reader, folder=folder)

    def say(self, copy: Store, n: int) -> None:
        if not comes_from_afar(n):
            copy.commit(written(n), user="Ada")
            return
        both = brought(n, "phone" if self.hub else "office")
        edits = [raw for _, raw in both]
        confirmed = copy.state("all0")
        copy.receive(
            [state for state, _ in both],
            edits=edits,
            confirmed=[] if self.hub or confirmed is None else [confirmed],
            acked=[] if self.hub else [*copy.unacked, *(Dot(*raw["dot"]) for raw in edits)],
            meta={"cursor": n},
        )

    def seen(self, copy: Store) -> Seen:
        tables = {name: rows for name, rows in copy.storage.tables.items() if len(rows)}
        return {
            "records": {i: _plain(copy.document(i) or {}) for i in copy.ids()},
            "tables": {name: sorted(rows.refs) for name, rows in tables.items()},
            "edits": {i: [_edit(e.values) for e in copy.history(i)] for i in copy.ids()},
            "meta": {name: told for name, told in copy.meta.items() if not _of_runs(name)},
            "every run that wrote is noted": {d.replica for d in copy.unacked} <= {*copy.replicas},
            "bases": sorted(copy.bases),
            "unacked": sorted([raw["id"], _edit(raw["f"])] for raw in copy.unacked.values()),
            "order": [list(put) for put in copy.order.after(0)],
            "top": copy.order.top,
            "the sums agree": copy.sums == copy.counted(),
        }

    def storage(self, copy: Store) -> JournalStorage:
        return copy.storage

    def nothing(self) -> Expected:
        return ExpectedOffice(hub=self.hub)


class ExpectedOffice:
    """What a store must know, told without the engine."""

    def __init__(self, *, hub: bool) -> None:
        self.n = 0
        self._hub = hub
        self._records: dict[str, dict[str, Any]] = {}
        self._tables: dict[str, str] = {}
        self._edits: dict[str, list[Any]] = {}
        self._meta: dict[str, Any] = {}
        self._bases: set[str] = set()
        self._unacked: list[list[Any]] = []
        self._puts: dict[str, int] = {}
        self._top = 0

    def take(self) -> None:
        self.n += 1
        if comes_from_afar(self.n):
            touched = {f"far{self.n % 20}": "scene", "near": "scene"}
            for record_id in touched:
                self._edit(record_id, {"turn": self.n})
            self._meta = {"cursor": self.n}
            self._bases -= {"all0", *touched}
            self._unacked = []
        else:
            touched = {}
            for change in written(self.n):
                touched[change.id] = "_deleted" if change.delete else change.kind
                self._edit(change.id, change.values, change.add, change.remove)
            self._bases |= set() if self._hub else set(touched)
        self._tables |= touched
        self._put(touched)

    def seen(self) -> Seen:
        tables = {self._tables[record_id] for record_id in self._records}
        return {
            "records": {i: dict(values) for i, values in self._records.items()},
            "tables": {t: sorted(i for i in self._records if self._tables[i] == t) for t in tables},
            "edits": {i: list(edits) for i, edits in self._edits.items()},
            "meta": dict(self._meta),
            "every run that wrote is noted": True,
            "bases": sorted(self._bases),
            "unacked": [] if self._hub else sorted(self._unacked),
            "order": [[n, i] for i, n in sorted(self._puts.items(), key=lambda put: put[1])],
            "top": self._top,
            "the sums agree": True,
        }

    def _edit(
        self,
        record_id: str,
        values: Mapping[str, Any],
        add: Mapping[str, Iterable[str]] | None = None,
        remove: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        record = self._records.setdefault(record_id, {})
        record |= values
        for name in (add or {}).keys() | (remove or {}).keys():
            here = set(record.get(name, ()))
            here = here - set((remove or {}).get(name, ())) | set((add or {}).get(name, ()))
            record[name] = sorted(here)
        self._edits.setdefault(record_id, []).append(_edit(values))
        self._unacked.append([record_id, _edit(values)])

    def _put(self, touched: Mapping[str, str]) -> None:
        """The office numbers the records of a commit table by table."""
        for table in dict.fromkeys(touched.values()) if self._hub else ():
            for record_id in (i for i, t in touched.items() if t == table):
                self._top += 1
                self._puts[record_id] = self._top


def _of_runs(name: str) -> bool:
    """What the books say of the runs that wrote: each has its own, by chance."""
    return name == "replicas" or name.startswith("salt/")


def _plain(doc: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in doc.items() if name != "_m"}


def _edit(values: Mapping[str, Any]) -> int:
    """What an edit of ours is known by."""
    return int(values.get("turn", values.get("again", 0)))
