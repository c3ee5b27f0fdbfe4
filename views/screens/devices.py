"""Has everybody uploaded? Every device, when it last spoke, what it still has, and the ways out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import flet as ft

from data.desk import Desk
from data.kinds.access import noted
from data.kinds.devices import DEVICE, Device, Status, found_again, take_out
from data.kinds.grants import role_title
from data.kinds.lending import give_back, hand_to, holder, taps_of
from data.kinds.own import may_take
from data.kinds.people import PERSON, called
from sync.wire import Known
from views import told
from views.context import go, use_desk, use_pairings, use_picker, use_records, use_state
from views.inputs import choose
from views.parts import card, empty, main_button, note, side_button, sub_view, tile
from views.safe import act, part, say, screen
from views.theme import GAP, LATE, QUIET, SMALL, TO_DO
from views.words import ago, count

if TYPE_CHECKING:
    from sync.pairing import Pairings  # a device has no use for it

STATUS = {
    "active": "",
    "retired": "away very long",
    "left": "left the crew",
    "lost": "lost or stolen",
}
AT_OFFICE = "Devices are looked after at the office. What this one holds is on its own page."
CLOCK_OFF = 2
"""Minutes by which a clock is off that are worth a word."""


@screen
def Devices() -> ft.View:
    desk, pairings = use_desk(), use_pairings()
    use_records("device", "revocation", "lending", "person")
    back = lambda: go("/lists")  # noqa: E731
    if pairings is None:
        return sub_view("Devices", back, [empty(AT_OFFICE)])
    devices = sorted(desk.all(DEVICE), key=lambda d: d.name.casefold())
    in_use = [d for d in devices if pairings.status(d.id) == "active"]
    late = [d for d in in_use if _owes(pairings, d) or not _contact(pairings, d)]
    head: list[ft.Control] = []
    if in_use:
        words = (
            f"{count(len(late), 'device')} of {len(in_use)} may still have something to bring."
            if late
            else f"Everything that {count(len(in_use), 'device')} told of is here."
        )
        sign = ft.Icons.PENDING_OUTLINED if late else ft.Icons.CHECK_CIRCLE_OUTLINE
        head = [note(words, icon=sign)]
    pair = main_button("Pair a device", lambda: go("/pair"), icon=ft.Icons.ADD_LINK)
    rows = [
        _row(desk, pairings, device) for device in [*late, *[d for d in devices if d not in late]]
    ]
    nothing = [empty("No device is paired yet. Pair a phone, or a tablet to lend out.")]
    return sub_view("Devices", back, [ft.Row([pair]), *head, *(rows or nothing)])


def _row(desk: Desk, pairings: Pairings, device: Device) -> ft.Control:
    status = pairings.status(device.id)
    icon = ft.Icons.TABLET_ANDROID if device.lent_to else ft.Icons.SMARTPHONE
    parts = [STATUS[status], _whose(desk, device), _heard(desk, pairings, device)]
    parts.append(_owes(pairings, device))
    ink = LATE if status == "lost" else TO_DO if _owes(pairings, device) else QUIET
    return ft.ListTile(
        key=device.id,
        leading=ft.Icon(icon, color=ink),
        title=ft.Text(device.name),
        subtitle=ft.Text(" · ".join(filter(None, parts)), theme_style=SMALL, color=QUIET),
        on_click=act(lambda: go(f"/devices/{device.id}")),
    )


@screen
def DeviceDetail() -> ft.View:
    desk, pairings = use_desk(), use_pairings()
    use_records("device", "revocation", "lending", "person")
    asking, set_asking = use_state("")
    device = desk.get(DEVICE, ft.use_route_params()["id"])
    ft.use_dialog(_question(desk, device, asking, set_asking) if asking else None)
    saver = use_picker()
    back = lambda: go("/devices")  # noqa: E731
    if pairings is None:
        return sub_view(device.name, back, [empty(AT_OFFICE)])
    status = pairings.status(device.id)
    known = _known(pairings, device)

    async def give_file() -> None:
        content = pairings.news_for(device.id)
        await saver.save_file(file_name=f"For {device.name}.callboard", src_bytes=content)
        say(f"The file is for {device.name} alone. Anybody may carry it.")

    facts = [
        ("Belongs to", _whose(desk, device)),
        ("Status", STATUS[status] or "in use"),
        ("Last heard of", _heard(desk, pairings, device)),
        ("Not here yet", _owes(pairings, device) or "nothing that it told of"),
        ("Its clock", _clock(int(known.clock) if known else 0)),
        ("Version", (known.app if known else "") or "not told"),
        ("Letter of its slips", known.letter if known else ""),
        ("Paired", told.at(desk, int(device.paired.timestamp() * 1000)) if device.paired else ""),
    ]
    lines = [
        ft.Column([ft.Text(label, theme_style=SMALL, color=QUIET), ft.Text(text)], spacing=0)
        for label, text in facts
        if text
    ]
    file = [side_button("Its news as a file", give_file, icon=ft.Icons.OUTBOX)]
    by_hand = file if status == "active" and known else []
    return sub_view(
        device.name, back, [card(*lines, *by_hand), *_hands(device), _ways(status, set_asking)]
    )


def _hands(device: Device) -> list[ft.Control]:
    return [Hands(device, key=f"hands{device.id}")] if device.lent_to else []


@part
def Hands(device: Device) -> ft.Control:
    """A lent device changes hands where the office sees it."""
    desk = use_desk()
    use_records("lending")
    chosen, set_chosen = use_state("")
    who = holder(taps_of(desk, device))
    options = [("", "nobody"), *((p.id, p.name) for p in may_take(desk))]

    def give() -> None:
        if chosen:
            hand_to(desk, device, desk.get(PERSON, chosen))

    buttons: list[ft.Control] = [side_button("Give it to them", give)]
    if who:
        buttons.append(side_button("It came back", lambda: give_back(desk, device)))
    return card(
        ft.Text(f"{called(desk, who)} has it." if who else "Nobody has it."),
        choose("Give it to", options, chosen, set_chosen),
        ft.Row(buttons, spacing=GAP, wrap=True),
        title="Who has it",
    )


def _ways(status: Status, ask: Callable[[str], None]) -> ft.Control:
    def way(label: str, what: str, icon: ft.IconData) -> ft.Control:
        return side_button(label, lambda: ask(what), icon=icon)

    if status != "active":
        return ft.Row([way("It is in use again", "active", ft.Icons.UNDO)])
    left = way("Left the crew", "left", ft.Icons.LOGOUT)
    return ft.Row([left, way("Lost or stolen", "lost", ft.Icons.REPORT_OUTLINED)], wrap=True)


def _question(desk: Desk, device: Device, what: str, ask: Callable[[str], None]) -> ft.AlertDialog:
    words = {
        "left": "It may still send what it has. Then everything is removed from it.",
        "lost": "Everything is removed from it as soon as it meets the office, also what it has "
        "not sent. Until then it holds what it holds.",
        "active": "It is let in again. If it was emptied meanwhile, it has to be paired anew.",
    }

    def do_it() -> None:
        ask("")
        if what == "active":
            found_again(desk, device)
        else:
            status: Status = "lost" if what == "lost" else "left"
            with desk.gesture():
                take_out(desk, device, status)
                noted(desk, "revoked", device, what_for=what)
        say(f"{device.name}: {STATUS.get(what) or 'in use again'}.")

    return ft.AlertDialog(
        title=ft.Text(f"{device.name}: {STATUS[what] or 'in use again'}?"),
        content=ft.Text(words[what]),
        actions=[
            ft.TextButton("Not now", on_click=act(lambda: ask(""))),
            ft.FilledButton("Yes", on_click=act(do_it)),
        ],
        on_dismiss=act(lambda: ask("")),
    )


@part
def DevicesTile() -> ft.Control:
    """The way in, with the answer to the question everybody asks at wrap."""
    desk, pairings = use_desk(), use_pairings()
    use_records("device", "revocation")
    if pairings is None:
        return ft.Container(height=0)
    owing = sum(1 for d in desk.all(DEVICE) if _owes(pairings, d))
    words = count(len(desk.all(DEVICE)), "device")
    words += f", {owing} with something to bring" if owing else ""
    return tile("Devices", words, icon=ft.Icons.DEVICES_OTHER, on_click=lambda: go("/devices"))


# ---- words ------------------------------------------------------------------------------------


def _known(pairings: Pairings, device: Device) -> Known | None:
    return next((k for k in pairings.office.register.known() if k.id == device.id), None)


def _contact(pairings: Pairings, device: Device) -> int:
    known = _known(pairings, device)
    return known.contact if known else 0


def _whose(desk: Desk, device: Device) -> str:
    if device.person:
        return called(desk, device.person)
    who = holder(taps_of(desk, device))
    has = f", {called(desk, who)} has it" if who else ", nobody has it"
    return f"lent to: {role_title(device.lent_to)}{has}"


def _heard(desk: Desk, pairings: Pairings, device: Device) -> str:
    contact = _contact(pairings, device)
    if not contact:
        return "never yet"
    return ago(max(0.0, (desk.store.sources.wall_ms() - contact) / 1000))


def _owes(pairings: Pairings, device: Device) -> str:
    known = _known(pairings, device)
    edits, photos = (*(known.unsent if known else []), 0, 0)[:2]
    parts = [count(edits, "edit")] if edits else []
    parts += [count(photos, "photo")] if photos else []
    return f"{' and '.join(parts)} not here yet" if parts else ""


def _clock(minutes: int) -> str:
    if abs(minutes) < CLOCK_OFF:
        return "right"
    hours, rest = divmod(abs(minutes), 60)
    length = count(hours // 24, "day") if hours >= 48 else f"{hours} h {rest} min"
    return f"{length} {'ahead' if minutes > 0 else 'behind'} when it was last heard of"
