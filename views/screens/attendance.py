"""The check-in board: one tap a person, by department, for the day of the call until its wrap."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from data.errors import OfficeError
from data.kinds.schedule import ShootDay
from views.context import go, here, use_desk, use_feed, use_first, use_place, use_state
from views.parts import centred, empty, icon_button, side_button
from views.safe import act, part
from views.screens.board_lines import Counts, Lines
from views.screens.board_sight import Sight
from views.screens.meal_sheet import MealSheet
from views.screens.person_row import Doing
from views.screens.person_sheet import PersonSheet
from views.screens.showing import day_bar, use_showing
from views.screens.wrap_sheet import WrapSheet
from views.theme import GAP, PAD, QUIET, SMALL, TARGET


@part
def Board() -> ft.Control:
    """The whole board: how a tap counts, who to show, and everybody by department.

    A tap does not draw it again: each line, head and count listens for itself.
    """
    desk = use_desk()
    showing = use_showing()
    looking, set_looking = use_state("")
    which, set_which = use_state(here().get("show", "all"))
    how, set_how = use_state("now")
    typed, set_typed = use_state("")
    opened, set_opened = use_state("")
    day = showing.day
    sight = _use_sight()
    sight.look(day, looking, which)
    doing, _ = use_first(lambda: Doing(desk, sight, set_opened))
    doing.mean(how, typed)
    ft.use_dialog(_sheet(day, opened, lambda: set_opened("")))
    if day is None:
        return empty(showing.why, side_button("To the lists", lambda: go("/lists")))

    def choose(name: str) -> None:
        sight.let_go()
        set_which(name)

    searching = bool(looking.strip())
    return centred(
        ft.Column(
            [
                ft.Container(
                    ft.Column(
                        [
                            *day_bar(showing, "/board"),
                            _search(looking, set_looking),
                            _how(how, set_how, typed, set_typed),
                            Counts(sight, "" if searching else which, choose),
                        ],
                        spacing=GAP,
                        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                    ),
                    padding=ft.Padding.only(left=PAD, right=PAD, top=GAP),
                ),
                Lines(sight, doing),
                _foot(day, set_opened),
            ],
            expand=True,
            spacing=GAP,
        )
    )


def _use_sight() -> Sight:
    """This board's sight, which hears of every commit for as long as the board is open."""
    desk = use_desk()
    sight, _ = use_first(lambda: Sight(desk))

    def subscribe(bump: Callable[[], None]) -> Callable[[], None]:
        def heard(touched: frozenset[tuple[str, str]]) -> None:
            try:
                sight.hear({kind for kind, _ in touched})
            except OfficeError:
                bump()  # the board is drawn again, and its door says why

        return desk.store.listen(heard)

    use_feed(subscribe)
    return sight


def _search(looking: str, set_looking: Callable[[str], None]) -> ft.Control:
    wedge = use_place().wedge

    def submitted(event: ft.Event[ft.TextField]) -> None:
        if wedge.typed(event.control.value or ""):  # by a scanner
            set_looking("")

    return ft.TextField(
        label="Find a name",
        value=looking,
        prefix_icon=ft.Icons.SEARCH,
        on_change=act(lambda e: set_looking(e.control.value)),
        on_submit=act(submitted),
        suffix_icon=(
            icon_button(ft.Icons.CLOSE, "Clear", lambda: set_looking("")) if looking else None
        ),
    )


def _how(
    how: str, set_how: Callable[[str], None], typed: str, set_typed: Callable[[str], None]
) -> ft.Control:
    """What a tap on In or Out says: now, the call, or the time in the field."""
    buttons = ft.SegmentedButton(
        selected=[how],
        show_selected_icon=False,
        segments=[
            ft.Segment(value="now", label=ft.Text("Now")),
            ft.Segment(value="call", label=ft.Text("At call")),
            ft.Segment(value="typed", label=ft.Text("Time")),
        ],
        on_change=act(lambda e: set_how(next(iter(e.control.selected)))),
    )
    if how != "typed":
        return ft.Row([ft.Text("A tap means", theme_style=SMALL, color=QUIET), buttons])
    return ft.Row(
        [
            buttons,
            ft.TextField(
                label="Time",
                value=typed,
                hint_text="6:30",
                dense=True,
                expand=True,
                autofocus=True,
                keyboard_type=ft.KeyboardType.DATETIME,
                on_change=act(lambda e: set_typed(e.control.value)),
            ),
        ]
    )


def _foot(day: ShootDay, opened: Callable[[str], None]) -> ft.Control:
    def button(label: str, icon: ft.IconData, name: str, tap: Callable[[], object]) -> ft.Control:
        return ft.MergeSemantics(
            ft.FilledTonalButton(
                ft.Column(
                    [ft.Icon(icon, size=20), ft.Text(label, theme_style=SMALL)],
                    spacing=0,
                    alignment=ft.MainAxisAlignment.CENTER,
                    horizontal_alignment=ft.CrossAxisAlignment.CENTER,
                ),
                height=TARGET + GAP,
                tooltip=name,
                style=ft.ButtonStyle(padding=0),
                on_click=act(tap),
            ),
            expand=True,
        )

    def to(screen: str) -> Callable[[], object]:
        return lambda: go(f"/{screen}?day={day.id}")

    return ft.Container(
        ft.Row(
            [
                button("Scan", ft.Icons.QR_CODE_SCANNER, "Scan badges", to("scan")),
                button("Add", ft.Icons.PERSON_ADD_ALT, "Add person", to("gate")),
                button("Meals", ft.Icons.RESTAURANT, "Meals", lambda: opened("meal:")),
                button("Wrap", ft.Icons.LOGOUT, "Wrap", lambda: opened("wrap:")),
            ],
            spacing=GAP,
        ),
        padding=ft.Padding.only(left=PAD, right=PAD, bottom=GAP),
    )


def _sheet(day: ShootDay | None, opened: str, close: Callable[[], None]) -> ft.BottomSheet | None:
    if not opened or day is None:
        return None
    content: ft.Control
    if opened == "meal:":
        content = MealSheet(day, close)
    elif opened.startswith("wrap:"):
        content = WrapSheet(day, opened.removeprefix("wrap:"), close)
    else:
        content = PersonSheet(day, opened, close)
    return ft.BottomSheet(
        ft.Container(content, padding=PAD, width=640),
        show_drag_handle=True,
        scrollable=True,
        on_dismiss=act(lambda: close()),
    )
