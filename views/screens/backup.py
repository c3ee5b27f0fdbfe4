"""Backups: how old the last one is, where they go, and how one is put back."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import flet as ft

from data.backup_choice import Choice
from data.housekeeping import Keeper
from data.manifest import Manifest
from data.restore import said
from views.context import go, here, use_keeper, use_state
from views.parts import card, empty, main_button, note, side_button, sub_view, tile
from views.safe import act, part, say, screen
from views.theme import GAP, LATE, QUIET, SMALL, TO_DO
from views.words import ago, count

HERE = "/backup?from=/"
SHOWN = 8


def standing(chosen: Choice, now: datetime) -> str:
    """How old the last backup is, and where it lies."""
    if chosen.place is None:
        return "No backup place chosen"
    if chosen.made is None:
        return f"No backup yet, {chosen.called}"
    seconds = max(0.0, (now - chosen.made.at).total_seconds())
    return f"Backup {ago(seconds)}, {chosen.called}"


# ---- the first screen's line ------------------------------------------------------------------


@part
def BackupLine() -> ft.Control:
    """Quiet while all is well; red after a day without a backup, with the reason in words."""
    keeper = use_keeper()
    if keeper is None:
        return ft.Container(height=0)
    chosen, now = keeper.choice, keeper.now()
    words = standing(chosen, now)
    if chosen.place is None:
        choose = side_button("Choose one", lambda: go(HERE))
        return _line(ft.Icon(ft.Icons.WARNING_AMBER, color=TO_DO), [ft.Text(words)], choose)
    if keeper.share is not None:
        words = f"Backing up to {chosen.called}"
    ink = LATE if chosen.late(now) else QUIET
    icon = ft.Icons.ERROR_OUTLINE if chosen.late(now) else ft.Icons.BACKUP_OUTLINED
    told = [
        ft.Text(text, theme_style=SMALL, color=ink) for text in filter(None, [words, chosen.why])
    ]
    return ft.Container(
        _line(ft.Icon(icon, size=20, color=ink), told), ink=True, on_click=act(lambda: go(HERE))
    )


def _line(icon: ft.Control, said: list[ft.Text], *more: ft.Control) -> ft.Control:
    row = ft.Row([icon, ft.Column([*said], spacing=0, expand=True), *more], spacing=GAP)
    return ft.Container(row, padding=GAP)


# ---- the screen -------------------------------------------------------------------------------


@screen
def Backups() -> ft.View:
    keeper = use_keeper()
    before = here().get("from", "/settings")
    if keeper is None:
        words = "Backups are made at the office. What you tap here is brought there."
        return sub_view("Backups", lambda: go(before), [empty(words)])
    chosen = keeper.choice
    none_yet = [note("Chosen once, a stick or a share gets a backup every hour and after wrap.")]
    controls: list[ft.Control] = [
        *([_last(keeper, chosen)] if chosen.place else none_yet),
        Where(keeper, key=str(chosen.place)),
        *([_earlier(keeper)] if keeper.shelves.last else []),
        _put_back(keeper),
    ]
    return sub_view("Backups", lambda: go(before), controls)


def _last(keeper: Keeper, chosen: Choice) -> ft.Control:
    """The last backup, whatever a person should know of it, and the way to the next."""
    now, made = keeper.now(), chosen.made
    lines: list[ft.Control] = []
    if made is not None:
        lines.append(ft.Text(_amount(made.records, made.photos)))
        lines += [note(words) for words in made.notes]
    if chosen.why:
        lines.append(ft.Text(chosen.why, color=LATE if chosen.late(now) else None))
    if keeper.trouble:
        lines.append(ft.Text(keeper.trouble, color=LATE))
    if not chosen.apart:
        lines.append(
            note(
                "This place is on the laptop's own disk, and lost with it. Choose a stick, a share "
                "or another disk."
            )
        )
    if keeper.share is None:
        button = main_button("Back up now", keeper.back_up_now, icon=ft.Icons.BACKUP_OUTLINED)
        lines.append(ft.Row([button]))
    else:
        lines += [ft.Text("Backing up and reading it back"), ft.ProgressBar(value=keeper.share)]
    return card(*lines, title=standing(chosen, now))


@part
def Where(keeper: Keeper) -> ft.Control:
    """The place: what is plugged in can be tapped, anything else is typed."""
    chosen = keeper.choice
    typed, set_typed = use_state(str(chosen.place or ""))
    ft.use_effect(keeper.look, [])

    async def use(place: str) -> None:
        await keeper.choose(Path(place))
        say(f"Backups go to {keeper.choice.called} from now on.")

    found = [place for place in keeper.shelves.suggested if place != chosen.place]
    return card(
        *[
            tile(
                place.name or str(place),
                str(place),
                icon=ft.Icons.USB,
                on_click=_use(use, str(place)),
                key=str(place),
            )
            for place in found
        ],
        ft.TextField(
            label="Folder for backups",
            value=typed,
            hint_text="E:\\" if sys.platform == "win32" else "/media/amara/STICK",
            on_change=act(lambda e: set_typed(e.control.value)),
        ),
        ft.Row([side_button("Use this folder", lambda: use(typed))]),
        note("A stick or disk that is plugged in, or a share. One on this laptop is lost with it."),
        title="Where they go",
    )


def _use(use: Callable[[str], Awaitable[None]], place: str) -> Callable[[], Awaitable[None]]:
    return lambda: use(place)


def _earlier(keeper: Keeper) -> ft.Control:
    """The newest backups there, by the clock of this laptop, as --as-of takes them."""
    lines = [_line_of(manifest) for manifest in keeper.shelves.last[:SHOWN]]
    return card(*lines, title="The last ones there")


def _line_of(manifest: Manifest) -> ft.Control:
    amount = _amount(manifest.records, manifest.photos)
    return ft.Row(
        [
            ft.Text(said(manifest.at), expand=True),
            ft.Text(amount, theme_style=SMALL, color=QUIET),
        ],
        key=manifest.mark + manifest.at.isoformat(),
    )


def _put_back(keeper: Keeper) -> ft.Control:
    home, place = keeper.store.home, keeper.choice.place or "FOLDER"
    command = f"callboard --home {_quoted(home)} restore {_quoted(place)}"
    return card(
        ft.Text("Close Callboard on this laptop, then write where commands are written:"),
        ft.Text(command, selectable=True),
        note(
            "The newest comes back; --list shows them all, --as-of takes an earlier one. What is "
            "here by then is moved aside, and devices bring what they have that is newer."
        ),
        title="To put one back",
    )


def _quoted(path: Path | str) -> str:
    return f'"{path}"' if " " in str(path) else str(path)


def _amount(records: int, photos: int) -> str:
    return f"{count(records, 'record')}, {count(photos, 'photo')}"
