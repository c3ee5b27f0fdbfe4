"""A person's taps into their work day. What is missing is asked, and an estimate says it is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from typing import Final, NamedTuple

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


class Tap(NamedTuple):
    at: At
    event: Event

    @property
    def id(self) -> str:
        return self.event.id


Taps = dict[str, list[Tap]]
"""By what was tapped, each in order of time."""


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
    taps: Taps = {}
    asks: list[Ask] = []
    for event in standing(events):
        taps.setdefault(event.what, []).append(Tap(minute(event.at), event))
        if event.doubtful:
            sentence = "This was tapped on a device whose clock was wrong. Is the time right?"
            asks.append(Ask("clock", sentence, (event.id,)))
    called = minute(call) if call is not None else None
    came = _first_in(taps, asks)
    left, left_by = _last_out(taps, came, asks)
    estimated = False
    if came is not None and left is None and now is not None:
        wrapped = minute(wrap) if wrap is not None else None
        left = _estimate(taps, day, zone, minute(now), wrapped, asks)
        estimated = left is not None
    began = _began(taps, came, called, left)
    meals = _breaks("meal", taps, asks)
    breakfast = next(iter(_breaks("ndb", taps, asks)), None)
    if began is not None and company_meals and not meals:
        meals = tuple(_for_everybody(company_meals, began, left, now))
    if came is not None and ndb is not None and breakfast is None:
        breakfast = next(_for_everybody([ndb], came, left, now), None)
    home, back_home = _travel(taps, came, left)
    return PersonDay(
        day,
        zone,
        called,
        minute(general_call) if general_call is not None else None,
        came,
        began,
        left,
        estimated,
        breakfast,
        meals,
        _breaks("school", taps, asks),
        _breaks("rest", taps, asks),
        home,
        back_home,
        next((what for what in ("sick", "absent") if what in taps and came is None), ""),
        french_hours,
        tuple(asks),
        taps["in"][0].id if came is not None else "",
        left_by,
    )


def _began(taps: Taps, came: At | None, called: At | None, left: At | None) -> At | None:
    """Who came early begins at the call, unless they were told to work or left before it."""
    if came is None or called is None or called <= came or "told_to_work" in taps:
        return came
    return called if left is None or called <= left else left


def _first_in(taps: Taps, asks: list[Ask]) -> At | None:
    ins = taps.get("in")
    if not ins:
        if "out" in taps or "meal_out" in taps:
            asks.append(Ask("no-in", "There is no in. When did they come?"))
        return None
    came = ins[0].at
    for tap in ins[1:]:
        if tap.at - came > TWINS:
            sentence = "They were checked in twice, more than five minutes apart. Which counts?"
            asks.append(Ask("in-twice", sentence, (ins[0].id, tap.id)))
        if tap.event.unit != ins[0].event.unit:
            sentence = "They were checked in at two units. Where do they work?"
            asks.append(Ask("two-units", sentence, (ins[0].id, tap.id)))
    return came


def _last_out(taps: Taps, came: At | None, asks: list[Ask]) -> tuple[At | None, str]:
    outs = taps.get("out")
    if not outs:
        return None, ""
    after = [tap for tap in outs if came is None or tap.at >= came]
    if len(after) < len(outs):
        ids = tuple(tap.id for tap in outs if came is not None and tap.at < came)
        asks.append(Ask("out-before-in", "They were out before they were in. Amend one.", ids))
    if not after:
        return None, ""
    last = next(tap for tap in after if after[-1].at - tap.at <= TWINS)
    return last.at, last.id


def _estimate(
    taps: Taps, day: date, zone: tzinfo, now: At, wrap: At | None, asks: list[Ask]
) -> At | None:
    """When they may have left, once the day is over and nobody tapped it; and the question."""
    came = taps["in"][0]
    seen = max(tap.at for each in taps.values() for tap in each)
    if now < max(at_clock(day, CLOSES, zone), wrap or came.at + LONGEST):
        return None
    sentence = "They were never tapped out. The time shown is an estimate: when did they leave?"
    asks.append(Ask("no-out", sentence, (came.id,)))
    return max(seen, wrap or seen)


def _breaks(of: str, taps: Taps, asks: list[Ask]) -> tuple[Break, ...]:
    """Each time away with the first return after it; one that never ended ends the list."""
    outs, backs = taps.get(f"{of}_out"), taps.get(f"{of}_in", [])
    if outs:
        return tuple(_paired(of, outs, backs, taps, asks))
    if backs:
        sentence = f"They came back from a {of} that nobody saw begin. When did it?"
        asks.append(Ask(f"no-{of}-out", sentence, tuple(tap.id for tap in backs)))
    return ()


def _paired(
    of: str, outs: list[Tap], backs: list[Tap], taps: Taps, asks: list[Ask]
) -> Iterator[Break]:
    lines = taps.get("line", ()) if of == "meal" else ()
    over = -1
    for n, tap in enumerate(outs):
        if tap.at < over or (n and tap.at - outs[n - 1].at <= TWINS):
            continue
        if tap.event.walking:
            # It is eaten at work: nobody taps that it is over.
            yield Break(tap.at, None, None, True, (tap.id,))
            continue
        back = next((each for each in backs if each.at > tap.at), None)
        next_out = next((each.at for each in outs[n + 1 :] if each.at - tap.at > TWINS), None)
        if next_out is not None and (back is None or back.at > next_out):
            sentence = f"One {of} has no end before the next. When did they come back?"
            asks.append(Ask(f"no-{of}-in", sentence, (tap.id,)))
        if back is None:
            since = next((line.at for line in lines if line.at >= tap.at), None)
            yield Break(tap.at, None, since, False, (tap.id,))
            return
        since = next((line.at for line in lines if tap.at <= line.at < back.at), None)
        over = back.at
        yield Break(tap.at, back.at, since, False, (tap.id, back.id))


def _for_everybody(
    meals: Sequence[Meal], began: At, left: At | None, now: datetime | None
) -> Iterator[Break]:
    for meal in meals:
        if meal.out is None or (now is not None and meal.out > now):
            continue
        out = minute(meal.out)
        over = meal.back is not None and (now is None or meal.back <= now)
        if began <= out and (left is None or out < left):
            back = minute(meal.back) if meal.back is not None and over else None
            yield Break(out, back, None, meal.walking)


def _travel(taps: Taps, came: At | None, left: At | None) -> tuple[At | None, At | None]:
    """From where they set off to come, to where they arrived after they left."""
    if came is None:
        return None, None
    off = (tap.at for tap in taps.get("travel_out", ()) if tap.at <= came)
    arrived = (tap.at for tap in taps.get("travel_in", ()) if left is not None and tap.at >= left)
    return min(off, default=None), max(arrived, default=None)
