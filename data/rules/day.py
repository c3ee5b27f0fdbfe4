"""A person's taps into their work day. What is missing is asked, and an estimate says it is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from typing import Final

from data.rules.events import Ask, Break, Event, PersonDay, standing
from data.rules.hours import Meal
from data.rules.minutes import At, at_clock, minute

TWINS: Final = 5
"""Two taps of one thing so near are one thing said on two tablets; the earlier counts."""

CLOSES: Final = 28 * 60
"""04:00 the next morning: who is still in then was most likely forgotten."""

LONGEST: Final = 16 * 60
"""A night shoot is still at work at 04:00: with no wrap said, nobody is taken for forgotten
before so many minutes."""


def person_day(
    events: Iterable[Event],
    *,
    day: date,
    zone: tzinfo,
    call: datetime | None = None,
    general_call: datetime | None = None,
    company_meals: Sequence[Meal] = (),
    ndb: Meal | None = None,
    french_hours: bool = False,
    wrap: datetime | None = None,
    now: datetime | None = None,
) -> PersonDay:
    """The work day of one person.

    `company_meals` and `ndb` are what was called for everybody: they count for who was at work then
    and has none of their own. `wrap` is their unit's, and the estimate for who never tapped out.
    """
    by_what: dict[str, list[Event]] = {}
    for event in standing(events):
        by_what.setdefault(event.what, []).append(event)
    asks: list[Ask] = []
    called = minute(call) if call is not None else None
    came = _first_in(by_what, asks)
    began = came
    if came is not None and called is not None and "told_to_work" not in by_what:
        began = At(max(came, called))
    left, left_by = _last_out(by_what, came, asks)
    estimated = False
    if came is not None and left is None and now is not None:
        left = _estimate(by_what, day, zone, minute(now), minute(wrap) if wrap else None, asks)
        estimated = left is not None
    meals = tuple(_breaks("meal", by_what, asks))
    breakfast = next(iter(_breaks("ndb", by_what, asks)), None)
    if began is not None:
        meals = meals or tuple(_for_everybody(company_meals, began, left, now))
        breakfast = breakfast or next(_for_everybody([ndb] if ndb else [], came, left, now), None)
    return PersonDay(
        day,
        zone,
        called,
        minute(general_call) if general_call is not None else None,
        came,
        began if left is None or began is None else At(min(began, left)),
        left,
        estimated,
        breakfast,
        meals,
        tuple(_breaks("school", by_what, asks)),
        tuple(_breaks("rest", by_what, asks)),
        *_travel(by_what, came, left),
        next((what for what in ("sick", "absent") if what in by_what and came is None), ""),
        french_hours,
        tuple(asks),
        _ids(by_what, left_by),
    )


def _first_in(by_what: dict[str, list[Event]], asks: list[Ask]) -> At | None:
    taps = by_what.get("in", [])
    if not taps:
        if any(what in by_what for what in ("out", "meal_out")):
            asks.append(Ask("no-in", "There is no in. When did they come?"))
        return None
    came = minute(taps[0].at)
    for tap in taps[1:]:
        if minute(tap.at) - came > TWINS:
            sentence = "They were checked in twice, more than five minutes apart. Which counts?"
            asks.append(Ask("in-twice", sentence, (taps[0].id, tap.id)))
    if len({tap.unit for tap in taps}) > 1:
        ids = tuple(tap.id for tap in taps)
        asks.append(Ask("two-units", "They were checked in at two units. Where do they work?", ids))
    return came


def _last_out(
    by_what: dict[str, list[Event]], came: At | None, asks: list[Ask]
) -> tuple[At | None, str]:
    outs = by_what.get("out", [])
    after = [(minute(tap.at), tap.id) for tap in outs if came is None or minute(tap.at) >= came]
    if len(after) < len(outs):
        ids = tuple(tap.id for tap in outs if came is not None and minute(tap.at) < came)
        asks.append(Ask("out-before-in", "They were out before they were in. Amend one.", ids))
    if not after:
        return None, ""
    return next(tap for tap in after if after[-1][0] - tap[0] <= TWINS)


def _estimate(
    by_what: dict[str, list[Event]],
    day: date,
    zone: tzinfo,
    now: At,
    wrap: At | None,
    asks: list[Ask],
) -> At | None:
    """When they may have left, once the day is over and nobody tapped it; and the question."""
    tap = by_what["in"][0]
    seen = max(minute(each.at) for taps in by_what.values() for each in taps)
    closes = max(at_clock(day, CLOSES, zone), wrap or minute(tap.at) + LONGEST)
    if now < closes:
        return None
    guess = At(min(now, max(seen, wrap or seen)))
    sentence = "They were never tapped out. The time shown is an estimate: when did they leave?"
    asks.append(Ask("no-out", sentence, (tap.id,)))
    return guess


def _breaks(of: str, by_what: dict[str, list[Event]], asks: list[Ask]) -> Iterator[Break]:
    """Each time away with the first return after it."""
    outs, backs = by_what.get(f"{of}_out"), by_what.get(f"{of}_in", [])
    if not outs:
        if backs:
            sentence = f"They came back from a {of} that nobody saw begin. When did it?"
            asks.append(Ask(f"no-{of}-out", sentence, tuple(tap.id for tap in backs)))
        return
    lines = [minute(tap.at) for tap in by_what.get("line", [])] if of == "meal" else []
    over = -1
    for n, tap in enumerate(outs):
        out = minute(tap.at)
        if out < over or (n and out - minute(outs[n - 1].at) <= TWINS):
            continue
        back = next((each for each in backs if minute(each.at) > out), None)
        following = next((minute(e.at) for e in outs[n + 1 :] if minute(e.at) - out > TWINS), None)
        end = None if back is None else minute(back.at)
        if following is not None and (end is None or end > following):
            sentence = f"One {of} has no end before the next. When did they come back?"
            asks.append(Ask(f"no-{of}-in", sentence, (tap.id,)))
        since = next((at for at in lines if at >= out and (end is None or at < end)), None)
        over = end if end is not None else out
        yield Break(out, end, since, tap.walking, (tap.id, *([back.id] if back else [])))
        if end is None:
            return


def _for_everybody(
    meals: Sequence[Meal], began: At | None, left: At | None, now: datetime | None
) -> Iterator[Break]:
    for meal in meals:
        if meal.out is None or began is None:
            continue
        out, back = minute(meal.out), minute(meal.back) if meal.back is not None else None
        if began <= out and (left is None or out < left) and (now is None or meal.out <= now):
            ended = back if now is None or meal.back is None or meal.back <= now else None
            yield Break(out, ended, None, meal.walking)


def _travel(
    by_what: dict[str, list[Event]], came: At | None, left: At | None
) -> tuple[At | None, At | None]:
    """From where they set off to come, to where they arrived after they left."""
    if came is None:
        return None, None
    off = [minute(tap.at) for tap in by_what.get("travel_out", []) if minute(tap.at) <= came]
    arrived = [minute(t.at) for t in by_what.get("travel_in", []) if left and minute(t.at) >= left]
    return min(off, default=None), max(arrived, default=None)


def _ids(by_what: dict[str, list[Event]], left_by: str) -> dict[str, str]:
    ids = {"in": by_what["in"][0].id} if "in" in by_what else {}
    return ids | ({"out": left_by} if left_by else {})
