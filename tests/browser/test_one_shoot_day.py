"""The promise: a shoot day without an office loses nothing, and nothing counts twice."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from pypdf import PdfReader

from data.blobs import Blobs
from data.kinds import ALL
from tests.browser.processes import LISTS, Face, device, imported, listed, office, paired

if TYPE_CHECKING:
    from tests.browser.conftest import Opens, Shot
    from tests.browser.hand import Hand

PHOTO = LISTS / "receipts" / "020.jpg"
CREW = 109


def test_a_shoot_day_without_the_office_arrives_there_whole(
    tmp_path: Path, window: Opens, shot: Shot
) -> None:
    hub = office(imported(tmp_path / "office"))
    gate = device(paired(hub.home, tmp_path / "tablet"), hub.start())
    try:
        gate.start()
        hand = window(gate)
        hand.see("Day 1 of 22")
        hand.see("96 called")
        shot(hand, "today")

        hub.kill()
        the_board_is_kept(hand, shot)
        somebody_new_comes_to_the_gate(hand)
        a_department_wraps(hand, shot)
        money_is_spent(hand, shot)
        the_cash_is_counted(hand, shot)
        paper_is_printed(hand, tmp_path)
        assert "The office cannot be reached since" in where_it_stands(hand, shot)

        hub.start()
        hand.tap("Sync now")
        hand.see(re.compile(r"This device and the office\s+At the office; both copies were equal"))
        shot(hand, "sync-after")
    finally:
        gate.kill()
        hub.kill()

    assert "Traceback" not in hub.said() + gate.said()
    nothing_twice_nothing_lost(hub, gate)


def the_board_is_kept(hand: Hand, shot: Shot) -> None:
    """One in now, one at the call, one at a typed time, and one who was taken back."""
    hand.tap("Check-in", role="tab")
    hand.tap(in_button("Renée Kowalski"))
    hand.see(re.compile("Renée Kowalski (is )?in"))

    hand.tap("At call")
    hand.tap(in_button("Farid Olsen"))
    hand.see(row("Farid Olsen", "07:00"))

    hand.tap("Time")
    hand.write("Time", "6:30")
    hand.tap(in_button("Wen Ueda"))
    hand.see(row("Wen Ueda", "06:30"))
    shot(hand, "board")

    hand.tap("Now")
    hand.tap(in_button("Petra Park"))
    hand.see(re.compile("Petra Park (is )?in"))
    hand.tap("Undo")
    hand.see(in_button("Petra Park"))

    hand.write("Find a name", "sioB", then=hand.named("Clear"))
    hand.miss("Renée Kowalski")
    shot(hand, "board-found")
    hand.tap("Clear")
    hand.write("Find a name", "Kowalski", then=hand.text(row("Renée Kowalski")))
    hand.tap("Clear")


def somebody_new_comes_to_the_gate(hand: Hand) -> None:
    hand.tap("Add person")
    hand.see("They are in from now.")  # else "Name" is still the board's "Find a name"
    hand.write("Name", "Ottoline Brandt")
    hand.choose("Department", "GRIP")
    hand.write("Position", "Day player grip")
    hand.tap("Add and check in")
    hand.see(re.compile("Ottoline Brandt (is )?in"))


def a_department_wraps(hand: Hand, shot: Shot) -> None:
    hand.tap("PRODUCTION: whole department")
    hand.see("3 people are in")
    shot(hand, "wrap")
    hand.tap("Wrap PRODUCTION: 3 out")
    hand.see("3 people out at")


def money_is_spent(hand: Hand, shot: Shot) -> None:
    """A float, a slip with its photo, and a slip that was wrong."""
    hand.tap("Receipts", role="tab")
    hand.tap("Issue a float")
    hand.choose("Custodian", "Petra Park, Travel Coordinator")
    hand.write("Amount in USD", "200")
    shot(hand, "float")
    hand.tap("Issue")
    hand.see("Envelope PP101")

    hand.tap("Log receipt")
    hand.pick_file("Photo of the receipt", PHOTO)
    hand.see("Take another photo")
    hand.write("Amount", "12.50")
    hand.write("Vendor", "Ferry Hardware")
    shot(hand, "receipt")
    hand.tap("Save receipt")
    hand.see("Receipt 1A saved. 187.50 USD left in PP101.")

    hand.tap("Log receipt")
    hand.write("Amount", "99.99")
    hand.write("Vendor", "Corner Diner")
    hand.tap("Save receipt")
    hand.see("Receipt 2A saved. 87.51 USD left in PP101.")

    hand.tap(re.compile("Corner Diner"))
    hand.tap("Void")
    hand.write("Void because", "Paid by the driver")
    shot(hand, "void")
    hand.press(hand.named("Void").last)
    hand.see("Void: Paid by the driver")
    hand.tap("Back")
    shot(hand, "receipts")


def the_cash_is_counted(hand: Hand, shot: Shot) -> None:
    hand.choose("Envelope", "PP101 Petra Park")
    hand.see("187.50 USD left")
    hand.tap("Open the envelope")
    hand.see(re.compile("Should be left.*187.50 USD", re.DOTALL))
    hand.write("Cash counted", "187")
    hand.write("Over or short because", "Parking meter")
    hand.tap("Save the count")
    hand.see("The count is saved.")
    hand.see(re.compile(r"Short\s+0\.50"))
    shot(hand, "envelope")


def paper_is_printed(hand: Hand, into: Path) -> None:
    """The envelope and the report back, made on the device, read back as anybody could."""
    envelope = text_of(hand.download("Print", into))
    for words in ("PP101", "Petra Park", "Ferry Hardware", "12.50", "Paid by the driver", "187.00"):
        assert words in envelope

    hand.tap("Back")
    hand.tap("Paper", role="tab")
    report = text_of(hand.download("Production report, back, filled", into))
    for words in ("Renée Kowalski", "Farid Olsen", "Ottoline Brandt"):
        assert words.casefold() in report.casefold()


def where_it_stands(hand: Hand, shot: Shot) -> str:
    """What the device says of itself, on the screen behind the sign at the head."""
    hand.tap(re.compile("^Not yet at the office"))
    said = hand.text(re.compile("Saved on this device"))
    shot(hand, "sync-before")
    return said.first.inner_text()


def nothing_twice_nothing_lost(hub: Face, gate: Face) -> None:
    copies = {kind.name: listed(hub.home, kind.name) for kind in ALL}
    for kind, records in copies.items():
        assert listed(gate.home, kind) == records, kind
        assert Counter(r["id"] for r in records).most_common(1)[0][1] == 1 if records else True

    assert len(copies["person"]) == CREW + 1
    events = Counter(event["what"] for event in copies["time"])
    assert events == {"in": 5, "void": 1, "out": 3}
    assert [(r["vendor"], r["void"]) for r in sorted(copies["receipt"], key=_slip)] == [
        ("Ferry Hardware", False),
        ("Corner Diner", True),
    ]
    assert [e["number"] for e in copies["envelope"]] == ["PP101"]
    (photo,) = [name for r in copies["receipt"] for name in r["photos"]]
    assert PHOTO.read_bytes() == Blobs(hub.home / "photos").read(photo)


def _slip(record: dict[str, str]) -> str:
    return record["number"]


def in_button(name: str) -> re.Pattern[str]:
    return re.compile(rf"^In: {name}")


def row(name: str, *words: str) -> re.Pattern[str]:
    """A line of the board: the person, their call and position, then their times."""
    return re.compile(rf"{name}\n[^\n]*" + "".join(rf"\n.*{word}" for word in words))


def text_of(paper: Path) -> str:
    pages = PdfReader(paper).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
