"""A question that wants a reason before it does what it asks about."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from data.errors import BadInput
from views.context import use_state
from views.drafts import use_jotted
from views.safe import act


def use_reason(
    part: str,
    do: Callable[[str], None],
    *,
    title: str,
    label: str,
    button: str,
    keep: str = "Keep it",
) -> Callable[[], None]:
    """What opens the question. `do` is told the reason; its BadInput stays beside the field."""
    asking, set_asking = use_state(False)
    typed = use_jotted(part, reason="")
    wrong, set_wrong = use_state("")

    def done() -> None:
        try:
            do(typed["reason"])
        except BadInput as error:
            set_wrong(error.sentence)  # a line at the foot would lie behind the dialog
            return
        typed.done()
        set_asking(False)
        set_wrong("")

    question = ft.AlertDialog(
        title=ft.Text(title),
        content=ft.TextField(
            label=label,
            value=typed["reason"],
            error=wrong or None,
            on_change=act(lambda e: typed.put("reason", e.control.value)),
        ),
        actions=[
            ft.TextButton(keep, on_click=act(lambda: set_asking(False))),
            ft.FilledButton(button, on_click=act(done)),
        ],
        on_dismiss=act(lambda: set_asking(False)),
    )
    ft.use_dialog(question if asking else None)
    return lambda: set_asking(True)
