"""A rule pack: what one agreement or one law says, dated and cited, as plain values.

The numbers live in `packs/*.json`, one file a pack, and never in code. A pack says nothing of a
topic it leaves out. Every pack we ship is an example nobody has verified.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from data.rules.hours import Deduction, Rounding
from data.rules.why import UNVERIFIED, Source

Kind = Literal["law", "agreement", "deal"]


@dataclass(frozen=True, slots=True)
class Band:
    """So many minutes of a delay at one price, for each begun `per` minutes (else for the whole).

    The price is money, or `rate_hours` of the person's hourly rate. Without `minutes` the band has
    no end. `prorated`: a begun unit costs its minutes, not the whole of it.
    """

    minutes: int | None = None
    amount: Decimal | None = None
    rate_hours: Fraction | None = None
    per: int | None = None
    prorated: bool = False

    @property
    def unit(self) -> int:
        return self.per or self.minutes or 30


@dataclass(frozen=True, slots=True)
class Escalator:
    """Penalties that grow: after so many in a week each costs `rate_hours` of the rate instead, or
    from the nth of one delay on each costs `add` more."""

    after_in_week: int | None = None
    rate_hours: Fraction | None = None
    from_nth_in_delay: int | None = None
    add: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Grace:
    """Minutes past the due time that cost nothing, if somebody says that the conditions held."""

    minutes: int
    conditions: tuple[str, ...] = ()
    max_per_week: int | None = None


@dataclass(frozen=True, slots=True)
class Ndb:
    """A breakfast on the clock moves the first meal: it runs from the breakfast's end, or from the
    general call."""

    least: int = 15
    within: int = 120
    clock_from: Literal["end", "general_call"] = "end"


@dataclass(frozen=True, slots=True, eq=False)
class MealRules:
    """When meals are due and what a late one costs. `premium_hours`: so many hours' pay, once a
    work day, whatever the delay. Without `repeat_last` the last band ends the bill.

    Compared as the object it is: prices are kept by it, and to hash its parts costs more than they.
    """

    first_within: int = 360
    next_within: int = 360
    least: int = 30
    schedule: tuple[Band, ...] = ()
    repeat_last: bool = True
    fraction_counts: bool = True
    least_credit: int = 0
    escalators: tuple[Escalator, ...] = ()
    cap: Decimal | None = None
    cap_rate_hours: Fraction | None = None
    grace: Grace | None = None
    ndb: Ndb | None = None
    premium_hours: Fraction | None = None
    walking_meal_ends: bool = False
    french_hours: bool = False
    gives_way: bool = False
    """A law whose meal terms do not hold where an agreement has meal terms of its own."""
    citation: str = ""


@dataclass(frozen=True, slots=True)
class Tier:
    """Beyond `over` minutes of the day every hour is paid `multiple` times; `elapsed` counts from
    the call with the meals, else only worked time. `days_an_hour`: each begun hour is so many whole
    days' pay instead."""

    over: int
    multiple: Decimal = Decimal(1)
    basis: Literal["worked", "elapsed"] = "worked"
    days_an_hour: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Night:
    """Overtime after this hour of the wall clock is paid at `multiple`, if that is more."""

    after: str
    multiple: Decimal


@dataclass(frozen=True, slots=True)
class HoursRules:
    """A day's hours: tiers, the least that is paid, the sixth and seventh day of a workweek."""

    tiers: tuple[Tier, ...] = ()
    sixth_day: tuple[Tier, ...] = ()
    seventh_day: tuple[Tier, ...] = ()
    week_starts: Literal["sunday", "monday"] = "sunday"
    minimum_call: int = 0
    minimum_call_late_notice: int = 0
    weekly: Tier | None = None
    cumulative: Tier | None = None
    """Over all the days of one engagement, as a three-day player's."""
    night: Night | None = None
    overtime_rate_least: Decimal | None = None
    overtime_rate_most: Decimal | None = None
    """Bounds of what an hour of overtime costs."""
    money_break: Decimal | None = None
    """Above this rate an hour, overtime is figured on the break."""
    rounding: Rounding = field(default_factory=lambda: Rounding(6, "up"))
    deduction: Deduction = field(default_factory=Deduction)
    citation: str = ""


@dataclass(frozen=True, slots=True)
class Reduction:
    """A shorter rest that is allowed where all conditions hold, at most every nth day."""

    minutes: int
    conditions: tuple[str, ...] = ()
    every_nth_day: int = 1


@dataclass(frozen=True, slots=True)
class WeeklyRest:
    """The long rest after so many worked days; `exception` is shorter, for first calls at
    `exception_from` or later, where somebody says that `exception_when` holds."""

    after_days: int
    minutes: int
    exception: int | None = None
    exception_from: str = "00:00"
    exception_when: str = ""


@dataclass(frozen=True, slots=True)
class ForcedCall:
    """What a call inside the rest costs: a day's pay or `flat`, whichever is less; or the invaded
    hours at `multiple`, and from `full_beyond` minutes on all hours at last day's top rate."""

    flat: Decimal | None = None
    day_rate: bool = False
    multiple: Decimal | None = None
    full_beyond: int | None = None
    hours_begun: bool = False
    stops_work: bool = False


@dataclass(frozen=True, slots=True)
class RestRules:
    """Rest between a person's own release and their next call; `portal`: travel is no rest."""

    daily: int = 0
    portal: bool = False
    reductions: tuple[Reduction, ...] = ()
    weekly: tuple[WeeklyRest, ...] = ()
    forced: ForcedCall | None = None
    citation: str = ""


@dataclass(frozen=True, slots=True)
class AgeRow:
    """What children of an age may do in a day, in minutes; ages in months, `to` not included."""

    from_months: int
    to_months: int
    work: int
    location: int
    work_no_school: int | None = None
    school: int = 0
    rest: int = 0
    after_school: int | None = None
    """Presence on a day of regular school."""
    windows: tuple[tuple[str, str], ...] = ()
    note: str = ""

    def work_of(self, school_day: bool) -> int:
        return self.work if school_day or self.work_no_school is None else self.work_no_school


@dataclass(frozen=True, slots=True)
class MinorRules:
    """Hours of children: the clock they may work in, and what each age may do."""

    earliest: str
    latest_before_school: str
    latest: str
    ages: tuple[AgeRow, ...]
    after_school_less: int = 0
    extra_once: int = 0
    """Minutes more, if the child has the next day off and is `extra_from_months` old."""
    extra_from_months: int = 0
    graduates_exempt_from_months: int | None = None
    warnings: tuple[int, ...] = (30, 10)
    citation: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class RulePack:
    """One agreement or law between two dates. A new edition is a new file, never a changed one."""

    id: str
    version: int
    name: str
    kind: Kind
    jurisdiction: str
    source: str
    effective_from: date
    effective_to: date | None = None
    union: str = ""
    agreement: str = ""
    tiers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Words of the union column that mean this pack, small letters."""
    locals: tuple[int, ...] = ()
    any_local: bool = False
    """Other locals of the union work under it too; else a local's number has to be one of these."""
    background: bool = False
    sample: bool = False
    """Shows that the engine is general; no person gets it by their union column."""
    currency: str = "USD"
    verified_on: date | None = None
    status: str = UNVERIFIED
    meals: MealRules | None = None
    hours: HoursRules | None = None
    rest: RestRules | None = None
    minors: MinorRules | None = None

    def holds_on(self, day: date) -> bool:
        return self.effective_from <= day and (
            self.effective_to is None or day <= self.effective_to
        )

    def cites(self, rule: str, citation: str = "") -> Source:
        return _source(self, rule, citation or self.source)


@lru_cache(maxsize=4096)
def _source(pack: RulePack, rule: str, citation: str) -> Source:
    return Source(pack.id, pack.version, rule, citation)
