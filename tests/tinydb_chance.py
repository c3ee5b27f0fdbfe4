"""Documents, queries and changes by chance, for TinyDB and ours to be told alike."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from tinydb import Query, where
from tinydb.operations import add, decrement, delete, increment, subtract
from tinydb.operations import set as set_to

NUMBERS = (1, 1, 1, 2, 2, 3, 2.5, 1.0, True, False, 0, -0.0, -1, 2**70, float("inf"))
NAMES = ("MOTEL", "MOTEL", "MOTEL", "Motel", "motel 2", "Zoë", "", "\ud800", "a\nb")
ODD: tuple[Any, ...] = (None, None, float("nan"), {}, [])
PATHS = (("day",), ("name",), ("any",), ("set", "name"), ("any", "MOTEL"))

Doc: TypeAlias = "dict[str, Any]"
Cond: TypeAlias = Any
"""One of TinyDB's queries; also anything else that takes a document and has a hash."""


def at(path: tuple[str, ...]) -> Query:
    query = Query()
    for part in path:
        query = query[part]
    return query


class Chance:
    """Documents, queries and changes, from few values, so that they meet."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.one_of = self.rng.choice

    def id(self) -> int:
        return self.rng.randint(1, 25)

    def several(self, what: Callable[[], Any], at_most: int = 4) -> list[Any]:
        return [what() for _ in range(self.rng.randint(0, at_most))]

    def scalar(self) -> Any:
        return self.one_of(self.one_of((NUMBERS, NAMES, ODD[:3])))

    def anything(self) -> Any:
        match self.rng.randrange(8):
            case 0:
                return self.several(self.anything, 2)
            case 1:
                return {self.one_of(NAMES): self.anything()}
            case 2:
                return self.one_of(ODD)
        return self.scalar()

    def tag(self) -> Any:
        return self.scalar() if self.rng.random() < 0.5 else {"n": self.one_of(NUMBERS)}

    def doc(self) -> Doc:
        fields: dict[str, Callable[[], Any]] = {
            "day": lambda: self.one_of(NUMBERS),
            "name": lambda: self.one_of(NAMES),
            "any": self.anything,
            "set": lambda: {"name": self.scalar(), "n": self.one_of(NUMBERS)},
            "tags": lambda: self.several(self.tag, 3),
        }
        return {name: make() for name, make in fields.items() if self.rng.random() < 0.6}

    def change(self) -> Any:
        if self.rng.random() < 0.4:
            return self.doc()
        add_text: Any = add
        return self.one_of(
            (
                *(increment("day"), decrement("day"), subtract("day", 2), delete("day")),
                *(add_text("name", "!"), set_to("name", "Motel"), set_to("any", "MOTEL")),
                *(delete("any"), delete("set")),
            )
        )

    # ---- queries ----------------------------------------------------------------------------

    def cond(self, *, safe: bool = False, deep: int = 2) -> Cond:
        """`safe`: it answers, whatever a document holds; else it may compare what does not."""
        kind = self.rng.randrange(12) if deep else 12

        def inner() -> Cond:
            return self.cond(safe=safe, deep=deep - 1)

        if kind < 3:
            return inner() & inner()
        if kind < 5:
            return inner() | inner()
        if kind == 5:
            return ~inner()
        return self._plain_cond(safe=safe)

    def ordered(self, path: Query, value: Any) -> Cond:
        """A query that compares."""
        return self.one_of((path < value, path <= value, path > value, path >= value))

    def _plain_cond(self, *, safe: bool) -> Cond:
        path = at(self.one_of(PATHS))
        match self.rng.randrange(14 if safe else 17):
            case 0 | 1 | 2:
                return path == self.scalar()
            case 3:
                return self.one_of((path == self.anything(), path != self.anything()))
            case 4:
                return path.one_of(self.several(self.scalar, 3))
            case 5:
                return self.one_of((path.exists(), path.test(bool), path.test(callable)))
            case 6:
                return self._like(path)
            case 7 | 8:
                return self.ordered(where("day"), self.one_of(NUMBERS))
            case 9 | 10:
                return self.ordered(where("name"), self.one_of(NAMES))
            case 11:
                return self._of_tags()
            case 12:
                return Query().fragment(self.doc())
            case 13:
                return self.one_of((Query().noop(), where("day").map(str) == "1"))
        return self.ordered(path, self.scalar())

    def _like(self, path: Query) -> Cond:
        flags = self.one_of((re.NOFLAG, re.IGNORECASE))
        return self.one_of((path.matches("motel", flags), path.search("EL", flags)))

    def _of_tags(self) -> Cond:
        n = where("n")
        wanted = self.one_of(
            (
                n == self.one_of(NUMBERS),
                self.ordered(n, self.one_of(NUMBERS)),
                self._like(n),
                self.several(self.scalar, 2),
            )
        )
        return self.one_of((where("tags").any(wanted), where("tags").all(wanted)))
