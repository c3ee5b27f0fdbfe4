"""What an open Callboard does when nobody waits: shorter journals, backups, photos read again.

One task beside the screens. The store is only touched here, between gestures and a few milliseconds
at a time; a backup reads the disk in a thread of its own. Nothing that goes wrong ends the task:
refusals are what screens show, anything else is logged.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from data.aside import aside
from data.backup import back_up, mark_of, photo_again
from data.backup_choice import Choice, choice, choose, suggestions
from data.desk import Desk
from data.errors import BadInput, OfficeError
from data.kinds.schedule import DAY
from data.manifest import Manifest
from data.restore import backups_at
from data.sweep import at_the_office, gathered, sweep

log = logging.getLogger("callboard.housekeeping")

T = TypeVar("T")

HOURLY: Final = timedelta(hours=1)
ANYHOW: Final = timedelta(hours=12)
"""Also what has not changed is read back at the place so often: a stick may have gone bad."""
AFTER_WRAP: Final = timedelta(minutes=2)
AGAIN: Final = timedelta(minutes=5)
"""After a refusal; a stick that is plugged in again is found within that time."""
ROUND: Final = timedelta(hours=20)
"""From the beginning of one reading of all photos to the next."""

BEGINNING: Final = 10.0
BREATH: Final = 0.02
QUIET: Final = 1.0
SLICE: Final = 0.01
UPSET: Final = 60.0
"""Seconds to the next turn: at the start, while there is work, when there is none, and after the
unexpected."""
CALM: Final = 0.3
"""Seconds after a commit in which somebody is taken to be at work still: a device that brings its
day comes again at once, and must not wait for a slice of the next generation each time."""

LAST_SHOWN: Final = 20
STEP: Final = 0.05
"""How much more of a backup is worth a drawing."""


@dataclass(frozen=True, slots=True)
class Shelves:
    """What a look at the places found."""

    last: tuple[Manifest, ...] = ()
    """The newest backups at the chosen place."""
    suggested: tuple[Path, ...] = ()
    """Sticks and disks that are plugged in."""


def due(
    chosen: Choice,
    now: datetime,
    changed: Callable[[], bool],
    *,
    tried: datetime | None = None,
    wrapped: datetime | None = None,
) -> bool:
    """Whether a backup is to be made now. A clock that was put back never puts one off."""
    if chosen.place is None or (tried is not None and abs(now - tried) < AGAIN):
        return False
    if chosen.made is None or chosen.failed_at is not None:
        return True
    age = abs(now - chosen.made.at)
    after_wrap = wrapped is not None and abs(now - wrapped) >= AFTER_WRAP
    return age >= ANYHOW or ((after_wrap or age >= HOURLY) and changed())


class Keeper:
    """The housekeeping of one open production. `backups`: this is the office."""

    def __init__(self, desk: Desk, *, backups: bool) -> None:
        self.desk = desk
        self.store = desk.store
        self.backups = backups
        self.choice = choice(self.store.home)
        self.shelves = Shelves()
        self.share: float | None = None
        """How much of a backup is made; None while none is."""
        self._listeners: list[Callable[[], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._asked = self._ended = False
        self._written = float("-inf")
        self._tried: datetime | None = None
        self._wrapped: datetime | None = None
        self._wraps = self._known_wraps()
        self._minute: datetime | None = None
        self._photos = _PhotoRound()
        self._sweeping = _Sweeping(at_the_office if backups else None)

    def now(self) -> datetime:
        """The true time in UTC: a rehearsed day (`--today`) makes no backup older."""
        return self.store.sources.clock.now_utc()

    @property
    def trouble(self) -> str:
        """What else a person should know about this disk, in words."""
        return " ".join(filter(None, [self.store.storage.trouble, self._photos.words()]))

    # ---- for the screens ----------------------------------------------------------------------

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Told on the event loop after every change, and once a minute since ages change."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def back_up_now(self) -> None:
        """Asks for a backup, changed or not. BadInput: no place is chosen for it."""
        if self.choice.place is None:
            raise BadInput("Choose a place for backups first.", field="place")
        self._asked = True
        self._rouse()

    async def choose(self, place: Path) -> Choice:
        """As `backup_choice.choose`; the first backup follows at once."""
        self.choice = await aside(choose, self.store.home, place, now=self.now())
        self._asked = True
        self._rouse()
        self._tell()
        return self.choice

    async def look(self) -> None:
        """Reads what lies at the places; a share may take its time."""
        self.shelves = await aside(_look, self.choice.place, self.store.production)
        self._tell()

    # ---- the task -----------------------------------------------------------------------------

    async def run(self) -> None:
        """Until it is cancelled."""
        self._loop = asyncio.get_running_loop()
        stop = self.store.listen(self._touched)
        try:
            await self._rest(BEGINNING)  # the first screens go first
            while True:
                await self._rest(await self._turn_guarded())
        finally:
            self._ended = True  # a backup that is being made ends at its next step
            stop()

    async def turn(self) -> float:
        """One round: what is due, in small parts. Seconds until the next one."""
        if self.store.tend():
            return self._next_slice()
        minute = self.now().replace(second=0, microsecond=0)
        passed, self._minute = self._minute != minute, minute
        if self.backups and (passed or self._asked):
            self._mind_backup()
        await self._photos.mind(self.desk, self.now(), self._again)
        if await self._sweeping.mind(self.desk, self.now()):
            return self._next_slice()
        if passed:
            self._tell()
        return QUIET

    def _next_slice(self) -> float:
        """Seconds; longer while somebody is at work."""
        return QUIET if time.monotonic() - self._written < CALM else BREATH

    async def settled(self) -> None:
        """Returns when no backup is being made."""
        if self._task is not None:
            await self._task

    # ---- inside -------------------------------------------------------------------------------

    async def _turn_guarded(self) -> float:
        try:
            return await self.turn()
        except OfficeError as error:
            log.warning("%s", error.sentence)
        except OSError as error:
            log.warning("the disk says: %s", error)
        except Exception:
            log.exception("unexpected, in the housekeeping")
        return UPSET

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
        self._wake.clear()

    def _rouse(self) -> None:
        if self._loop is None:
            self._wake.set()
        else:
            self._loop.call_soon_threadsafe(self._wake.set)

    def _mind_backup(self) -> None:
        if self._task is not None and not self._task.done():
            return
        now = self.now()
        self.choice = choice(self.store.home)  # a command may have chosen, or made one
        if self._asked or due(
            self.choice, now, self._changed, tried=self._tried, wrapped=self._wrapped
        ):
            self._asked, self._tried, self._wrapped = False, now, None
            self.share = 0.0
            self._task = asyncio.ensure_future(self._back_up(now))

    def _changed(self) -> bool:
        made = self.choice.made
        if made is None or made.mark != mark_of(self.store):
            return True
        return sum(1 for _ in self.desk.blobs.names()) != made.photos

    async def _back_up(self, now: datetime) -> None:
        home = self.store.home
        self._loop = asyncio.get_running_loop()
        self._tell()
        try:
            await aside(back_up, home, now=now, progress=self._progress)
            self._tried = None
        except OfficeError as error:
            log.info("no backup: %s", error.sentence)  # noted where the screens read it
        except Exception:
            log.exception("unexpected, in a backup")
        finally:
            self.share, self.choice = None, choice(home)
            self._tell()
        await self.look()

    def _progress(self, share: float) -> None:
        """In the backup's thread."""
        if self._ended:
            raise OfficeError("The backup was stopped.", code="stopped")
        time.sleep(0.0005)  # taps go first
        if self._loop is not None and self.share is not None and share - self.share >= STEP:
            self.share = share
            with suppress(RuntimeError):  # the loop has just been closed
                self._loop.call_soon_threadsafe(self._tell)

    def _touched(self, touched: frozenset[tuple[str, str]]) -> None:
        """Notes that somebody writes, and a unit's wrap; a commit may come from a thread."""
        self._written = time.monotonic()
        if any(kind == DAY.name for kind, _ in touched):
            wraps = self._known_wraps()
            if wraps - self._wraps:
                self._wrapped = self.now()
            self._wraps = wraps

    def _known_wraps(self) -> set[tuple[str, datetime]]:
        return {(day.id, day.wrapped) for day in self.desk.all(DAY) if day.wrapped is not None}

    def _again(self, name: str) -> bool:
        """Whether a damaged photo could be brought back from the backup."""
        return self.backups and photo_again(self.store.home, self.store.production, name)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


class _PhotoRound:
    """All photos are read again within a day, some in each idle second."""

    def __init__(self) -> None:
        self._after = ""
        self._begun: datetime | None = None
        self._lost: set[str] = set()

    async def mind(self, desk: Desk, now: datetime, again: Callable[[str], bool]) -> None:
        if not self._after:
            if self._begun is not None and abs(now - self._begun) < ROUND:
                return
            self._begun = now
        slice_ = await aside(desk.blobs.scrub, now=now, after=self._after)
        self._after = slice_.last
        if slice_.left:
            log.warning("photos that the disk does not let us read: %s", ", ".join(slice_.left))
        for name in slice_.damaged:
            if not await aside(again, name):
                self._lost.add(name)
        self._lost = {name for name in self._lost if not desk.blobs.has(name)}

    def words(self) -> str:
        many = len(self._lost)
        if not many:
            return ""
        found = "A photo was" if many == 1 else f"{many} photos were"
        return (
            f"{found} damaged on this disk and put aside. Check the disk; the device that took "
            f"{'it' if many == 1 else 'them'} may have {'it' if many == 1 else 'them'} still."
        )


class _Sweeping:
    """Once a day, what no record names any more is counted, and at the office let go in the end."""

    def __init__(self, held: Callable[[str], bool] | None) -> None:
        self._held = held
        self._swept: datetime | None = None
        self._named: set[str] = set()
        self._steps: Iterator[None] | None = None

    async def mind(self, desk: Desk, now: datetime) -> bool:
        """A few milliseconds of it; whether there is more to do."""
        if self._steps is None:
            if self._swept is not None and abs(now - self._swept) < ROUND:
                return False
            self._named = set()
            self._steps = gathered(desk.store, self._named)
        end = time.perf_counter() + SLICE
        while time.perf_counter() < end:
            if next(self._steps, self) is self:
                self._steps, self._swept = None, now
                named = self._named
                await aside(sweep, desk.blobs, named, now=now, held=self._held)
                return False
        return True


def _look(place: Path | None, production: str) -> Shelves:
    suggested = tuple(suggestions())
    if place is None:
        return Shelves((), suggested)
    try:
        found = [backup.manifest for backup in backups_at(place)]
    except (OfficeError, OSError):  # `choice` says why there is none
        return Shelves((), suggested)
    last = [manifest for manifest in found if manifest.production == production]
    return Shelves(tuple(last[:LAST_SHOWN]), suggested)
