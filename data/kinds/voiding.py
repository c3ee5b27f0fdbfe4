"""Facts that take other facts back: nothing is erased, and a taking back can be taken back too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Voidable(Protocol):
    """A fact; where `what` is "void" it takes back the fact that `voids` names."""

    @property
    def id(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def voids(self) -> str | None: ...


F = TypeVar("F", bound=Voidable)


def standing(facts: Iterable[F]) -> list[F]:
    """The facts that nobody took back, in the order they came; the voids themselves are left out.

    A ring of voids, which no app of ours writes, takes back whatever it names.
    """
    facts = list(facts)
    gone = taken_back(facts)
    return [fact for fact in facts if fact.what != "void" and fact.id not in gone]


def taken_back(facts: Iterable[Voidable]) -> frozenset[str]:
    """The ids of the facts, voids among them, that a void takes back which itself stands."""
    facts = list(facts)
    voiders: dict[str, list[str]] = {}
    for fact in facts:
        if fact.what == "void" and fact.voids:
            voiders.setdefault(fact.voids, []).append(fact.id)
    known: dict[str, bool] = {}

    def stands(fact_id: str) -> bool:
        if fact_id not in known:
            known[fact_id] = True  # what a ring meets of itself
            known[fact_id] = not any(stands(voider) for voider in voiders.get(fact_id, ()))
        return known[fact_id]

    return frozenset(fact.id for fact in facts if not stands(fact.id))
