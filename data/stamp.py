"""The clock everybody is handed, and the stamps of edits.

A stamp only picks which of two truly concurrent values is shown first (sync/PROTOCOL.md); it never
decides what came after what, so a wrong clock costs at most a question in the inbox.
"""

from __future__ import annotations

import hashlib
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, Literal

from data.record import RecordId

Quality = Literal["ok", "guess", "suspect"]
"""Of a clock: compared with the office's, never compared, or found far off or jumping."""
FAR_MS: Final = 120_000
"""A clock farther off than this is suspect."""


def replica_of(device: str, salt: str) -> str:
    """A replica's name. Who shows the salt proves that it was named on that device: another one
    would have to find 64 bits that hash to it."""
    said = f"{device} {salt}".encode()
    return hashlib.blake2b(said, digest_size=8, person=b"callboard.replic").hexdigest()


def wall() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Clock:
    """Now, as this copy believes it. `shift` moves whole days for rehearsals (`--today`)."""

    now_utc: Callable[[], datetime] = wall
    shift: timedelta = timedelta(0)

    def now(self) -> datetime:
        """An aware instant in UTC."""
        return self.now_utc() + self.shift

    def shifted_to(self, day: date, zone: tzinfo) -> Clock:
        """The same time of day, on the date `day` in `zone`."""
        now = self.now_utc()
        there = datetime.combine(day, now.astimezone(zone).time(), zone)
        return Clock(self.now_utc, there - now)


@dataclass(slots=True)
class Sources:
    """What is no function of the records: time and chance. Tests and the sample hand in theirs."""

    clock: Clock = field(default_factory=Clock)
    rng: random.Random = field(default_factory=secrets.SystemRandom)
    offset: int = 0
    """Milliseconds that the office's clock was ahead of this one when they last met."""
    quality: Quality = "ok"
    _last: int = 0

    def new_id(self) -> RecordId:
        """UUIDv7 (RFC 9562): unique wherever it is made; the time in it orders nothing."""
        ms = int(self.clock.now().timestamp() * 1000) & (2**48 - 1)
        bits = ms << 80 | 0x7 << 76 | self.rng.getrandbits(12) << 64
        bits |= 0b10 << 62 | self.rng.getrandbits(62)
        text = f"{bits:032x}"
        return RecordId(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")

    def new_token(self) -> str:
        """64 random bits as text: a replica, a gesture, an epoch."""
        return f"{self.rng.getrandbits(64):016x}"

    def wall_ms(self) -> int:
        """Milliseconds since 1970 by this copy's own clock, right or wrong."""
        return int(self.clock.now().timestamp() * 1000)

    def stamp(self) -> int:
        """Milliseconds since 1970 by the office's clock as far as it is known here, always above
        the last one. Nobody else's stamps move it."""
        self._last = max(self.wall_ms() + self.offset, self._last + 1)
        return self._last

    def rehearse(self, day: date, zone: tzinfo) -> None:
        """It is `day` from now on. How far the office was ahead was measured by another clock."""
        self.clock = Clock(self.clock.now_utc).shifted_to(day, zone)
        self.offset, self.quality = 0, "ok"

    def told(self, offset: int) -> None:
        """The office has told the time: `offset` is how far it is ahead of this clock."""
        self.offset = offset
        self.quality = "suspect" if abs(offset) > FAR_MS else "ok"


def jumped(start_wall: float, start_ticks: float, *, limit_s: float = 120.0) -> bool:
    """Whether the wall clock moved against the machine's own ticks since the run began."""
    return abs((time.time() - start_wall) - (time.monotonic() - start_ticks)) > limit_s
