"""When a photo is garbage, and its removal: nothing has named it for thirty days that were lived.

The days are counted by a note beside the photos, `unnamed.json`, and not by dates: a sweep adds
the time since the one before it, but never more than a day, and never less than nothing. So a
clock that jumps ahead by a year gains a photo's end one day, a clock that jumps back gains
nothing, and a photo goes only after thirty sweeps or more have met it unnamed. An office that is
off for a week counts that week as a day; keeping a photo for too long costs only room.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from data.blobs import Blobs, write_beside
from data.errors import NotSaved
from data.files import sync_folder

if TYPE_CHECKING:
    from data.store import Store

KEPT_UNNAMED = timedelta(days=30)
MOST_AT_ONCE = timedelta(days=1)
NOTE = "unnamed.json"
_NAME = re.compile(r"(?=([0-9a-f]{64}))")  # in a longer run every 64: what stands before is unsure


class Unnamed(NamedTuple):
    """How long nothing has named a photo, and what `Blobs.touched` said of it meanwhile."""

    days: timedelta
    touched: int


@dataclass(frozen=True, slots=True)
class Note:
    """What the last sweep knew."""

    at: datetime | None = None
    unnamed: Mapping[str, Unnamed] = field(default_factory=dict)


class Swept(NamedTuple):
    removed: tuple[str, ...]
    unnamed: int
    """Photos that nothing names and that are still kept."""


def at_the_office(_name: str) -> bool:
    """`held` for the sweep at the office: it need not ask itself."""
    return True


def sweep(
    blobs: Blobs,
    named: Collection[str],
    *,
    now: datetime,
    held: Callable[[str], bool] | None = None,
) -> Swept:
    """Counts on, and removes every photo that has been garbage for KEPT_UNNAMED.

    `named`: whatever any record, draft, edit, waiting item or bundle names at this moment. `held`:
    on a device, whether the office has verified the photo and made a backup since; at the office
    `at_the_office`. Without it the days are counted and nothing is removed. The note is durable
    before anything goes; a lost or unreadable one means that every photo's days begin anew.
    NotSaved: the disk would not take the note, or let a photo go.
    """
    path = blobs.folder / NOTE
    here = {name: blobs.touched(name) for name in blobs.names() if name not in named}
    before = _read(path)
    note = counted(before, {n: t for n, t in here.items() if t is not None}, now)
    if note.unnamed or before.unnamed:
        _write(path, note)
    garbage = [name for name, photo in note.unnamed.items() if photo.days >= KEPT_UNNAMED]
    removed = tuple(
        name
        for name in garbage
        if held is not None
        and held(name)
        and blobs.remove(name, touched=note.unnamed[name].touched)
    )
    return Swept(removed, len(note.unnamed) - len(removed))


def counted(note: Note, unnamed: Mapping[str, int], now: datetime) -> Note:
    """The next note, from the photos that are unnamed now. One that was named, gone or kept again
    in between begins anew."""
    passed = timedelta(0) if note.at is None else now - note.at
    passed = max(timedelta(0), min(passed, MOST_AT_ONCE))
    days = {
        name: old.days + passed
        for name, old in note.unnamed.items()
        if unnamed.get(name) == old.touched
    }
    return Note(
        now,
        {name: Unnamed(days.get(name, timedelta(0)), touched) for name, touched in unnamed.items()},
    )


def names_in(text: str) -> set[str]:
    """Every text of 64 hexadecimal digits: taken for a photo's name, whatever it was meant for."""
    return set(_NAME.findall(text.lower()))


def gathered(store: Store, found: set[str]) -> Iterator[None]:
    """Adds to `found` what any document or edit of this copy may name, the deleted records' among
    them, some records a step. What is named meanwhile may be missed: a sweep only counts days."""
    for n, record_id in enumerate({*store.ids(), *store.books.history.records()}):
        found |= names_in((store.line(record_id) or b"").decode())
        for line in store.books.history.lines(record_id):
            found |= names_in(line.decode())
        if not n % 50:
            yield


def photo_names(store: Store) -> set[str]:
    """As `gathered`, in one go."""
    found: set[str] = set()
    for _ in gathered(store, found):
        pass
    return found


def _read(path: Path) -> Note:
    try:
        raw: Any = json.loads(path.read_bytes())
        unnamed = {
            str(name): Unnamed(timedelta(seconds=float(seconds)), int(touched))
            for name, (seconds, touched) in raw["unnamed"].items()
        }
        at = datetime.fromisoformat(raw["at"])
    except (OSError, ValueError, TypeError, LookupError, AttributeError, OverflowError):
        return Note()
    return Note() if at.tzinfo is None else Note(at, unnamed)


def _write(path: Path, note: Note) -> None:
    assert note.at is not None
    unnamed = {
        name: [photo.days.total_seconds(), photo.touched] for name, photo in note.unnamed.items()
    }
    content = json.dumps({"at": note.at.isoformat(), "unnamed": unnamed}).encode()
    try:
        write_beside(path, content)
        sync_folder(path.parent)
    except OSError as error:
        raise NotSaved(
            f"The photos were not cleared up: the disk says {error.strerror or error}. "
            "Nothing was removed; free some space."
        ) from error
