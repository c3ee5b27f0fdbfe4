"""Saves what can still be read of a damaged production into a new one.

Every whole block of the snapshots, every whole commit of the journals, those behind a damaged place
too, and every whole part of the history are read; the damaged folder stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from data.backup import no_progress
from data.blobs import Blobs
from data.check import history_of, words
from data.document import state_of
from data.edit import dot_of
from data.errors import BadInput, Damaged, NotFound
from data.files import Folder
from data.held import held_now
from data.journal import not_saved
from data.packing import loads
from data.remains import Gap, commits, edits, read
from data.shelf import Meter, Progress
from data.snapshot_remains import snapshot
from data.stamp import Sources
from data.standing import Standing, numbers, standing
from data.state import Dot, State
from data.store import Store

_AT_ONCE: Final = 500
_PHOTO: Final = 400_000  # bytes, about; for the progress alone


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What the new folder holds, and what is lost."""

    hub: bool
    """Whether it is an office's."""
    records: int
    edits: int
    photos: int
    lost: tuple[str, ...]
    """In sentences. Empty: nothing that anybody was told to be saved."""


def salvage(
    home: Path, into: Path, *, sources: Sources | None = None, progress: Progress = no_progress
) -> Salvaged:
    """Writes what is left of the production in `home` to the new folder `into`: each document as it
    was put last, the edits, the meta, the photos.

    Some records are then as they were *earlier*, and some are missing. Whoever calls this must
    begin a new epoch on an office's folder (`sync.exchange.Office.new_epoch`) before any device
    meets it, so that devices offer everything and bring what is missing. A device's folder offers
    and asks for everything by itself. BadInput: there is no production, or `into` is no new folder.
    NotSaved: the disk of `into` would not; what is there may be removed.
    """
    taken = into.exists() and (not into.is_dir() or any(into.iterdir()))
    if taken or into.resolve().is_relative_to(home.resolve()):
        raise BadInput(f"{into} is not a new folder. Name one that is not there yet.")
    meter = Meter(progress)
    try:
        with held_now(home) as files:
            found = _Found(files, meter)
    except OSError as error:
        raise Damaged(f"{home} cannot be read: the disk says {error.strerror or error}.") from error
    if not found.files:
        raise BadInput(f"There is no production in {home}.")
    states = found.states()
    meter.expect(len(states) + len(found.edits))
    try:
        store = Store(into, sources=sources or Sources(), hub=found.hub, holder="salvage")
    except OSError as error:
        raise not_saved(error) from error
    try:
        _write(found, states, store, meter)
    finally:
        store.close()
    photos = _photos(found, Blobs(home / "photos"), Blobs(into / "photos"), meter)
    return Salvaged(found.hub, len(states), len(found.edits), photos, tuple(found.lost))


# ---- reading ----------------------------------------------------------------------------------


class _Found:
    """Everything that is left, in the order in which it was written."""

    def __init__(self, folder: Folder, meter: Meter) -> None:
        self.docs: list[tuple[str | None, bytes]] = []
        """Id, if it is known, and line; the newest of a record last."""
        self.edits: dict[Dot, Mapping[str, Any]] = {}
        self.meta: dict[str, Any] = {}
        self.lost: list[str] = []
        self.hub = bool(numbers(folder, "history"))
        self.files = len(folder.names())
        self._folder, self._meter = folder, meter
        self._gone: dict[str, str] = {}
        """Documents of damaged blocks: their table by id."""
        self._read(standing(folder))

    def states(self) -> dict[str, State]:
        """Every record that is left, as it was last."""
        lines, nameless = self._by_id()
        states: dict[str, State] = {}
        for record_id, line in lines.items():
            try:
                states[record_id] = state_of(record_id, loads(line))
            except (LookupError, TypeError, ValueError):
                nameless += 1
        back = "Devices bring them back." if self.hub else "The office has them still."
        gone = Counter(t for record_id, t in self._gone.items() if record_id not in states)
        if gone:
            many = ", ".join(words(count, f"record of {table}") for table, count in gone.items())
            self.lost.append(f"{many} cannot be read. {back}")
        if nameless:
            many = words(nameless, "document")
            self.lost.append(f"{many} can be read, but not which record each is. {back}")
        return states

    def _by_id(self) -> tuple[dict[str, bytes], int]:
        """The newest line of each record; a document without an id has it from one of its edits."""
        of_dot = {dot: str(raw["id"]) for dot, raw in self.edits.items()}
        lines: dict[str, bytes] = {}
        nameless = 0
        for known, line in self.docs:
            record_id = known or next((of_dot[dot] for dot in _dots(line) if dot in of_dot), None)
            if record_id is None:
                nameless += 1
            else:
                lines[record_id] = line
        return lines, nameless

    def _read(self, parts: Standing) -> None:
        folder = self._folder
        listed = history_of(folder, parts)
        for name in [*parts.missing, *(f"history.{n}" for n in listed)]:
            if name not in folder.names():
                self.lost.append(f"{name} is missing, with all that was kept there.")
        for number in numbers(folder, "history"):
            self._segment(number, counts=number in listed)
        snapshots, journals = numbers(folder, "snapshot"), numbers(folder, "journal")
        for number in sorted({*snapshots, *journals}):
            if number in snapshots:
                self._snapshot(number, counts=number == parts.snapshot)
            if number in journals:
                last = number == max(parts.journals, default=0)
                self._journal(number, last=last, counts=number in parts.journals)

    def _segment(self, number: int, *, counts: bool) -> None:
        left = edits(self._bytes(f"history.{number}"))
        self._take(map(loads, left.lines))
        for gap in left.gaps if counts else ():
            self._lose(f"history.{number}", gap, "who changed what is lost in part")

    def _snapshot(self, number: int, *, counts: bool) -> None:
        left = snapshot(self._bytes(f"snapshot.{number}"))
        self.docs += [(record_id, line) for _, record_id, line in left.docs]
        self._take(left.books.get("edits", ()))
        self.meta |= left.books.get("meta", {})
        self.hub = self.hub or bool(left.books.get("top") or any(left.books.get("order", ())))
        if not counts:
            return
        self._gone |= {record_id: table for table, record_id in left.gone}
        for gap, what in left.gaps.items():
            self._lose(f"snapshot.{number}", gap, f"there was {what}")
        if left.gaps and "meta" not in left.books:
            self.lost.append(
                "What the production knew of itself (its number, its devices and their letters) is "
                "lost, but for what was noted later."
            )

    def _journal(self, number: int, *, last: bool, counts: bool) -> None:
        left = commits(self._bytes(f"journal.{number}"), last=last)
        for commit in left.whole:
            self.docs += [pair for lines in commit.put.values() for pair in lines.items()]
            self._take(map(loads, commit.edits))
            self.meta |= commit.books.get("meta", {})
            self.hub = self.hub or bool(commit.books.get("hseq"))
        for gap in left.gaps if counts else ():
            then = "what was committed there is as it was before"
            self._lose(f"journal.{number}", gap, then)

    def _take(self, raws: Iterable[Mapping[str, Any]]) -> None:
        for raw in raws:
            self.edits.setdefault(dot_of(raw), raw)

    def _lose(self, name: str, gap: Gap, then: str) -> None:
        self.lost.append(f"{name} cannot be read from byte {gap.at} to {gap.end}: {then}.")

    def _bytes(self, name: str) -> bytes:
        data = read(self._folder, name)
        self._meter.expect(len(data))
        self._meter.did(len(data))
        return data


def _dots(line: bytes) -> Iterator[Dot]:
    for row in loads(line)["_m"]["d"]:
        yield Dot(row[0], row[1])


# ---- writing ----------------------------------------------------------------------------------


def _write(found: _Found, states: Mapping[str, State], store: Store, meter: Meter) -> None:
    store.set_meta(**found.meta)
    for some in _slices(found.edits.values()):
        store.receive([], edits=some)
        meter.did(len(some))
    for group in _slices(states.values()):
        store.receive(group)
        meter.did(len(group))
    if not found.hub:
        store.forget_bases(cursor="")


def _slices(all_of_them: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(all_of_them)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _photos(found: _Found, here: Blobs, there: Blobs, meter: Meter) -> int:
    names = list(here.names())
    meter.expect(_PHOTO * len(names))
    whole = 0
    for name in names:
        try:
            content = here.read(name)
        except Damaged as error:
            found.lost.append(error.sentence)
        except NotFound:
            pass  # swept meanwhile
        else:
            there.keep(content)
            whole += 1
        meter.did(_PHOTO)
    return whole
