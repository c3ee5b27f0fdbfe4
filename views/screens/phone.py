"""This phone: does it open without a network, will it keep what is stored, is there a newer app.

Sentences are functions of what the page said; the screen only shows them with the next step.
"""

from __future__ import annotations

from collections.abc import Awaitable

import flet as ft

from data.bundle import bundle
from data.errors import Refused
from sync.link import Link
from views.browser import BrowserState
from views.context import Place, go, use_browser, use_link_state, use_picker, use_place
from views.parts import card, empty, main_button, note, side_button, sub_view
from views.safe import act, part, say, screen
from views.theme import GAP, LATE, QUIET, SMALL, TARGET, TO_DO
from views.words import count, show_title

NEARLY_FULL = 50 * 2**20
"""Bytes left below which a person is told: some two hundred photos."""


# ---- words --------------------------------------------------------------------------------------


def offline_words(state: BrowserState) -> str:
    """Whether the app opens with the network cut."""
    if state.offline == "ready":
        return "Ready offline: Callboard opens without any network."
    if state.offline == "coming":
        return f"Getting ready to work offline: {state.done} of {state.of} files. Keep this open."
    if state.offline == "full":
        return (
            "Not ready offline: this phone has no room for the app. Free some space, then open "
            "Callboard near the office again."
        )
    if state.offline == "cut":
        return "Not ready offline: the files were cut off. Open Callboard near the office again."
    return "Not ready offline yet. Stay near the office for a moment."


def storage_words(state: BrowserState) -> str:
    """What the browser promised about what is stored here, and what that means."""
    if state.persisted:
        return "Kept for good: the browser keeps what is here until you remove it yourself."
    if state.asked:
        return (
            "The browser did not promise to keep what is here: when the phone runs out of space it "
            "may remove it. Put Callboard on the home screen, ask again, and let the phone meet "
            "the office often."
        )
    return (
        "Not promised yet: when the phone runs out of space, the browser may remove what is here."
    )


def room_words(state: BrowserState) -> str:
    if not state.quota:
        return "The browser does not say how much room there is."
    used = f"{megabytes(state.usage)} used, {megabytes(state.left)} left."
    if state.left < NEARLY_FULL:
        used += " That is little: free some space on this phone."
    return used


def install_words(state: BrowserState) -> str:
    """How the app gets to the home screen of this kind of phone."""
    return {
        "installed": "Callboard is on the home screen.",
        "ask": "Put Callboard on the home screen: it opens like any other app.",
        "ios": "In Safari, tap Share, then Add to Home Screen. Open Callboard from there.",
        "android": "In the browser's menu, tap Install app or Add to Home screen.",
        "other": "In the browser's menu, choose Install Callboard, or bookmark this page.",
    }[state.install]


def lost_words(state: BrowserState) -> str:
    return (
        f"This browser has removed what was stored here ({state.lost}). What had reached the "
        "office comes back from there; what had not is lost. Tell the office."
    )


CARRIED = (
    "No signal here? What the office does not have yet goes into a file. Anybody may carry it to "
    "the office: another phone, a stick, a message. Colleagues who take it in see at once what "
    "they may see of it; nobody else can open it."
)


def carrying_words(names: list[str]) -> str:
    """Whose work waits on this phone for the office; empty: nobody's."""
    if not names:
        return ""
    whose = ", ".join(dict.fromkeys(names))
    return (
        f"{count(len(names), 'file')} of {whose} {'wait' if len(names) > 1 else 'waits'} here for "
        "the office: the next time this phone meets it, they go first."
    )


def megabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def warning(state: BrowserState) -> tuple[str, str] | None:
    """What cannot wait, and the name of the step to take; None while all is well."""
    if state.lost:
        return lost_words(state), ""
    if state.quota and state.left < NEARLY_FULL:
        return room_words(state), "See"
    if state.update:
        return "A newer Callboard is here.", "Use it"
    if state.offline != "ready":
        return offline_words(state), "See"
    return None


# ---- controls -----------------------------------------------------------------------------------


@part
def PhoneLine() -> ft.Control:
    """On the first screen, only when there is something to say."""
    browser = use_browser()
    said = warning(browser.state) if browser else None
    if browser is None or said is None:
        return ft.Container(height=0)
    words, step = said
    full = browser.state.quota and browser.state.left < NEARLY_FULL
    grave = browser.state.lost or full
    icon = ft.Icon(ft.Icons.SMARTPHONE, size=20, color=LATE if grave else TO_DO)
    use = browser.use_update if step == "Use it" else lambda: go("/this-phone")
    return ft.Row(
        [
            icon,
            ft.Text(words, theme_style=SMALL, expand=True),
            *([ft.TextButton(step, on_click=act(use))] if step else []),
        ],
        spacing=GAP,
    )


@screen
def Phone() -> ft.View:
    place = use_place()
    browser, link = use_browser(), use_link_state()
    if browser is None:
        return sub_view("This phone", lambda: go("/"), [empty("This is no phone's copy.")])
    state, desk = browser.state, place.desk

    def ask() -> None:
        browser.keep_for_good()
        say("The browser was asked. Its answer stands here.")

    def export() -> None:
        name = f"{show_title(desk)} {desk.now():%Y-%m-%d %H%M}.zip".replace("/", "-")
        browser.hand_over(name, bundle(desk.store.storage.folder, desk.blobs, at=desk.now()))
        say(f"{name} is in your downloads.")

    def hand_over() -> None:
        name = f"{show_title(desk)} {desk.now():%Y-%m-%d %H%M}.callboard".replace("/", "-")
        browser.hand_over(name, _line(place).hand_over())
        say(f"{name} is in your downloads. Give it to a colleague, or to who goes to the office.")

    async def picked(event: ft.FilePickerResultEvent) -> None:
        for file in event.files or ():
            done = await _line(place).take_in(file.bytes or b"")
            if done.answers:
                browser.hand_over(f"{file.name} answers.callboard", [done.answers])
            say(done.words())

    picker = use_picker(act(picked))
    owed = (link.records + link.photos) if link else 0
    carrying = carrying_words(place.link.session.carries) if place.link else ""
    return sub_view(
        "This phone",
        back,
        [
            card(
                ft.Text(offline_words(state)),
                *([main_button("Use the newer Callboard", browser.use_update)] * state.update),
                title="Without a network",
            ),
            card(
                ft.Text(install_words(state)),
                *([side_button("Install", browser.install)] if state.install == "ask" else []),
                title="Home screen",
            ),
            card(
                ft.Text(storage_words(state)),
                ft.Text(room_words(state), theme_style=SMALL, color=QUIET),
                *([] if state.persisted else [side_button("Ask to keep it", ask)]),
                title="What is stored here",
            ),
            card(
                ft.Text(
                    "Everything on this phone as one file, for the day its office is gone. "
                    + (f"{count(owed, 'thing')} of it is nowhere else." if owed else "")
                ),
                side_button("Export everything", export, icon=ft.Icons.DOWNLOAD),
                title="Take it with you",
            ),
            card(
                ft.Text(CARRIED),
                *([ft.Text(carrying)] if carrying else []),
                side_button("Hand over what is owed", hand_over, icon=ft.Icons.OUTBOX),
                ft.FilledTonalButton(
                    "Take a file in",
                    icon=ft.Icons.MOVE_TO_INBOX,
                    height=TARGET,
                    action=ft.PickFiles(picker, with_data=True),
                ),
                title="By hand",
            ),
            note(f"Version {state.version or 'unknown'}"),
        ],
    )


def _line(place: Place) -> Link:
    if place.link is None:
        raise Refused("This copy has no office to hand anything over to.")
    return place.link


def back() -> Awaitable[None]:
    return go("/")
