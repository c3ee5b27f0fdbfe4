"""The gate: a badge before the camera or under a scanner, or two letters of a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from data.desk import Desk
from data.kinds.attendance import check_out
from data.kinds.calls import calls
from data.kinds.people import Person, answers_to
from data.kinds.scanning import Answer, Way, let_in, scanned
from data.kinds.schedule import ShootDay
from views.context import go, here, use_browser, use_desk, use_ear, use_place, use_state
from views.parts import centred, empty, icon_button, note, tile
from views.safe import act, part, say, screen
from views.screens.answer import over, use_answer
from views.screens.showing import use_showing
from views.theme import GAP, PAD, QUIET, SMALL, TARGET, TITLE
from views.wedge import Wedge
from views.words import count, moment, short_day, wall

SEEN, TOP = 0.38, 0.13
"""How much of the window's height the camera's picture has, and where it begins."""
FOUND = 12
LEAST = 2
"""Letters of a name before anybody is shown."""

CAMERA = {
    "asking": "Allow the camera, or use a scanner, or type two letters of the name.",
    "refused": "The camera is not allowed. Allow it in the browser's settings for this address.",
    "missing": "There is no camera, or the app was not opened at the office's own https address. "
    "A scanner that types works on every screen.",
    "busy": "Another app has the camera. Close that one, then turn the camera on here again.",
}


@screen
def Scan() -> ft.View:
    desk, place = use_desk(), use_place()
    showing = use_showing()
    silent, set_silent = use_state(bool(desk.store.meta.get("silent")))
    first: Way = "out" if here().get("way") == "out" else "in"
    way, set_way = use_state(first)
    looking, set_looking = use_state("")
    before: Any = ft.use_ref(None)
    answer, give = use_answer(silent)
    day = showing.day

    def tell(said: Answer) -> None:
        set_looking("")
        before.current = said if said.event is not None else before.current
        give(said)

    def hear(text: str) -> None:
        if day is not None:
            tell(scanned(desk, day, text, way))

    def by_name(person: Person) -> None:
        assert day is not None
        if way == "in":
            tell(let_in(desk, day, person, how="now"))
        else:
            event = check_out(desk, day, person)
            tell(Answer("new", person.name, f"Out {moment(desk, day, event.at)}", person, event))

    def be_silent() -> None:
        desk.store.set_meta(silent=not silent)
        set_silent(not silent)
        say("Sound is on." if silent else "No sound from now on: the camera rolls.")

    use_ear(place.wedge.listen, hear)
    if day is None:
        return _view("Scan", [empty(showing.why)], [])
    actions: list[ft.Control] = []
    if answer is not None and answer.asks and answer.person is not None:
        person = answer.person
        actions.append(
            ft.FilledTonalButton(
                "Let in", height=56, on_click=act(lambda: tell(let_in(desk, day, person)))
            )
        )
    if answer is not None and answer.tone == "no":
        actions.append(ft.OutlinedButton("Next", height=56, on_click=act(lambda: give(None))))
    body = ft.Column(
        [
            _ways(way, set_way),
            Picture(),
            _search(place.wedge, looking, set_looking),
            _people(desk, day, way, looking, by_name)
            if len(looking.strip()) >= LEAST
            else _last(desk, before.current),
        ],
        expand=True,
        spacing=GAP,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    inner = centred(ft.Container(body, padding=PAD, expand=True))
    return _view(
        f"{short_day(day.date)}, {day.unit} unit",
        [over(inner, answer, lambda: give(None), *actions)],
        [
            icon_button(
                ft.Icons.VOLUME_OFF if silent else ft.Icons.VOLUME_UP,
                "Sound is off. Turn it on" if silent else "Sound is on. Turn it off",
                be_silent,
            )
        ],
    )


def _view(title: str, controls: list[ft.Control], actions: list[ft.Control]) -> ft.View:
    return ft.View(
        route=ft.use_view_path(),
        padding=0,
        appbar=ft.AppBar(
            leading=icon_button(ft.Icons.ARROW_BACK, "Back", lambda: go("/board")),
            title=ft.Text(title, theme_style=TITLE),
            actions=actions,
        ),
        controls=[ft.SafeArea(control, expand=True) for control in controls],
    )


def _ways(way: str, set_way: Callable[[str], None]) -> ft.Control:
    return ft.SegmentedButton(
        selected=[way],
        show_selected_icon=False,
        segments=[
            ft.Segment(value="in", label=ft.Text("Coming in")),
            ft.Segment(value="out", label=ft.Text("Going out")),
        ],
        on_change=act(lambda e: set_way(next(iter(e.control.selected)))),
    )


@part
def Picture() -> ft.Control:
    """The place of the camera's picture, which the page draws over it; or why there is none."""
    browser = use_browser()
    on, set_on = use_state(True)

    def look() -> Callable[[], None] | None:
        if browser is not None:
            browser.look(on, TOP, SEEN)
        return None

    ft.use_effect(look, [on], cleanup=lambda: browser.look(False) if browser else None)
    if browser is None:
        return note("Scan a badge with a scanner that types, or type two letters of a name.")
    words = CAMERA.get(browser.state.camera, "")
    window = ft.context.page.height or 0
    if not on or browser.state.camera in ("refused", "missing", "busy"):
        again = ft.OutlinedButton(
            "Camera on", height=TARGET, icon=ft.Icons.QR_CODE_SCANNER,
            on_click=act(lambda: set_on(True)),
        )  # fmt: skip
        return ft.Column([note(words or "The camera is off."), *([] if on else [again])])
    return ft.Container(
        ft.Text(words or "Hold the badge before the camera.", theme_style=SMALL, color=QUIET),
        height=max(120.0, window * SEEN),
        alignment=ft.Alignment.CENTER,
    )


def _search(wedge: Wedge, looking: str, set_looking: Callable[[str], None]) -> ft.Control:
    """A scanner that types while this has the focus types into it."""

    def submitted(event: ft.Event[ft.TextField]) -> None:
        if wedge.typed(event.control.value or ""):
            set_looking("")

    return ft.TextField(
        label="Or a name: two letters do",
        value=looking,
        prefix_icon=ft.Icons.SEARCH,
        on_change=act(lambda e: set_looking(e.control.value)),
        on_submit=act(submitted),
    )


def _people(
    desk: Desk, day: ShootDay, way: str, looking: str, chosen: Callable[[Person], None]
) -> ft.Control:
    """Name, department and call; nothing that a queue should not read."""
    found = [call for call in calls(desk, day) if answers_to(call.person, looking)]
    found.sort(key=lambda call: (not call.called, call.person.name.casefold()))
    if not found:
        return empty("Nobody by that name.", note("Not on any list? Add them on the board."))
    rows = [
        tile(
            call.person.name,
            " · ".join(
                filter(
                    None,
                    [
                        call.person.department,
                        wall(desk, call.minutes) if call.called else f"not called: {call.why}",
                    ],
                )
            ),
            icon=ft.Icons.LOGIN if way == "in" else ft.Icons.LOGOUT,
            on_click=_choosing(chosen, call.person),
            key=call.person.id,
        )
        for call in found[:FOUND]
    ]
    if len(found) > FOUND:
        rows.append(note(f"{count(len(found) - FOUND, 'more', 'more')}: type another letter."))
    return ft.ListView(rows, expand=True)


def _choosing(chosen: Callable[[Person], None], person: Person) -> Callable[[], None]:
    return lambda: chosen(person)


def _last(desk: Desk, answer: Answer | None) -> ft.Control:
    """What was written last, and the way to take it back."""
    if answer is None or answer.event is None:
        return ft.Container()
    gesture = desk.last

    def back() -> None:
        if gesture is not None:
            desk.undo(gesture)
            say(f"{answer.head}: taken back.")

    return ft.Row(
        [
            ft.Text(f"{answer.head}: {answer.words}", expand=True),
            ft.TextButton("Undo", on_click=act(back)),
        ]
    )
