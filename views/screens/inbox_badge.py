"""How much of the inbox waits for somebody to look, at the head of every tab."""

from __future__ import annotations

import flet as ft

from data.desk import Desk
from data.doubts import doubts
from data.inbox import inbox
from data.notices import notices
from data.waits import to_decide, to_know
from views.context import go, use_desk, use_said
from views.parts import icon_button
from views.safe import part
from views.theme import SMALL


def to_look_at(desk: Desk) -> int:
    """Every card that the inbox shows, but for what only the office's history tells."""
    asked = len(inbox(desk)) + len(to_decide(desk))
    return asked + len(doubts(desk)) + len(notices(desk)) + len(to_know(desk))


@part
def InboxBadge() -> ft.Control:
    """A number and a way there; nothing while nothing waits."""
    desk = use_desk()
    location = ft.use_route_location().split("?")[0]
    n = use_said(lambda: to_look_at(desk), *desk.kinds)
    if not n:
        return ft.Container(width=0)
    button = icon_button(
        ft.Icons.INBOX_OUTLINED, f"Inbox: {n} to look at", lambda: go(f"/inbox?from={location}")
    )
    return ft.Row([ft.Text(str(n), theme_style=SMALL), button], tight=True, spacing=0)
