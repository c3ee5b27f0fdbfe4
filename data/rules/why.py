"""Why a figure is what it is: the steps that made it, each with its events, its rule, its source.

A step keeps its words and what goes into them apart, and puts them together when somebody asks:
a board of 400 people makes thousands of steps that nobody reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from data.rules.minutes import At, Telling, tell_in_utc

UNVERIFIED = "example, unverified: check with payroll"

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Source:
    """Which rule of which edition of which pack, and where the rule was read.

    A result keeps these, so that a figure of last spring is explained by last spring's rules.
    """

    pack: str
    version: int
    rule: str
    citation: str

    def __str__(self) -> str:
        return f"{self.pack} v{self.version}, {self.rule}: {self.citation}"


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of a why. `events` are the ids of the taps it rests on."""

    form: str
    values: tuple[object, ...] = ()
    source: Source | None = None
    events: tuple[str, ...] = ()

    def words(self, tell: Telling = tell_in_utc) -> str:
        return self.form.format(*(_written(value, tell) for value in self.values))


Steps = tuple[Step, ...]


def why(steps: Iterable[Step], tell: Telling = tell_in_utc) -> list[str]:
    """The steps as a person reads them, each with where its rule was read."""
    return [
        step.words(tell) + (f" [{step.source}]" if step.source is not None else "")
        for step in steps
    ]


def hours_text(minutes: int) -> str:
    """90 minutes are 1 h 30."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d}" if hours and rest else f"{hours} h" if hours else f"{rest} min"


@lru_cache
def times(multiple: Decimal) -> str:
    """1.5 and 2, without the noughts."""
    return f"{multiple.normalize():f}"


def cents(money: Decimal | Fraction) -> Decimal:
    """To the cent, the half up."""
    if isinstance(money, Fraction):
        money = Decimal(money.numerator) / Decimal(money.denominator)
    return money.quantize(CENT, ROUND_HALF_UP)


def _written(value: object, tell: Telling) -> str:
    if isinstance(value, At):
        return tell(value)
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, Fraction):
        return f"{float(value):g}"
    return str(value)
