"""Badges: who has one, by department; giving them out, printing them, and the lost ones."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from data.desk import Desk
from data.kinds.badges import BADGE, badge_for, give_badges, lost_badge
from data.kinds.calls import departments
from data.kinds.people import PERSON, Person, answers_to
from views.context import go, use_desk, use_place, use_records, use_state
from views.forms import BADGES
from views.parts import card, main_button, note, side_button, sub_view, tile
from views.safe import act, say, screen
from views.screens.paper import use_printer
from views.words import count

FOUND = 12


@screen
def Badges() -> ft.View:
    desk = use_desk()
    use_records("badge", "person")
    looking, set_looking = use_state("")
    printer = use_printer()
    people = desk.all(PERSON)
    worn = {badge.person for badge in desk.all(BADGE) if not badge.lost}
    without = [person for person in people if person.id not in worn]

    def give(whom: list[Person]) -> Callable[[], None]:
        def run() -> None:
            give_badges(desk, whom)
            say(f"{count(len(whom), 'badge')} more. Print them, cut them out, hand them out.")

        return run

    found = [p for p in people if looking.strip() and answers_to(p, looking)][:FOUND]
    names = departments(people)
    lines: list[ft.Control] = []
    for name in names:
        mine = [p for p in people if p.department.casefold() == name.casefold()]
        missing = [p for p in mine if p.id not in worn]
        action = side_button(f"Give {len(missing)}", give(missing)) if missing else None
        lines.append(
            tile(
                name or "No department",
                f"{len(mine) - len(missing)} of {len(mine)} have a badge",
                trailing=action,
                key=name,
            )
        )
    heads: list[ft.Control] = [
        note("A badge is a number and a signature as a picture: nothing about the person.")
    ]
    if without:
        heads.append(
            ft.Row([main_button(f"Give badges to all {len(without)} without", give(without))])
        )
    if use_place().face == "office" and worn:
        heads.append(side_button("Print all badges", printer(BADGES, ""), icon=ft.Icons.PRINT))
    return sub_view(
        "Badges",
        lambda: go("/"),
        [
            *heads,
            ft.TextField(
                label="Somebody lost theirs? Type the name",
                value=looking,
                on_change=act(lambda e: set_looking(e.control.value)),
            ),
            *[_wearer(desk, person) for person in found],
            card(*lines, title="By department"),
        ],
    )


def _wearer(desk: Desk, person: Person) -> ft.Control:
    badge = badge_for(desk, person)

    def lose() -> None:
        assert badge is not None
        new = lost_badge(desk, badge)
        say(f"Badge {badge.number} opens nothing any more. {person.name} has badge {new.number}.")

    button = None if badge is None else side_button("It is lost", lose)
    words = "no badge" if badge is None else f"badge {badge.number}"
    return tile(person.name, words, trailing=button, key=person.id)
