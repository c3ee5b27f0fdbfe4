"""The list of any kind: search, sixty rows at a time, a tap for the record, a way to add one."""

from __future__ import annotations

from typing import Any

import flet as ft

from data.desk import Desk
from data.kind import Kind
from data.kinds.people import CAST, PERSON
from data.kinds.schedule import DAY, SCENE
from data.record import Record
from views.context import go, use_desk, use_place, use_records, use_state
from views.parts import empty, page, side_button, sub_view, tile
from views.safe import act, part, screen
from views.screens.devices import DevicesTile
from views.show import shown, title_of
from views.theme import GAP
from views.words import count

WINDOW = 60
FOUND = 12
"""A screenful: who looks for something reads the first lines, and asks for the rest."""
BRIEF = 3
LISTED = (
    ("person", ft.Icons.GROUPS_OUTLINED),
    ("cast", ft.Icons.THEATER_COMEDY_OUTLINED),
    ("day", ft.Icons.CALENDAR_MONTH_OUTLINED),
    ("scene", ft.Icons.MOVIE_OUTLINED),
    ("envelope", ft.Icons.MAIL_OUTLINE),
)
ADDED = (PERSON, CAST, DAY, SCENE)
"""Kinds that a person adds from their list; the others have verbs of their own."""
IMPORTED = {"person": "crew", "scene": "schedule", "day": "schedule"}


@part
def Lists() -> ft.Control:
    """Every list of the show, with how much is in it."""
    place = use_place()
    desk = place.desk
    use_records(*[name for name, _ in LISTED])

    def line(name: str, icon: ft.IconData) -> ft.Control:
        kind = desk.kinds[name]
        many = count(len(desk.all(kind)), kind.title.lower(), kind.plural.lower())
        return tile(kind.plural, many, icon=icon, on_click=lambda: go(f"/list/{name}"))

    tiles = [line(name, icon) for name, icon in LISTED]
    if place.face == "office":
        tiles += [
            DevicesTile(),
            tile(
                "People",
                "roles, PINs, private papers",
                icon=ft.Icons.BADGE_OUTLINED,
                on_click=lambda: go("/people"),
            ),
            tile(
                "Roles",
                "what each of them sees, and why",
                icon=ft.Icons.VISIBILITY_OUTLINED,
                on_click=lambda: go("/roles"),
            ),
            tile(
                "Import a crew list",
                "CSV or XLSX, as you have it",
                icon=ft.Icons.UPLOAD_FILE,
                on_click=lambda: go("/import/crew"),
            ),
            tile(
                "Import a schedule",
                "CSV or XLSX",
                icon=ft.Icons.UPLOAD_FILE,
                on_click=lambda: go("/import/schedule"),
            ),
            tile(
                "Production",
                "title, zone, paper, clock",
                icon=ft.Icons.SETTINGS_OUTLINED,
                on_click=lambda: go("/settings"),
            ),
        ]
    return page(tiles)


Said = tuple[str, str]
"""What a row says: the name, and the line under it."""


@screen
def Listing() -> ft.View:
    desk = use_desk()
    kind = desk.kind_named(ft.use_route_params()["kind"])
    use_records(kind.name)
    looking, set_looking = use_state("")
    window, set_window = use_state(0)
    found = desk.watch.kept("listed", Listed).find(desk, kind, looking)
    most = window + (FOUND if looking.strip() else WINDOW)
    rows = _use_rows(desk, kind, found[:most])
    adding = (
        [side_button(f"Add: {kind.title.lower()}", lambda: go(f"/list/{kind.name}/new"))]
        if kind in ADDED
        else []
    )
    if len(found) > most:
        more = f"Show more ({len(found) - most})"
        rows.append(side_button(more, lambda: set_window(window + WINDOW)))

    def look(text: str) -> None:
        set_window(0)
        set_looking(text)

    return sub_view(
        kind.plural,
        lambda: go("/lists"),
        [
            ft.TextField(
                label="Find",
                value=looking,
                prefix_icon=ft.Icons.SEARCH,
                dense=True,
                on_change=act(lambda e: look(e.control.value)),
            ),
            ft.Row(
                [
                    ft.Text(
                        count(len(found), kind.title.lower(), kind.plural.lower()), expand=True
                    ),
                    *adding,
                ],
                spacing=GAP,
            ),
            *(rows or [empty("Nothing here.")]),
        ],
    )


def _use_rows(desk: Desk, kind: Kind[Any], records: list[Record]) -> list[ft.Control]:
    """A row for each record. One that says what it said is handed to flet as the same object, which
    it passes over: a key that leaves the same people draws nobody again."""
    drawn: Any = ft.use_ref(None)
    before: dict[str, tuple[Said, ft.Control]] = drawn.current or {}
    rows: dict[str, tuple[Said, ft.Control]] = {}
    for record in records:
        said = (title_of(desk, kind, record), _under(desk, kind, record))
        known = before.get(record.id)
        if known is None or known[0] != said:
            known = said, Row(kind.name, record.id, *said, key=record.id)
        rows[record.id] = known
    drawn.current = rows
    return [row for _, row in rows.values()]


@part
def Row(kind: str, record_id: str, name: str, under: str) -> ft.Control:
    """The record's name over its other columns."""
    return tile(name, under, on_click=lambda: go(f"/list/{kind}/{record_id}"))


def _under(desk: Desk, kind: Kind[Any], record: Record) -> str:
    name = title_of(desk, kind, record)
    texts = [_brief(desk, kind, column, record) for column in kind.columns]
    return " · ".join([text for text in texts if text and text != name][:BRIEF])


class Listed:
    """Every record of a kind in the order of its list, with the words that find it. They are read
    once until something is committed, not once for every key that is typed."""

    def __init__(self) -> None:
        self._listed: dict[str, list[tuple[str, Record]]] = {}

    def find(self, desk: Desk, kind: Kind[Any], looking: str) -> list[Record]:
        """The records in whose words every word stands that is looked for."""
        if desk.watch.news("listed") != set():
            self._listed = {}  # a link may say the words of any record
        if kind.name not in self._listed:
            records = sorted(desk.all(kind), key=lambda record: _order(desk, kind, record))
            self._listed[kind.name] = [(_words(desk, kind, record), record) for record in records]
        words = looking.casefold().split()
        return [
            record
            for text, record in self._listed[kind.name]
            if all(word in text for word in words)
        ]


def _words(desk: Desk, kind: Kind[Any], record: Record) -> str:
    texts = (shown(desk, kind, name, record) for name in kind.search or kind.columns)
    return " ".join(texts).casefold()


def _brief(desk: Desk, kind: Kind[Any], name: str, record: Record) -> str:
    """A bare number says what it counts."""
    text = shown(desk, kind, name, record)
    numbered = kind.meanings[name].name == "count" and text
    return f"{kind.label(name)} {text}" if numbered else text


def _order(desk: Desk, kind: Kind[Any], record: Record) -> tuple[Any, ...]:
    first = getattr(record, kind.columns[0])
    if isinstance(first, int):
        return (first, "")
    text = shown(desk, kind, kind.columns[0], record)
    iso = first.isoformat() if hasattr(first, "isoformat") else text.casefold()
    digits = "".join(c for c in text if c.isdigit())
    return (int(digits) if kind.name == "scene" and digits else 0, iso)
