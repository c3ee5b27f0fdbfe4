"""Where a device looks for its office, in which order, and a field for what its screen shows."""

from __future__ import annotations

import flet as ft

from views.context import use_link_state, use_place, use_state
from views.parts import card, note, side_button
from views.safe import act, part, say
from views.theme import QUIET, SMALL


@part
def WaysCard() -> ft.Control:
    """Nothing while the office answers at its own name: then nobody has to know of it."""
    place, state = use_place(), use_link_state()
    typed, set_typed = use_state("")
    link = place.link
    if link is None or link.ways is None or state is None:
        return ft.Container(height=0)
    ways = link.ways
    if state.reached and ways.at in ("", ways.own):
        return ft.Container(height=0)
    if state.reached:
        return note(f"The office answers at {ways.at}; its name leads nowhere here.")

    def look_there() -> None:
        ways.type_in(typed)
        set_typed("")
        link.try_now()
        say("Looking there too.")

    looked = [ft.Text(f"{n}. {at}") for n, at in enumerate(ways.listed(), 1)]
    return card(
        *looked,
        ft.Text(
            "Is this device on the office's Wi-Fi? If it is: the office's laptop shows its address "
            "under the sign at its head.",
            theme_style=SMALL,
            color=QUIET,
        ),
        ft.TextField(
            label="Address of the office",
            value=typed,
            hint_text="192.168.1.20",
            on_change=act(lambda e: set_typed(e.control.value)),
        ),
        ft.Row([side_button("Look there", look_there)]),
        title="Where it is looked for",
    )
