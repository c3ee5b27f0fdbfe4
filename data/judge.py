"""The office's judge: may this edit stand? It is asked once, when the edit comes.

An edit is judged by the roles its author held at the edit's own time, never at its arrival. Asked
is: whose device it was written on, whether the author might write what it touches, in the record as
it was and as it becomes, and whether its kind's own law (data/laws.py) allows it, as that of an
envelope's steps. Facts are never refused, since what happened has happened: they are flagged.
Nothing here reads a store or a clock; what has to be known is handed in as a `Book`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from data.buckets import Look, place_of
from data.edit import Edit
from data.errors import Refused
from data.kind import Kind
from data.laws import Having, Law, Said, Since
from data.record import natural_id
from data.rights import Allowed, Answer, Refusal, Thing, Verb, may, may_all
from data.roles import Held, Table
from data.state import Dot, State


@dataclass(frozen=True, slots=True)
class Hand:
    """Who may write on a device at a moment: its person, or whoever has it. `lent` is the role of
    a lent device, which its holder has besides their own. `office`: the office copy itself."""

    people: frozenset[str] = frozenset()
    lent: Held | None = None
    office: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """What the judge looks up. Times are milliseconds."""

    kinds: Mapping[str, Kind[Any]]
    production: str
    look: Look
    table: Callable[[int], Table]
    """The matrix as the show had it at a moment."""
    held: Callable[[str], Iterable[Held]]
    """Every role a person ever held."""
    hand: Callable[[str, int], Hand | None]
    """(replica, stamp) -> who could write with it; None: nobody knows that replica. Asked by the
    edit's own stamp, since who took the device was stamped there by the same clock."""
    author: Callable[[str], str]
    """By record: who wrote it first; empty if nobody has yet."""
    laws: Mapping[str, Law] = field(default_factory=dict)
    """By kind: what it asks besides rights."""
    having: Having = lambda _kind, _name, _text: ()
    since: Since = lambda _kind, _record, _name: 0
    heard: Callable[[str, int], int] = lambda _replica, _n: 0
    """(replica, n) -> the newest time that an earlier edit of it claims: a device's stamps only
    rise, so an edit cannot reach back to a role that had ended when an earlier one was written."""


def judge_all(
    edits: Iterable[Edit], before: State | None, after: State, book: Book
) -> dict[Dot, Answer]:
    """What becomes of each new edit of one record, in the order they were written. `before` is the
    record as the office had it, `after` with all that came: order times are taken from there, and
    whose a new record is. A later edit is judged by what the allowed ones before it made of the
    record; all of them add, as long as the office did not have it."""
    new = before is None or not before.vv
    answers: dict[Dot, Answer] = {}
    allowed: Edit | None = None
    for edit in edits:
        if allowed is not None:
            before = _with(before, allowed)
        mark = after.marks.get(edit.dot, edit.mark)
        if mark != edit.mark:
            edit = edit._replace(mark=mark)
        answers[edit.dot] = judged(edit, before, after, book, new=new)
        allowed = edit if isinstance(answers[edit.dot], Allowed) else None
    return answers


def judged(
    edit: Edit, before: State | None, after: State, book: Book, *, new: bool = False
) -> Answer:
    """Whether one new edit may stand; `new`: it belongs to a record that the office did not have.
    For several edits of one record ask `judge_all`."""
    kind = book.kinds.get(edit.kind)
    hand = book.hand(edit.dot.replica, edit.mark.stamp)
    if hand is not None and hand.office:
        return Allowed()
    new = new or before is None or not before.vv
    answer = _judged(edit, kind, before, after, hand, book, new)
    if kind is not None and kind.nature == "fact" and isinstance(answer, Refusal):
        return Allowed(flag=answer)
    return answer


def judged_at(edit: Edit, book: Book) -> int:
    """The moment whose roles count: the edit's own, in the order time the office gave if it did."""
    stamp = edit.mark.stamp if edit.mark.ot is None else edit.mark.ot
    return max(stamp, book.heard(edit.dot.replica, edit.dot.n))


def as_error(answer: Answer) -> Refused | None:
    """The answer as the office's refusals are told; None: it may stand."""
    return Refused(answer.sentence, code=answer.code) if isinstance(answer, Refusal) else None


def standing_values(state: State | None) -> dict[str, Any]:
    """The values that a record shows, and the elements of its sets."""
    if state is None:
        return {}
    values = {name: state.cells[name][state.ranked(name)[0]] for name in state.cells}
    return values | {name: sorted(elements) for name, elements in state.sets.items()}


# ---- inside -----------------------------------------------------------------------------------

_OF_ROLES = "roles"
_OWN_ROLE = Refusal("own-role", "Nobody changes their own role. Ask somebody else to.")


def _judged(
    edit: Edit,
    kind: Kind[Any] | None,
    before: State | None,
    after: State,
    hand: Hand | None,
    book: Book,
    new: bool,
) -> Answer:
    user, at = edit.mark.user, judged_at(edit, book)
    if hand is None or not user or user not in hand.people:
        return Refusal(
            "not-yours",
            "This device did not belong to the person the edit names. Write it again as yourself.",
        )
    if kind is None:
        return Allowed()  # a newer app's: it lies in no bucket that anybody reads
    held = [one for one in book.held(user) if one.at(at)]
    held += [replace(hand.lent, person=user)] if hand.lent is not None else []
    why = _by_rights(edit, kind, before, after, held, book, new, at)
    law = book.laws.get(kind.name)
    if isinstance(why, Refusal) or law is None:
        return why
    asked = _asked(edit, kind, before, after, held, book, at)
    refused = law(asked)
    return why if refused is None else Refusal(refused.code, refused.sentence)


def _by_rights(
    edit: Edit,
    kind: Kind[Any],
    before: State | None,
    after: State,
    held: Iterable[Held],
    book: Book,
    new: bool,
    at: int,
) -> Answer:
    user = edit.mark.user
    verb: Verb = "delete" if edit.delete else "add" if new else "write"
    reach = kind.reach
    bound = reach.one_each or bool(reach.rows) or reach.row in ("", _OF_ROLES)
    if not bound and may_all(book.table(at), held, verb, reach.row):
        return Allowed()
    for thing in _things(edit, kind, before, after, book):
        why = _of_their_own(thing, user, held) or _misplaced(thing, edit.record, book)
        if why is not None:
            return why
        for name, value in edit.values.items() or (("", None),):
            answer = may(book.table(at), held, verb, thing, name, value)
            if isinstance(answer, Refusal):
                return answer
    return Allowed()


def _asked(
    edit: Edit,
    kind: Kind[Any],
    before: State | None,
    after: State,
    held: Iterable[Held],
    book: Book,
    at: int,
) -> Said:
    """The edit as its kind's law sees it."""

    def allows(row: str, part: str, amount: Decimal | None) -> Refused | None:
        thing = list(_things(edit, kind, before, after, book))[-1]
        place = replace(thing.place, row=row, part=part)
        value = None if amount is None else {"a": str(amount)}
        step = Thing(kind, place, thing.values)
        return as_error(may(book.table(at), held, "write", step, kind.reach.amount, value))

    return Said(
        kind=kind.name,
        record=edit.record,
        user=edit.mark.user,
        at=at,
        before=_least(kind, before),
        values=edit.values,
        delete=edit.delete,
        may=allows,
        look=book.look,
        having=book.having,
        since=book.since,
        production=book.production,
    )


def _least(kind: Kind[Any], state: State | None) -> Mapping[str, Any]:
    """The values that stand; of steps that copies took apart the one that allows least."""
    values = standing_values(state)
    for name in kind.flows:
        cells = {} if state is None else state.cells.get(name, {})
        if len(cells) > 1:
            values[name] = kind.least(name, list(cells.values()))
    return values


def _things(
    edit: Edit, kind: Kind[Any], before: State | None, after: State, book: Book
) -> Iterator[Thing]:
    """The record before the edit and after it: nobody may write themselves into another's scope,
    nor hand over what is not theirs."""
    had = standing_values(before)

    def author() -> str:
        return book.author(edit.record) or edit.mark.user

    def thing(told: Mapping[str, Any], values: Mapping[str, Any]) -> Thing:
        return Thing(kind, place_of(kind, edit.record, told, book.look, author), values)

    if had:
        yield thing(had, had)
    if not (had and edit.delete):
        values = {**had, **edit.values}
        yield thing(values if had else {**standing_values(after), **values}, values)


def _with(before: State | None, edit: Edit) -> State:
    """The record as rights see it after one more edit; nothing is merged with it."""
    state = before if before is not None else State(edit.record, edit.kind)
    cells = {**state.cells, **{name: {edit.dot: value} for name, value in edit.values.items()}}
    vv = {**state.vv, edit.dot.replica: max(edit.dot.n, state.vv.get(edit.dot.replica, 0))}
    return replace(state, cells=cells, vv=vv, marks={**state.marks, edit.dot: edit.mark})


def _of_their_own(thing: Thing, user: str, held: Iterable[Held]) -> Refusal | None:
    """Whoever hands out roles cannot make their own larger, be it by a role or by the table."""
    if thing.place.row != _OF_ROLES:
        return None
    theirs = thing.place.owner == user or (
        thing.place.part == "cell" and thing.values.get("role") in {one.role for one in held}
    )
    return _OWN_ROLE if theirs else None


def _misplaced(thing: Thing, record_id: str, book: Book) -> Refusal | None:
    kind = thing.kind
    if not kind.reach.one_each:
        return None
    if record_id == natural_id(book.production, kind.name, thing.place.owner):
        return None
    return Refusal(
        "misplaced", f"A {kind.title.lower()} is one a person. Write it on their own page."
    )
