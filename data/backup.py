"""Makes backups: a production's files grow at a second place as they grew here, and are read back.

Files of a production only grow at their end or are new, so a backup costs what is new since the
last. Its manifest is written when the place has given back every byte that it names; one that was
interrupted leaves all earlier backups as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from data.backup_choice import Made, alone, choice, in_words, note, reached
from data.blobs import Blobs, write_beside
from data.document import GONE
from data.errors import BadInput, Damaged, NotFound, OfficeError
from data.files import MemoryFile
from data.generations import Generations
from data.held import Held, Part, held, held_now
from data.history import open_segment
from data.manifest import (
    PHOTOS,
    Kept,
    Manifest,
    digest,
    photos_listed,
    settled,
    show_folder,
    write_manifest,
)
from data.sealed import HISTORY, SNAPSHOT, Sealed
from data.shelf import Meter, Progress, Shelf, unreadable_here
from data.stamp import Sources
from data.state import State
from data.store import Store
from data.sums import Sums

CHECKED_AGAIN: Final = 50
"""Photos at the place that every backup reads again, in turn."""

_PHOTO: Final = 400_000  # bytes, about; for the progress alone
_SEALED: Final = {"snapshot": SNAPSHOT, "history": HISTORY}


def no_progress(_share: float) -> None:
    return None


def back_up(home: Path, *, now: datetime, progress: Progress = no_progress) -> Made:
    """A backup at the chosen place, read back; what became of it is noted for `choice`.

    The office may write meanwhile. OfficeError: there is none, and the sentence says why.
    """
    chosen = choice(home)
    if not begun(home):
        raise BadInput(f"There is no production in {home}. Open Callboard once to create it.")
    try:
        place = reached(home, chosen)
        with alone(home), in_words(place):
            made, checked = _make(home, place, chosen.checked, now, progress)
    except OfficeError as error:
        if error.code != "stopped":
            _note(home, chosen.place, failed_at=now, why=error.sentence)
        raise
    _note(home, chosen.place, made=made, failed_at=None, why="", checked=checked)
    return made


def photo_again(home: Path, production: str, name: str) -> bool:
    """Brings a photo back from the place, if it is whole there."""
    place = choice(home).place
    if place is None:
        return False
    there = Blobs(show_folder(place, production, "") / "photos")
    try:
        Blobs(home / "photos").keep(there.read(name))
    except OfficeError:
        return False
    return True


def begun(home: Path) -> bool:
    """Whether a production lies there, whole or not."""
    return any(home.glob("journal.[1-9]*")) or any(home.glob("snapshot.[1-9]*"))


def living(store: Store) -> int:
    """How many records there are, those deleted not counted."""
    return sum(len(rows) for name, rows in store.storage.tables.items() if name != GONE)


def mark_of(store: Store) -> str:
    """Another one means that something was written since."""
    return f"{store.meta.get('epoch', '')}:{store.order.top}"


def total(sums: Sums) -> str:
    return f"{sums.total:032x}"


class _Live(NamedTuple):
    """The production as a reader finds it, its files held open."""

    files: Mapping[str, Part]
    """What counts of it, by name."""
    store: Store


def _make(
    home: Path, place: Path, checked: str, now: datetime, progress: Progress
) -> tuple[Made, str]:
    with _reading(home, now) as live:
        store, title = live.store, _title(live.store)
        shelf = Shelf(place, show_folder(place, store.production, title), Meter(progress))
        sizes = {name: part.size for name, part in live.files.items()}
        shelf.meter.expect(2 * sum(sizes.values()))
        shelf.make_room(sizes)
        manifest = Manifest(
            production=store.production,
            title=title,
            at=now.replace(microsecond=0),
            mark=mark_of(store),
            records=living(store),
            counted=store.sums.count,
            total=total(store.sums),
            photos=0,
            files={name: shelf.keep(name, part) for name, part in live.files.items()},
        )
        _check_there(shelf, manifest)
    photos = _Photos(shelf, Blobs(home / "photos"), checked)
    manifest = photos.end(manifest)
    with suppress(OSError, Damaged):  # what stays too long costs only room
        shelf.clear()
    made = Made(
        at=manifest.at,
        mark=manifest.mark,
        records=manifest.records,
        photos=manifest.photos,
        copied=shelf.copied,
        notes=tuple(shelf.notes),
    )
    return made, photos.checked


# ---- the records ------------------------------------------------------------------------------


@contextmanager
def _reading(home: Path, now: datetime) -> Iterator[_Live]:
    """A second look before damage is believed: the first may have met a commit half written."""
    for last in (False, True):
        with held_now(home) as files:
            try:
                live = _opened(home, files, now)
            except OSError as error:
                raise unreadable_here(error) from error
            except Damaged:
                if last:
                    raise
                continue
            yield live
            return


def _opened(home: Path, files: Held, now: datetime) -> _Live:
    """What counts of it: to the last whole commit, and no older files. The store is opened from
    these bytes alone, for the journal may have grown meanwhile within its reserved room."""
    generations = Generations(files, writer=False, now=now)
    sealed = generations.open()
    for _ in generations.commits():
        pass
    journal = generations.journal
    if journal is None:
        raise Damaged("There is no journal any more in the production's folder. Restore a backup.")
    first = int(sealed.name.partition(".")[2]) if sealed is not None else 1
    names = [f"journal.{number}" for number in range(first, generations.generation + 1)]
    names += [sealed.name] if sealed is not None else []
    counting = {name: files.open(name) for name in names}
    counting[journal.name] = files.part(journal.name, journal.end)
    older = {name: part for name, part in files.parts.items() if name.startswith("history.")}
    here = Held({**counting, **older})
    store = Store(home, sources=Sources(), hub=True, reader=True, folder=here)
    for number in store.books.history.segments:
        segment = open_segment(files, number)
        counting[segment.name] = files.open(segment.name)
    return _Live(counting, store)


def _check_there(shelf: Shelf, manifest: Manifest) -> None:
    """The records at the place, opened as a reader would; a new snapshot is also read section by
    section, and its records are counted anew. Damaged: not what is said here."""
    fresh, step = shelf.fresh, shelf.meter.tell
    with held(manifest.places(shelf.folder)) as there:
        for name in fresh:
            first = _SEALED.get(name.partition(".")[0])
            sealed = Sealed.open(there, name, first) if first is not None else None
            for _ in sealed.check() if sealed is not None else ():
                step(1.0)
        store = Store(shelf.folder, sources=Sources(), hub=True, reader=True, folder=there)
        anew = any(name.startswith("snapshot.") for name in fresh)
        sums = Sums.of(_states(store, step)) if anew else store.sums
        if (sums.count, total(sums)) != (manifest.counted, manifest.total):
            raise Damaged(
                "The records do not add up to what was counted when they were written. No backup "
                "was made; run callboard check."
            )


def _states(store: Store, step: Progress) -> Iterator[State]:
    for n, record_id in enumerate(store.ids()):
        state = store.state(record_id)
        if state is not None:
            yield state
        if not n % 100:
            step(1.0)


def _title(store: Store) -> str:
    for record_id, _ in store.lines("production"):
        return str((store.document(record_id) or {}).get("title", ""))
    return ""


# ---- the photos -------------------------------------------------------------------------------


class _Photos:
    """The end of a backup. A photo that was listed once stays, also when the one here is lost."""

    def __init__(self, shelf: Shelf, here: Blobs, checked: str) -> None:
        self.shelf, self.here = shelf, here
        self.there = Blobs(shelf.folder / "photos")
        self.checked = checked

    def end(self, manifest: Manifest) -> Manifest:
        """The last manifest. If photos are to be brought there is one before it: a stick that is
        pulled in the middle of a thousand has at least the records."""
        listed = self._listed()
        spoiled = self._check_again(listed)
        listed = [name for name in listed if name not in spoiled]
        missing = sorted(set(self.here.names()) - set(listed))
        if missing or spoiled:
            self._write(manifest, listed)
        self.shelf.meter.expect(len(missing) * _PHOTO)
        for name in missing:
            if self._bring(name):
                listed.append(name)
            self.shelf.meter.did(_PHOTO)
        for folder in {self.there.folder / name[:2] for name in missing}:
            settled(folder)
        for name in sorted(spoiled - set(listed)):
            self.shelf.notes.append(f"The photo {name[:8]} there is damaged, and is not here.")
        return self._write(manifest, listed)

    def _listed(self) -> list[str]:
        """The photos of the last backup, in its order, but for those gone since."""
        there = set(self.there.names())
        for backup in self.shelf.backups:
            try:
                return [name for name in photos_listed(backup) if name in there]
            except Damaged:
                self.shelf.notes.append(
                    f"The list of photos of {backup.manifest.at:%d %B} there is damaged; the next "
                    "one is whole."
                )
        return []

    def _check_again(self, listed: Iterable[str]) -> set[str]:
        """Reads some more of the photos there: which are not what they were."""
        names = sorted(name for name in listed if name > self.checked)
        now = names[:CHECKED_AGAIN]
        self.checked = now[-1] if len(names) > len(now) else ""
        return {name for name in now if not self._is_whole(name)}

    def _bring(self, name: str) -> bool:
        """Whether it stands there now, as it was taken."""
        if self._is_whole(name):  # a backup that was interrupted brought it
            return True
        try:
            content = self.here.read(name)
        except NotFound:
            return False  # swept meanwhile
        except Damaged:
            self.shelf.notes.append(f"The photo {name[:8]} is damaged here and was not copied.")
            return False
        folder = self.shelf.make_folder(self.there.folder / name[:2])
        write_beside(folder / name, content)
        self.shelf.copied += len(content)
        if digest(folder / name, len(content)) != name:
            raise self.shelf.not_given_back()
        return True

    def _is_whole(self, name: str) -> bool:
        path = self.there.folder / name[:2] / name
        return path.exists() and digest(path, path.stat().st_size) == name

    def _write(self, manifest: Manifest, listed: list[str]) -> Manifest:
        content = "".join(f"{name}\n" for name in listed).encode()
        kept: Kept = self.shelf.keep(PHOTOS, Part(MemoryFile(bytearray(content)), len(content)))
        files = {**manifest.files, PHOTOS: kept}
        written = replace(manifest, photos=len(listed), files=files)
        write_manifest(self.shelf.folder, written)
        return written


def _note(home: Path, place: Path | None, **told: object) -> None:
    """The fate of a backup does not hang on this note."""
    now = choice(home)
    if now.place == place is not None:  # else another place was chosen meanwhile
        with suppress(OfficeError):
            note(home, replace(now, **told))  # type: ignore[arg-type]  # fields of it, by name
