"""What is worth a second look at a slip, in words. It warns; nothing is ever held up by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

import flet as ft

from data.desk import Desk
from data.fields import Money
from data.kinds.production import show_of, today
from data.kinds.receipts import Receipt
from data.kinds.slip_flags import Flag, flags_of
from views.drafts import Draft
from views.parts import note
from views.safe import act
from views.screens.receipts import open_slip
from views.shots import Taken
from views.theme import SMALL, TARGET, TO_DO

BAD = frozenset({"dark", "blurred"})
"""What another photo mends."""
SEEN = frozenset({"same-photo", "look-alike"}) | BAD
"""What only a photo tells; it is asked once, when the photo is taken."""


def of_photo(desk: Desk, draft: Draft, taken: Taken) -> list[Flag]:
    """What is to be said of a photo, whatever is typed beside it by then."""
    said = {"date": today(desk), "vendor": "", **draft.readable()}
    said.setdefault("money", Money(amount=Decimal(1), currency=show_of(desk).currency))
    return [f for f in flags_of(desk, Receipt(**said), taken.shot) if f.code in SEEN]


def of_draft(desk: Desk, draft: Draft, photos: Iterable[str]) -> list[Flag]:
    """What is to be said of what is typed by now; nothing before there is an amount."""
    said = {"date": today(desk), "vendor": "", **draft.readable()}
    if "money" not in said:
        return []
    return flags_of(desk, Receipt(**said, photos=frozenset(photos)))


def flag_lines(
    flags: Iterable[Flag],
    *,
    most: int = 99,
    opens: bool = True,
    again: Callable[[], ft.Control] | None = None,
) -> list[ft.Control]:
    """Each in a line; one that means another slip opens it, where nothing typed is lost by that.
    `again` takes a photo anew that shows nothing."""
    flags = list(flags)
    lines = [_line(flag, opens=opens, again=again) for flag in flags[:most]]
    if len(flags) > most:
        lines.append(note(f"And {len(flags) - most} more to look at below."))
    return lines


def _line(flag: Flag, *, opens: bool, again: Callable[[], ft.Control] | None) -> ft.Control:
    sign = ft.Icon(ft.Icons.WARNING_AMBER, size=20, color=TO_DO)
    words = ft.Text(flag.sentence, theme_style=SMALL, expand=True)
    if flag.code in BAD and again is not None:
        return ft.Row([sign, words, again()])
    if flag.other is None or not opens:
        return ft.Row([sign, words])
    other = flag.other
    see = ft.TextButton("See it", height=TARGET, on_click=act(lambda: open_slip(other)))
    return ft.Row([sign, words, see])
