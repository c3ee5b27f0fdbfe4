"""Crew lists: who is new, which blanks they fill, and what a person has to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from data.desk import Desk
from data.errors import NotFound
from data.imports.crew_rows import Entry, Reading, read_crew, same
from data.imports.keys import department_key
from data.imports.matching import Book, Known
from data.imports.report import Difference, Fill, Pair, Plan, Problem, by_row, compare
from data.imports.sheets import read_sheets, said
from data.kinds.people import PERSON, Person
from data.kinds.production import Production, show_of
from data.record import RecordId, natural_id

_REGIONS = {"GBP": "GB", "CAD": "CA", "AUD": "AU", "NZD": "NZ", "ZAR": "ZA", "INR": "IN",
            "MXN": "MX", "PLN": "PL", "CZK": "CZ", "HUF": "HU", "SEK": "SE", "NOK": "NO",
            "DKK": "DK", "CHF": "CH", "JPY": "JP", "EUR": "DE"}  # fmt: skip
"""Where a show is likely to phone, by what it pays in; the list's own numbers count for more."""


def plan_crew(desk: Desk, name: str, content: bytes) -> Plan:
    """What importing the crew list would do. Nothing is written; BadInput if it is no list."""
    show = _show(desk)
    reading = read_crew(
        name,
        read_sheets(name, content),
        region=_REGIONS.get(show.currency, "US"),
        month_first=show.paper == "letter",
    )
    book = Book(desk.all(PERSON), reading.region)
    book.take_all(reading.entries)
    meant = {id(entry): book.match(entry)[0] for entry in reading.entries}
    touched = {found[0].at: found[0] for found in meant.values() if len(found) == 1}
    differs = list(_differences(book, reading, meant))
    problems = [*reading.problems, *_twice(reading, meant), *_unclear(reading, meant)]
    return Plan(
        file=name,
        things=((Person, "person", "people"),),
        rows=reading.rows,
        columns=tuple(dict.fromkeys(reading.columns)),
        read_as=tuple(dict.fromkeys(reading.read_as)),
        groups=_departments(touched.values()),
        new=tuple(_new(desk, [k for k in book.known if k.person is None])),
        fills=tuple(fill for known in touched.values() for fill in _fills(known)),
        unchanged=sum(k.person is not None and not k.added for k in touched.values()),
        differs=tuple(differs),
        pairs=tuple(_pairs(book, reading, meant)),
        problems=by_row(problems, differs),
    )


def _show(desk: Desk) -> Production:
    try:
        return show_of(desk)
    except NotFound:
        return Production(title="")


def _new(desk: Desk, everybody: list[Known]) -> Iterator[Person]:
    """The new people, with ids that two copies importing one list apart make the same."""
    taken: set[str] = set()
    for known in everybody:
        values = known.values
        key = [known.name, department_key(values.get("department", ""))]
        person_id = _id(desk, key)
        if person_id in taken or (person_id and desk.store.document(person_id) is not None):
            person_id = _id(desk, [*key, values.get("phone", ""), values.get("email", "")])
        if person_id in taken or (person_id and desk.store.document(person_id) is not None):
            person_id = RecordId("")
        taken.add(person_id)
        yield Person(id=person_id, **values)


def _id(desk: Desk, key: list[str]) -> RecordId:
    production = desk.store.production
    return natural_id(production, "person", *key) if production else RecordId("")


def _fills(known: Known) -> Iterator[Fill]:
    if known.person is None:
        return
    for name, (value, entry) in known.added.items():
        label = PERSON.label(name)
        yield Fill(
            known.person, known.person.name, name, label, value, said(value), entry.file, entry.row
        )


def _differences(
    book: Book, reading: Reading, meant: dict[int, list[Known]]
) -> Iterator[Difference]:
    """What the list says otherwise about those here, and about its own people a second time."""
    seen = set()
    for entry in reading.entries:
        found = meant[id(entry)]
        if len(found) != 1:
            continue
        known = found[0]
        record = (known.person or Person(name="")).model_copy(update=known.values)
        values = {n: v for n, v in entry.values.items() if n != "name"}
        for name, keys in (("phone", entry.phones), ("email", entry.emails)):
            if name in known.values and same(book.region, name, known.values[name]) in keys:
                values.pop(name, None)  # the list gives two, and one of them is here
        _, differs = compare(
            PERSON,
            record,
            values,
            who=record.name,
            file=entry.file,
            row=entry.row,
            key=lambda name, value: same(book.region, name, value),
            words=lambda _, value: said(value),
        )
        for difference in differs:
            told = (known.at, difference.offer.field, difference.offer.value)
            if told not in seen:
                seen.add(told)
                yield difference


def _twice(reading: Reading, meant: dict[int, list[Known]]) -> Iterator[Problem]:
    first: dict[int, Entry] = {}
    for entry in reading.entries:
        found = meant[id(entry)]
        if len(found) == 1:
            before = first.setdefault(found[0].at, entry)
            if before is not entry:
                reason = f"on this list twice, first in row {before.row}; taken as one."
                yield Problem(entry.file, entry.row, "name", entry.values["name"], reason, "note")


def _unclear(reading: Reading, meant: dict[int, list[Known]]) -> Iterator[Problem]:
    for entry in reading.entries:
        found = meant[id(entry)]
        if len(found) > 1:
            reason = f"fits {len(found)} people of this name equally; not imported."
            yield Problem(entry.file, entry.row, "name", entry.values["name"], reason, "doubt")


def _pairs(book: Book, reading: Reading, meant: dict[int, list[Known]]) -> Iterator[Pair]:
    seen = set()
    for entry in reading.entries:
        found = meant[id(entry)]
        if len(found) != 1:
            continue
        known = found[0]
        for other, reason in _alike(book, entry, known):
            both = frozenset((known.at, other.at))
            if both not in seen:
                seen.add(both)
                one, two = sorted((other, known), key=lambda k: k.at)
                yield Pair(entry.file, entry.row, _who(one), _who(two), reason)


def _alike(book: Book, entry: Entry, known: Known) -> Iterator[tuple[Known, str]]:
    if other := book.namesakes(entry, known):
        yield other, "the same name, and nothing else agrees. One person or two?"
    for name, keys in (("phone", entry.phones), ("email", entry.emails)):
        for key in sorted(keys):
            if other := book.reached_by(known, name, key):
                label = PERSON.label(name).lower()
                yield other, f"two names with the same {label}. Is it shared?"


def _who(known: Known) -> str:
    details = [known.values.get("position"), known.values.get("department")]
    inside = ", ".join(word for word in details if word)
    return f"{known.values['name']} ({inside})" if inside else str(known.values["name"])


def _departments(everybody: Iterable[Known]) -> tuple[tuple[str, int], ...]:
    """How many people of each department the list names."""
    return tuple(Counter(k.values.get("department", "no department") for k in everybody).items())
