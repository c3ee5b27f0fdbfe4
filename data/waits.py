"""What the office did not let stand: whom it asks about it, and whom it tells.

At the office every open one is asked about. On a copy of its author it is seen to wait, and what
became of it is told until it was seen there.
"""

from __future__ import annotations

from data.conflicts import when
from data.desk import Desk
from data.kinds.waiting import WAITING, Waiting
from data.state import Mark


def to_decide(desk: Desk) -> list[Waiting]:
    """What somebody at the office has to release or decline, the newest first; elsewhere nothing
    can be decided."""
    if not desk.store.hub:
        return []
    return _newest(desk, [each for each in desk.all(WAITING) if each.outcome == "open"])


def to_know(desk: Desk) -> list[Waiting]:
    """What the desk's person wrote and the office did not let stand: still open, or settled by
    somebody else and not seen here yet."""
    seen = set(desk.store.meta.get("seen", ()))
    mine = (each for each in desk.all(WAITING) if each.author == desk.user)
    return _newest(desk, [each for each in mine if _is_news(desk, each, seen)])


def refused(desk: Desk, waiting: Waiting) -> Mark:
    """When the office did not let it stand."""
    return _mark(desk, waiting, "record")


def decided(desk: Desk, waiting: Waiting) -> Mark:
    """Who settled it, and when."""
    return _mark(desk, waiting, "outcome")


def seen_as(waiting: Waiting) -> str:
    """What is noted of one whose outcome was seen (`notices.mark_seen`)."""
    return f"{waiting.id} {waiting.outcome}"


# ---- inside -----------------------------------------------------------------------------------


def _is_news(desk: Desk, waiting: Waiting, seen: set[str]) -> bool:
    if waiting.outcome == "open":
        return not desk.store.hub  # there it is asked about
    return waiting.by != desk.user and seen_as(waiting) not in seen


def _newest(desk: Desk, some: list[Waiting]) -> list[Waiting]:
    return sorted(some, key=lambda each: (-when(refused(desk, each)), each.id))


def _mark(desk: Desk, waiting: Waiting, name: str) -> Mark:
    state = desk.store.state(waiting.id)
    assert state is not None
    return state.marks[(state.ranked(name) or sorted(state.life))[0]]
