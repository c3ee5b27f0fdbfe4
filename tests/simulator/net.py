"""The network between devices and the office: late, twice, cut short, one way only, or not at all.

One call of a session is under way at a time; it is answered, refused or given up after half a
minute, but what was sent may still arrive long after.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from sync.calls import Answer, Call, Talk
from tests.simulator.copies import DeviceCopy, OfficeCopy
from tests.simulator.swarm import Swarm

SECOND: Final = 1000
HOUR: Final = 3600 * SECOND
DAY: Final = 24 * HOUR
GIVE_UP: Final = 30 * SECOND


@dataclass(slots=True, eq=False)
class Line:
    """A device's conversation. `call`: which call is under way, so that old answers are known."""

    device: DeviceCopy
    office: OfficeCopy
    talk: Talk
    call: int = 0
    whole: bool = True
    """A whole session, not a question for news."""


At = Callable[[int, str, Any], None]
"""Has an event happen so many milliseconds from now."""


class SimNet:
    def __init__(self, rng: Random, swarm: Swarm, at: At) -> None:
        self._rng, self._swarm, self._at = rng, swarm, at
        self._calm = False
        self.apart: dict[str, str] = {}
        """By device that is out of reach: `both` ways, or `out` or `in` alone."""

    def calm(self) -> None:
        """From now on everything arrives, at once and whole."""
        self._calm = True
        self.apart.clear()

    def send(self, line: Line, call: Call) -> str:
        """On its way to the office; what is to be told of it."""
        line.call += 1
        self._at(GIVE_UP + int(call.wait * SECOND), "give up", (line, line.call))
        if self.apart.get(line.device.name) in ("both", "out") or self._is("lose", 0.08):
            return "which is lost"
        told = []
        if self._is("cut", 0.05):
            call = call._replace(content=self._cut(call.content or b""))
            self._at(self._delay(), "arrive", (line, 0, call))
            return f"cut off after {len(call.content or b'')} bytes"
        delay = self._delay()
        if self._is("double", 0.1):
            again = delay + self._rng.choice((1, SECOND, HOUR, DAY))
            self._at(again, "arrive", (line, 0, call))
            told.append("twice")
        if self._is("late", 0.06):
            delay += self._rng.choice((GIVE_UP, HOUR, 2 * DAY))
            told.append("late")
        self._at(delay, "arrive", (line, line.call, call))
        return ", ".join(told)

    def reply(self, line: Line, number: int, answer: Answer) -> str:
        """On its way back. An answer to a call that is not under way reaches nobody."""
        if not number:
            return "to nobody"
        if self.apart.get(line.device.name) in ("both", "in") or self._is("lose", 0.08):
            return "which is lost"
        if self._is("cut", 0.05):
            answer = answer._replace(content=self._cut(answer.content))
            self._at(self._delay(), "deliver", (line, number, answer))
            return f"cut off after {len(answer.content)} bytes"
        delay = self._delay() + (GIVE_UP if self._is("late", 0.04) else 0)
        self._at(delay, "deliver", (line, number, answer))
        return ""

    def nobody(self, line: Line, number: int) -> None:
        """Nothing listens there, or the connection ended: mostly that is noticed at once."""
        if self._rng.random() < 0.7:
            self._at(self._delay(), "give up", (line, number))

    def _is(self, feature: str, chance: float) -> bool:
        return not self._calm and feature in self._swarm and self._rng.random() < chance

    def _delay(self) -> int:
        return self._rng.choice((5, 20, 80, 300, 2000))

    def _cut(self, content: bytes) -> bytes:
        return content[: self._rng.randrange(len(content))] if content else content
