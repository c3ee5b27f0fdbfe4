"""Facts that take other facts back, or say them anew: nothing is erased, and either can be taken
back too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Voidable(Protocol):
    """A fact. It may take the place of the fact that `voids` names; where `what` is "void" there is
    nothing in that place."""

    @property
    def id(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def voids(self) -> str | None: ...


F = TypeVar("F", bound=Voidable)


def standing(facts: Iterable[F]) -> list[F]:
    """The facts that nobody took back or said anew, in the order they came; the voids themselves
    are left out.

    A ring of voids, which no app of ours writes, takes back whatever it names.
    """
    facts = list(facts)
    gone = taken_back(facts)
    return [fact for fact in facts if fact.what != "void" and fact.id not in gone]


def taken_back(facts: Iterable[Voidable]) -> frozenset[str]:
    """The ids of the facts in whose place another one stands, voids among them.

    What was said anew twice stands in the last one's place only: the first is gone for as long as
    the second was not taken back, whatever became of the second's words.
    """
    facts = list(facts)
    in_place_of: dict[str, list[Voidable]] = {}
    for fact in facts:
        if fact.voids:
            in_place_of.setdefault(fact.voids, []).append(fact)
    known: dict[str, bool] = {}

    def counts(fact_id: str) -> bool:
        if fact_id not in known:
            known[fact_id] = True  # what a ring meets of itself
            voids = (other for other in in_place_of.get(fact_id, ()) if other.what == "void")
            known[fact_id] = not any(counts(void.id) for void in voids)
        return known[fact_id]

    return frozenset(
        name for name, others in in_place_of.items() if any(counts(other.id) for other in others)
    )
