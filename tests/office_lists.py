"""The lists that an office sends, and a desk they are brought in to."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from data.desk import Desk
from data.imports.crew import plan_crew
from data.imports.report import Plan, carry_out
from data.kinds import ALL
from data.kinds.people import PERSON, Person
from data.stamp import Clock, Sources
from data.store import Store

LISTS = Path(__file__).parent / "data"
PRODUCTION = "5e3cf0a2-6ab4-4d39-8f0b-3f3a0a7c9f11"
MONDAY = datetime(2026, 7, 13, 11, 30, tzinfo=UTC)


@contextmanager
def desk_in(home: Path, production: str = PRODUCTION) -> Iterator[Desk]:
    """An office copy in `home`; entered again, the same one."""
    store = Store(home, sources=Sources(Clock(lambda: MONDAY), random.Random(7)), hub=True)
    store.set_meta(production=production)
    try:
        yield Desk(store, ALL, user="coordinator")
    finally:
        store.close()


def crew(desk: Desk) -> dict[str, Person]:
    return {person.name: person for person in desk.all(PERSON)}


def bring_in(desk: Desk, text: str | bytes, name: str = "list.csv") -> Plan:
    """A crew list, planned and carried out."""
    plan = plan_crew(desk, name, text.encode() if isinstance(text, str) else text)
    carry_out(desk, plan)
    return plan


def reasons(plan: Plan) -> list[str]:
    return [str(problem) for problem in plan.problems]
