"""Who on a crew list is whom: those here already, and those the list itself says twice.

The same person has the same name and the same phone, e-mail or department. Every lookup is by key,
so a list of thousands costs no more a row than a list of ten.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from data.imports.crew_rows import Entry, same
from data.imports.keys import name_key
from data.imports.report import blank
from data.kinds.people import PERSON, Person

_COMPARED = tuple(name for name in PERSON.meanings if name not in ("name", "walk_on"))


@dataclass(slots=True)
class Known:
    """Somebody: `person` if they are here already; `values` with what the list adds."""

    at: int
    name: str
    person: Person | None
    values: dict[str, Any]
    added: dict[str, tuple[Any, Entry]] = field(default_factory=dict)


class Book:
    """Everybody by name and by each thing that is known of them."""

    def __init__(self, people: Iterable[Person], region: str) -> None:
        self.region = region
        self.known: list[Known] = []
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_field: dict[tuple[str, str, Any], set[int]] = defaultdict(set)
        self._reached: dict[tuple[str, Any], list[int]] = defaultdict(list)
        self._spelling: dict[str, str] = {}
        for person in people:
            values = {n: v for n in ("name", *_COMPARED) if not blank(v := getattr(person, n))}
            self._put(name_key(person.name), person, values)

    def take_all(self, entries: Iterable[Entry]) -> None:
        """Adds and fills until nobody has anything to add.

        At that point every entry alone changes nothing, so the same list again, in any order of
        its rows, changes nothing either.
        """
        entries = list(entries)
        while sum(self._take(entry) for entry in entries):
            pass

    def match(self, entry: Entry) -> tuple[list[Known], bool]:
        """Whom the entry means: one; none; or several that fit equally. And if it says no news."""
        everybody = self._by_name.get(entry.name, [])
        covering: set[int] | None = None
        for name, value in entry.values.items():
            if name != "name":
                having = self._by_field.get((entry.name, name, self._key(name, value)), set())
                covering = having if covering is None else covering & having
        if covering is None:
            covering = set(everybody[:1])
        if covering:
            return [self.known[min(covering)]], True
        scores: Counter[int] = Counter()
        for name, keys, weight in (
            ("phone", entry.phones, 10),
            ("email", entry.emails, 10),
            ("department", self._keys(entry, "department"), 1),
        ):
            for key in keys:
                for at in self._by_field.get((entry.name, name, key), ()):
                    scores[at] += weight
        best = max(scores.values(), default=0)
        return [self.known[at] for at in sorted(scores) if scores[at] == best], False

    def namesakes(self, entry: Entry, known: Known) -> Known | None:
        """Somebody else of this name with whom nothing else agrees."""
        for at in self._by_name[entry.name][:2]:
            if at != known.at:
                return self.known[at]
        return None

    def reached_by(self, known: Known, name: str, key: str) -> Known | None:
        """The first under another name who has the same phone or e-mail."""
        for at in self._reached[name, key][:50]:
            if self.known[at].name != known.name:
                return self.known[at]
        return None

    # ---- inside -----------------------------------------------------------------------------

    def _take(self, entry: Entry) -> bool:
        found, no_news = self.match(entry)
        if no_news or len(found) > 1:
            return False
        values = {name: self._spelled(name, value) for name, value in entry.values.items()}
        if not found:
            known = self._put(entry.name, None, values)
            known.added = {name: (value, entry) for name, value in values.items()}
            return True
        known, changed = found[0], False
        for name, value in values.items():
            if name not in known.values:
                known.values[name] = value
                known.added[name] = (value, entry)
                self._index(known, name, value)
                changed = True
        return changed

    def _put(self, name: str, person: Person | None, values: dict[str, Any]) -> Known:
        known = Known(len(self.known), name, person, values)
        self.known.append(known)
        self._by_name[name].append(known.at)
        for field_name, value in values.items():
            self._index(known, field_name, value)
        return known

    def _index(self, known: Known, name: str, value: Any) -> None:
        if name == "name":
            return
        key = self._key(name, value)
        self._by_field[known.name, name, key].add(known.at)
        if name in ("phone", "email"):
            self._reached[name, key].append(known.at)
        if name == "department":
            self._spelling.setdefault(key, value)

    def _spelled(self, name: str, value: Any) -> Any:
        """A department is spelled as it was first, so that its people stand together."""
        return self._spelling.get(self._key(name, value), value) if name == "department" else value

    def _keys(self, entry: Entry, name: str) -> list[Any]:
        return [self._key(name, entry.values[name])] if name in entry.values else []

    def _key(self, name: str, value: Any) -> Any:
        return same(self.region, name, value)
