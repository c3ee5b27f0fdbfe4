"""The two doors every refusal leaves by: drawing a screen, and answering a tap.

`@screen` and `@part` make components whose failure shows words instead of ending the session's
updates (flet 1.0.5 stops updating for good when a component raises). `act` does it for handlers.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from typing import Any

import flet as ft

from data.errors import OfficeError
from views.theme import GAP, PAD, QUIET, TARGET

log = logging.getLogger("callboard.views")

UNEXPECTED = (
    "Something went wrong here. What was saved is safe. Go back and try again; if it happens "
    "again, tell the office what you tapped."
)


def sentence(error: Exception) -> str:
    return error.sentence if isinstance(error, OfficeError) else UNEXPECTED


def screen(component: Callable[..., Any]) -> Any:
    """A component that returns a whole View."""
    return _guarded(component, _error_view)


def part(component: Callable[..., Any]) -> Any:
    """A component that returns a control inside a View."""
    return _guarded(component, _error_words)


def act(handler: Callable[..., Any]) -> Callable[[Any], Any]:
    """A handler, sync or async, with or without the event, whose refusal is shown as words."""
    takes_event = bool(inspect.signature(handler).parameters)

    async def answer(event: Any) -> None:
        try:
            result = handler(event) if takes_event else handler()
            if inspect.isawaitable(result):
                await result
        except Exception as error:  # noqa: BLE001 - the door: nothing may pass it unsaid
            _note(error)
            say(sentence(error))

    return answer


def say(words: str, *, undo: Callable[[], Any] | None = None) -> None:
    """A line at the bottom of the screen for a few seconds, with Undo where it can be undone.

    It takes the place of the one before: ten quick taps must not queue up ten lines. It floats
    above the buttons at the foot, so that a late tap on Undo is not a tap on one of them.
    """
    page = ft.context.page
    before = page.session.store.get(_SAID)
    if isinstance(before, ft.SnackBar) and before.open:
        before.open = False
        before.update()
    line = ft.SnackBar(
        ft.Text(words),
        behavior=ft.SnackBarBehavior.FLOATING,
        margin=ft.Margin.only(left=PAD, right=PAD, bottom=TARGET + PAD + GAP),
        duration=ft.Duration(seconds=8 if undo else 5),
        persist=False,
        show_close_icon=undo is None,
        action=ft.SnackBarAction("Undo", on_click=act(undo)) if undo else None,
    )
    page.session.store.set(_SAID, line)
    page.show_dialog(line)


_SAID = "said"


def _guarded(component: Callable[..., Any], instead: Callable[[str], Any]) -> Any:
    @functools.wraps(component)
    def drawn(*args: Any, **kwargs: Any) -> Any:
        try:
            return component(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the door: nothing may pass it unsaid
            _note(error)
            return instead(sentence(error))

    return ft.component(drawn)


def _note(error: Exception) -> None:
    if not isinstance(error, OfficeError):
        log.error("unexpected", exc_info=error)


def _error_words(words: str) -> ft.Control:
    return ft.Container(
        padding=PAD,
        content=ft.Column(
            [ft.Icon(ft.Icons.INFO_OUTLINE, color=QUIET), ft.Text(words)],
        ),
    )


def _error_view(words: str) -> ft.View:
    return ft.View(
        route=ft.use_view_path(),
        appbar=ft.AppBar(title=ft.Text("Callboard")),
        controls=[ft.SafeArea(_error_words(words))],
    )
