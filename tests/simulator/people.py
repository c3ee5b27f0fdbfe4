"""What people do with a copy: write, add, take away, delete, and save what they saw a while ago."""

from __future__ import annotations

from random import Random
from typing import Any

from data.edit import Write
from data.state import Dot
from tests.simulator.copies import Copy
from tests.simulator.scopes import ENVELOPES, SETTINGS
from tests.simulator.swarm import Swarm

FIELDS = ("name", "phone", "call", "money")
SETS = {
    "photos": ("9f86d081", "60303ae2", "fd61a03a", "a4e62428"),
    "tags": ("van", "fuel", "NIGHT"),
}
NATURAL = ("day-1", "day-2", "timecard-ada")
NATURAL_FACTS = ("sign-in-ada", "sign-in-ben")
MOST_RECORDS = 14
WHOSE = ("Ada", "Ben", "Cam")

Shown = dict[str, tuple[Dot, ...]]


class People:
    """Everybody at every copy. They remember what a form showed them."""

    def __init__(self, rng: Random, swarm: Swarm) -> None:
        self._rng, self._swarm = rng, swarm
        self._made = 0
        self._shown: dict[tuple[str, int, str], Shown] = {}

    def gesture(self, copy: Copy) -> list[Write]:
        """What somebody at that copy does next, in one commit."""
        many = 1
        if "gestures" in self._swarm and self._rng.random() < 0.4:
            many = self._rng.randint(2, 4)
        return [self._write(copy) for _ in range(many)]

    def _write(self, copy: Copy) -> Write:
        rng = self._rng
        known = [i for i in sorted(copy.held) if copy.model.kinds.get(i) not in SETTINGS]
        new = 0.7 if len(known) < 3 else 0.15 if len(known) < MOST_RECORDS else 0.0
        if not known or rng.random() < new:
            return self._new(copy)
        record = rng.choice(known)
        kind = copy.model.kinds[record]
        if kind == "time":  # a fact is written once: voided by a new one
            if "twice" in self._swarm and not copy.hub and rng.random() < 0.4:
                return Write("time", record, {"at": str(rng.randrange(99))})
            return self._fact(copy, {"voids": record})
        if "delete" in self._swarm and rng.random() < 0.12:
            return Write(kind, record, delete=True)
        return self._change(copy, kind, record)

    def _new(self, copy: Copy) -> Write:
        rng = self._rng
        if "twins" in self._swarm and rng.random() < 0.5:
            record = rng.choice(NATURAL)
            return self._change(copy, "receipt", record)
        if "facts" in self._swarm and rng.random() < 0.4:
            return self._fact(
                copy, {"what": rng.choice(("in", "out")), "at": str(rng.randrange(99))}
            )
        self._made += 1
        return self._change(copy, "receipt", f"rec-{self._made}")

    def _fact(self, copy: Copy, values: dict[str, Any]) -> Write:
        if "twins" in self._swarm and self._rng.random() < 0.2:
            record = self._rng.choice(NATURAL_FACTS)
            if record not in copy.held:
                return Write("time", record, values)
        if "scopes" in self._swarm and self._rng.random() < 0.8:
            values = {**values, "person": self._rng.choice(WHOSE)}
        self._made += 1
        return Write("time", f"fact-{self._made}", values)

    def _change(self, copy: Copy, kind: str, record: str) -> Write:
        rng = self._rng
        names = rng.sample(FIELDS, rng.choice((0, 1, 1, 2, 3)))
        values = {name: self._value(name) for name in names}
        if "scopes" in self._swarm and kind == "receipt" and rng.random() < 0.3:
            values["envelope"] = rng.choice((None, *ENVELOPES))
        add: dict[str, tuple[str, ...]] = {}
        remove: dict[str, tuple[str, ...]] = {}
        if "sets" in self._swarm and rng.random() < 0.4:
            name = rng.choice(tuple(SETS))
            part = add if rng.random() < 0.65 else remove
            part[name] = tuple(sorted(rng.sample(SETS[name], rng.randint(1, 2))))
        return Write(kind, record, values, add, remove, self._seen(copy, record))

    def _seen(self, copy: Copy, record: str) -> Shown | None:
        """The dots a person was shown, perhaps a while ago; None: they save what stands there."""
        key = (copy.name, copy.starts, record)  # a form does not outlive the app
        before = self._shown.get(key)
        if "stale" not in self._swarm or self._rng.random() < 0.5:
            return None
        state = copy.store.state(record)
        cells = {} if state is None else state.cells
        self._shown[key] = {name: tuple(cells.get(name, ())) for name in FIELDS}
        return before

    def _value(self, name: str) -> Any:
        if name == "money":
            return {"a": f"{self._rng.randrange(400) / 4:.2f}", "c": "EUR"}
        if name == "phone":
            return self._rng.choice((None, "555-0101", "555-0102", 5550103))
        self._made += 1
        return f"{name} {self._made} Zoë"
