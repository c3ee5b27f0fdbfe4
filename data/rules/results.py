"""What the rules answer: each figure with the pack it was figured by and the steps that made it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from data.rules.minutes import At
from data.rules.why import Steps


@dataclass(frozen=True, slots=True)
class Delay:
    """One meal that came late: due, taken (None: not yet, or never), and what it cost.

    `amount` is None where it depends on a rate that this desk does not see; `rate_hours` says then
    how many hours' pay it is.
    """

    meal: int
    due: At
    until: At
    taken: At | None
    late: int
    count: int
    fixed: Decimal
    rate_hours: Fraction
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class MealPenalties:
    """The meal penalties of a day. `due`: the next meal is due then; None when the day is over."""

    pack: str
    version: int
    delays: tuple[Delay, ...]
    count: int
    amount: Decimal | None
    rate_hours: Fraction
    fixed: Decimal
    due: At | None
    steps: Steps
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Slice:
    """Minutes paid at one multiple."""

    minutes: int
    multiple: Decimal


@dataclass(frozen=True, slots=True)
class DayHours:
    """A day's hours. `pay_minutes` counts each minute as often as it is paid; `days` are whole
    days' pay on top, as golden time is paid."""

    pack: str
    version: int
    worked: int
    elapsed: int
    paid: int
    slices: tuple[Slice, ...]
    pay_minutes: Decimal
    days: Decimal
    amount: Decimal | None
    steps: Steps
    estimated: bool = False

    @property
    def worked_tenths(self) -> int:
        return -(-self.worked // 6)

    @property
    def pay_hours(self) -> Decimal:
        """To the hundredth, for people; figures are made of the minutes."""
        return (self.pay_minutes / 60).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Rest:
    """The earliest call that leaves the whole rest."""

    pack: str
    version: int
    released: At
    earliest: At
    minutes: int
    steps: Steps
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Forced:
    """A call against the rest it leaves: `short` minutes, 0 when it is none too early.

    `rate_hours` and `days` say what it costs in pay where `amount` cannot be said; `at_most` is
    what is known of it without the rate. `stops_work`: it is not bought, it is forbidden.
    """

    rest: Rest
    call: At
    short: int
    rate_hours: Fraction
    amount: Decimal | None
    at_most: Decimal | None
    stops_work: bool
    steps: Steps


@dataclass(frozen=True, slots=True)
class MinorDay:
    """When a child has to go, which rule says so, and what is left now.

    `stop_work` is when their work runs out if it goes on; then school, rest and meals are still
    open to them. `minutes_left` runs to that or to `dismiss_by`, whichever is first.
    """

    pack: str
    version: int
    dismiss_by: At
    because: str
    stop_work: At | None
    earliest: At
    latest: At
    work_allowed: int
    work_done: int
    present: int
    school_left: int
    rest_left: int
    steps: Steps
    minutes_left: int
    alarm: int | None
    """30 or 10 when so few minutes are left, 0 when time is up."""
    breaches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A day under law, agreement and deal: of each topic the most favourable, and what it beat.

    `due` is the earliest time that any of them wants the next meal at.
    """

    meals: MealPenalties | None
    hours: DayHours | None
    due: At | None
    others: tuple[MealPenalties | DayHours, ...]
    steps: Steps
    estimated: bool = False
