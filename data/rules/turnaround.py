"""Rest under law, agreement and deal: the longest counts, and of a forced call the dearest price.

A child's rest and hours are the law's; they come from the packs for minors of the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from fractions import Fraction

from data.rules.events import PersonDay
from data.rules.library import Stack
from data.rules.minors import Child, minor_day
from data.rules.minutes import At
from data.rules.overtime import ONE
from data.rules.pack import RulePack
from data.rules.pay import Rate
from data.rules.prices import NOTHING
from data.rules.rest import SOME_DAYS, begun, forced_call, rest_after
from data.rules.results import Forced, MinorDay, Rest


@dataclass(frozen=True, slots=True)
class RestTerms:
    """What a rest depends on beside the release. `worked_days`: their work week ends today after
    so many; `zone`: where the next call is; `circumstances`: what a shorter rest asks for."""

    zone: tzinfo | None = None
    worked_days: int | None = None
    circumstances: frozenset[str] = frozenset()
    days_since_reduction: int = SOME_DAYS
    child: bool = False


USUAL = RestTerms()


def rest(
    day: PersonDay, stack: Stack, *, now: At | None = None, terms: RestTerms = USUAL
) -> Rest | None:
    """The latest of the earliest calls that law, agreement and deal allow; None if none says."""
    found = _rests(day, stack, now, terms)
    return max((rest for rest, _ in reversed(found)), key=lambda r: r.earliest, default=None)


def forced(
    day: PersonDay,
    stack: Stack,
    call: At,
    *,
    now: At | None = None,
    terms: RestTerms = USUAL,
    rate: Rate | None = None,
    top_multiple: Decimal = ONE,
) -> Forced | None:
    """What a proposed call costs by the pack that makes most of it; None if none says."""
    costs = [
        forced_call(rest, call, pack, rate=rate, top_multiple=top_multiple)
        for rest, pack in _rests(day, stack, now, terms)
    ]
    return max(reversed(costs), key=_weight, default=None)


def turnaround(
    before: PersonDay,
    day: PersonDay,
    stack: Stack,
    *,
    terms: RestTerms = USUAL,
    rate: Rate | None = None,
    top_multiple: Decimal = ONE,
) -> Forced | None:
    """What came of the rest between two days as they were tapped; None if nobody can say."""
    costs = [
        forced_call(rest, begins, pack, rate=rate, top_multiple=top_multiple)
        for rest, pack in _rests(before, stack, None, terms)
        if (begins := begun(day, pack)) is not None
    ]
    return max(reversed(costs), key=_weight, default=None)


def _weight(cost: Forced) -> tuple[bool, Decimal, Fraction, int]:
    money = cost.at_most if cost.at_most is not None else NOTHING
    return cost.stops_work and cost.short > 0, money, cost.rate_hours, cost.short


def _rests(
    day: PersonDay, stack: Stack, now: At | None, terms: RestTerms
) -> list[tuple[Rest, RulePack]]:
    packs = (*stack.packs, *(stack.minors if terms.child else ()))
    made = (
        (
            rest_after(
                day,
                pack,
                now=now,
                zone=terms.zone,
                worked_days=terms.worked_days,
                circumstances=terms.circumstances,
                days_since_reduction=terms.days_since_reduction,
            ),
            pack,
        )
        for pack in packs
    )
    return [(rest, pack) for rest, pack in made if rest is not None]


def minor(
    day: PersonDay, child: Child, stack: Stack, *, now: At, began: At | None = None
) -> MinorDay | None:
    """A child's day by the strictest of the laws that hold; None where there is no pack."""
    found = [minor_day(day, child, pack, now=now, began=began) for pack in stack.minors]
    return min((each for each in found if each), key=lambda each: each.dismiss_by, default=None)
