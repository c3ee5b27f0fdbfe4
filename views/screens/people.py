"""A person with what is nobody's business: covered until somebody looks, and looking is noted."""

from __future__ import annotations

from typing import Any

import flet as ft

from data.desk import Desk
from data.errors import BadInput
from data.kind import Kind
from data.kinds.access import lifted
from data.kinds.deals import DEAL
from data.kinds.grants import ROLE_GRANT, end_role, give_role, held, role_title
from data.kinds.people import PERSON
from data.kinds.pins import PIN, set_pin
from data.kinds.private import (
    EMERGENCY,
    HOME,
    ID_CHECK,
    ID_DOCUMENT,
    ID_MASK,
    PERSON_PRIVATE,
)
from data.pin import DIGITS
from data.record import Record, natural_id
from data.roles import ROLE_NAMES
from views.context import go, use_desk, use_place, use_records, use_state
from views.inputs import choose
from views.parts import card, empty, note, side_button, sub_view, tile
from views.safe import act, part, say, screen
from views.show import shown
from views.theme import GAP, QUIET, SMALL
from views.words import count

COMPANIONS: tuple[Kind[Any], ...] = (
    HOME,
    EMERGENCY,
    DEAL,
    ID_MASK,
    PERSON_PRIVATE,
    ID_CHECK,
    ID_DOCUMENT,
)
COVER = "••••••"
SHOWN = 60


@screen
def People() -> ft.View:
    desk, place = use_desk(), use_place()
    use_records("person", "role_grant", "pin")
    looking, set_looking = use_state("")
    if place.face != "office":
        words = "Roles and private papers are looked after at the office."
        return sub_view("People", lambda: go("/lists"), [empty(words)])
    words_ = looking.casefold().split()
    found = [
        p
        for p in sorted(desk.all(PERSON), key=lambda p: p.name.casefold())
        if all(w in f"{p.name} {p.department} {p.position}".casefold() for w in words_)
    ]
    rows = [
        tile(
            p.name,
            " · ".join(filter(None, [p.position, p.department, *_roles(desk, p.id)])),
            on_click=_opening(p.id),
            key=p.id,
        )
        for p in found[:SHOWN]
    ]
    more = [note(f"and {len(found) - SHOWN} more: search for a name")] if len(found) > SHOWN else []
    return sub_view(
        "People",
        lambda: go("/lists"),
        [
            ft.TextField(
                label="Find",
                value=looking,
                prefix_icon=ft.Icons.SEARCH,
                dense=True,
                on_change=act(lambda e: set_looking(e.control.value)),
            ),
            ft.Text(count(len(found), "person", "people")),
            *rows,
            *more,
        ],
    )


def _opening(person_id: str) -> Any:
    return lambda: go(f"/people/{person_id}")


def _roles(desk: Desk, person_id: str) -> list[str]:
    now = desk.store.sources.wall_ms()
    grants = desk.having(ROLE_GRANT, "person", person_id)
    return [role_title(g.role) for g in grants if held(g, None).at(now)]


@screen
def PersonPage() -> ft.View:
    desk, place = use_desk(), use_place()
    use_records("person", "role_grant", "pin", *[kind.name for kind in COMPANIONS])
    person = desk.get(PERSON, ft.use_route_params()["id"])
    if place.face != "office":
        words = "Roles and private papers are looked after at the office."
        return sub_view(person.name, lambda: go("/lists"), [empty(words)])
    papers = [
        Companion(kind, record, key=record.id)
        for kind in COMPANIONS
        for record in _theirs(desk, kind, person.id)
    ]
    nothing = [note("Nothing private of them is here.")]
    return sub_view(
        person.name,
        lambda: go("/people"),
        [
            ft.Text(" · ".join(filter(None, [person.position, person.department]))),
            RoleCard(person.id),
            PinCard(person.id),
            *(papers or nothing),
            ft.Row([side_button("On the crew list", lambda: go(f"/list/person/{person.id}"))]),
        ],
    )


def _theirs(desk: Desk, kind: Kind[Any], person_id: str) -> list[Any]:
    if "person" in kind.indexed:
        return desk.having(kind, "person", person_id)
    one = desk.find(kind, natural_id(desk.store.production, kind.name, person_id))
    return [one] if one is not None else []


@part
def RoleCard(person_id: str) -> ft.Control:
    desk = use_desk()
    use_records("role_grant")
    chosen, set_chosen = use_state("crew")
    person, now = desk.get(PERSON, person_id), desk.store.sources.wall_ms()
    grants = [g for g in desk.having(ROLE_GRANT, "person", person_id) if held(g, None).at(now)]

    def ending(grant: Any) -> Any:
        return lambda: end_role(desk, grant)

    rows: list[ft.Control] = [
        ft.Row(
            [ft.Text(role_title(g.role), expand=True), side_button("End it", ending(g))], key=g.id
        )
        for g in grants
    ]
    return card(
        *(rows or [ft.Text("No role: a device of theirs holds nothing.")]),
        choose("Another role", [(r, role_title(r)) for r in ROLE_NAMES], chosen, set_chosen),
        ft.Row([side_button("Give it", lambda: give_role(desk, person, chosen))]),
        title="Roles",
    )


@part
def PinCard(person_id: str) -> ft.Control:
    """Chosen by the person, typed at the office; it opens lent tablets and nothing else."""
    desk = use_desk()
    use_records("pin")
    typed, set_typed = use_state("")
    person = desk.get(PERSON, person_id)
    there = desk.find(PIN, natural_id(desk.store.production, PIN.name, person_id))
    field = ft.TextField(
        label=f"New PIN, {DIGITS} digits",
        value=typed,
        password=True,
        dense=True,
        expand=True,
        keyboard_type=ft.KeyboardType.NUMBER,
        on_change=act(lambda e: set_typed(e.control.value)),
    )

    def save() -> None:
        if not typed:
            raise BadInput(f"A PIN is {DIGITS} digits.", field="pin")
        set_pin(desk, person, typed)
        set_typed("")
        say(f"{person.name} can take a lent tablet with this PIN.")

    words = "They have one." if there is not None and there.sealed else "None yet."
    return card(
        ft.Text(words),
        ft.Row([field, side_button("Set the PIN", save)], spacing=GAP),
        title="PIN for lent tablets",
    )


@part
def Companion(kind: Kind[Any], record: Record) -> ft.Control:
    """One private record; its veiled fields are covered until somebody lifts the cover."""
    desk = use_desk()
    lifted_, set_lifted = use_state(False)
    names = [n for n in kind.meanings if n != "person" and shown(desk, kind, n, record)]
    veiled = [n for n in names if n in kind.reach.veiled]

    def lift() -> None:
        lifted(desk, record, *veiled)
        set_lifted(True)

    lines = [
        ft.Column(
            [
                ft.Text(kind.label(name), theme_style=SMALL, color=QUIET),
                ft.Text(
                    COVER if name in veiled and not lifted_ else shown(desk, kind, name, record)
                ),
            ],
            spacing=0,
        )
        for name in names
    ]
    cover: list[ft.Control] = []
    if veiled and not lifted_:
        cover = [ft.Row([side_button("Show what is covered", lift, icon=ft.Icons.VISIBILITY)])]
        cover.append(note("That somebody looked is noted, with the name and the time."))
    elif veiled:
        cover = [ft.Row([side_button("Cover it", lambda: set_lifted(False))])]
    return card(*lines, *cover, title=kind.title)
