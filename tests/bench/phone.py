"""The app on a phone: headless Chromium, a phone's viewport, beside a bare Flet app made alike.

Both are installed once from a server on this machine, the server ends, the browser starts anew, and
from then on everything comes from the browser's own storage. Moments are taken inside the page and
the worker, so that the tool that drives the browser is not measured.
"""

from __future__ import annotations

import re
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.desk import Desk
from data.edit import Write
from data.kinds import ALL
from data.kinds.attendance import board
from data.kinds.calls import day_on
from data.sample import lay_out
from data.sample.plan import ZONE
from data.stamp import Clock, Sources
from data.store import Store
from tests.bench.bare_app import bare_app
from tests.bench.rows import Row, table
from tests.browser.processes import COORDINATOR, Face, listed, served_folder
from tests.phone_parts import built
from views.phone.build import Built
from views.phone.client import NOT_OFFLINE, drawn_by

if TYPE_CHECKING:
    from tests.browser.hand import Hand
    from tests.browser.pocket import Pocket

PHONE = (390, 844)
DESK: Any = {"width": 1280, "height": 800}
STARTS = 3
TAPS = 40
MEMORY_TAPS = 500
PEOPLE = 600
SOUGHT = 4
CLEARED = "\n"
"""Ends a name that is typed: the field is emptied before the next one."""
RAISED_AT = "performance.getEntriesByName('callboard-raised')[0].startTime"

WATCH = """([role, before]) => {
    const names = () => [...document.querySelectorAll(`[role=${role}]`)]
        .map(at => at.getAttribute('aria-label') || at.textContent);
    window.bench = new Promise(done => {
        let tapped = 0;
        addEventListener('pointerdown', () => { tapped ||= performance.now(); }, {capture: true});
        addEventListener('keydown', () => { tapped ||= performance.now(); }, {capture: true});
        new MutationObserver((_, watcher) => {
            if (tapped && !names().some(name => name === before)) {
                watcher.disconnect();
                done(performance.now() - tapped);
            }
        }).observe(document.body, {subtree: true, childList: true, attributes: true,
                                   characterData: true});
    });
}"""
"""Resolves with the milliseconds from the next tap until no control has the name any more."""

FLUSHES = """() => {
    const moments = self.benched = [];
    const hear = self.onmessage;
    let heard = 0;
    self.onmessage = event => { heard = performance.now(); return hear(event); };
    for (const slot of self.callboard.disk.slots) {
        const flush = slot.flush.bind(slot);
        slot.flush = () => { const done = flush(); moments.push(performance.now() - heard);
                             return done; };
    }
}"""
"""Notes, at every flush, the milliseconds since the worker last heard of the screen."""


def rows() -> list[Row]:
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import CHROMIUM, QUIET
    from tests.browser.hand import Hand
    from tests.browser.pocket import Pocket

    executable = Path(next(filter(None, map(shutil.which, CHROMIUM))))
    with tempfile.TemporaryDirectory() as made, sync_playwright() as player:
        folder = Path(made)
        bare, ours = bare_app(folder / "bare"), built()

        def pocket(name: str, address: str) -> Pocket:
            return Pocket(player, executable, folder / name, address, PHONE, QUIET)

        hub = _office(folder / "office")
        with hub, served_folder(bare.folder) as bare_address:
            phone, other = pocket("ours", hub.address), pocket("peer", bare_address)
            found = _said(_first_visits(phone, other, ours, bare))
            browser = player.chromium.launch(executable_path=executable, args=QUIET)
            _paired(phone, Hand(browser.new_page(viewport=DESK), hub.address), hub)
            browser.close()
        found += _said(_cold(phone, other))
        found += _said(_taps(phone, other))
        found += _said(_lists(phone, _some_names(hub.home)))
        found += _said(_forms(phone, folder))
        found += _said(_memory(phone))
        phone.close()
        other.close()
    return found


def _said(rows: Iterable[Row]) -> list[Row]:
    """The whole takes minutes, so each part is told when it is measured."""
    taken = list(rows)
    print(table(taken), flush=True)
    return taken


# ---- the show ------------------------------------------------------------------------------------


def _office(home: Path) -> Face:
    """Some 5,000 time events, 150 people or more on today's board, 600 in the list."""
    now = datetime.now(ZONE).replace(hour=5, minute=0).astimezone(UTC)  # hardly anybody is in
    store = Store(home, sources=Sources(Clock(lambda: now)), hub=True)
    desk = Desk(store, ALL, user="office")
    lay_out(desk, size="C", around=now.astimezone(ZONE).date() + timedelta(days=AHEAD))
    more = PEOPLE - len(list(store.lines("person")))
    store.commit(
        [Write("person", f"more{n}", {"name": f"Walk-on {n:03}"}) for n in range(more)],
        user="office",
    )
    events = len(list(store.lines("time")))
    day = day_on(desk, now.astimezone(ZONE).date(), "Main")
    called = sum(row.call.called for row in board(desk, day)) if day else 0
    people = len(list(store.lines("person")))
    print(f"a show of {events} time events, {people} people, {called} on today's board")
    store.close()
    return Face(home, "main.py", "--home", str(home), "--quiet", "--no-lan", "--port")


AHEAD = 66
"""Days; the sample of a season then has played some three weeks."""


# ---- the rows ------------------------------------------------------------------------------------


def _first_visits(phone: Pocket, other: Pocket, ours: Built, bare: Built) -> Iterator[Row]:
    """First visits over the network, and what of the app crosses it."""
    first = _raised(phone), _raised(other)
    yield Row("cold start, first visit / bare app (no goal)", *first, 99.0, "ms")
    other.page.wait_for_function("state.offline === 'ready'", timeout=120_000)
    yield Row("download / bare app", _sent(ours), _sent(bare), 1.35, "MB")


def _paired(phone: Pocket, at_office: Hand, hub: Face) -> None:
    """Paired across a table, and everything that it may hold fetched."""
    at_office.open("/pair")
    phone.restart()  # the picture opens the app; where it is open, the browser only turns the page
    whose = next(p for p in listed(hub.home, "person") if p["position"] == COORDINATOR)
    phone.pair(at_office, f"{whose['name']}, {COORDINATOR}")
    phone.ready_offline()
    hand = phone.open("/phone/sync")
    hand.page.wait_for_function(
        "document.body.innerText.includes('both copies were equal')",
        timeout=600_000,
    )


def _sent(app: Built) -> float:
    """Megabytes packed, of what a Chromium keeps: one renderer, nothing that is only served."""
    kept = [n for n in app.files if n not in NOT_OFFLINE]
    kept = [n for n in kept if not drawn_by(n) or "skwasm" in drawn_by(n)]
    return float(sum(app.files[name]["sent"] for name in kept)) / 1e6


def _cold(phone: Pocket, other: Pocket) -> list[Row]:
    """From the address to the first screen that can be tapped, the servers gone."""
    costs: tuple[list[float], list[float]] = ([], [])
    for _ in range(STARTS):
        for each, taken in zip((phone, other), costs, strict=True):
            each.restart()
            taken.append(_raised(each))
    ours, bare = map(statistics.median, costs)
    return [Row("cold start offline / bare app", ours, bare, 1.5, "ms")]


def _raised(pocket: Pocket) -> float:
    pocket.open()
    return float(pocket.page.evaluate(RAISED_AT))


def _taps(phone: Pocket, other: Pocket) -> list[Row]:
    hand = phone.open("/phone/board")
    worker = phone.page.workers[0]
    worker.evaluate(FLUSHES)
    checked = [_tap(hand, "^In: ") for _ in range(TAPS)]
    counter = other.open()
    bare = [_tap(counter, "^Count ") for _ in range(TAPS)]
    flushed = sorted(worker.evaluate("self.benched"))
    p95 = flushed[int(len(flushed) * 0.95)]
    median, peer = statistics.median(checked), statistics.median(bare)
    return [
        Row("tap to drawn / bare counter", median, peer, 2.0, "ms"),
        Row("tap to flushed, p95 (budget)", p95, 50.0, 1.0, "ms"),
    ]


def _tap(hand: Hand, pattern: str) -> float:
    button = hand.named(re.compile(pattern)).first
    name = button.evaluate("at => at.getAttribute('aria-label') || at.textContent")
    return _after(hand, "button", name, lambda: hand.press(button))


def _after(hand: Hand, role: str, name: str, doing: Callable[[], object]) -> float:
    hand.page.evaluate(WATCH, [role, name])
    doing()
    return float(hand.page.evaluate("window.bench"))


def _lists(phone: Pocket, whom: list[str]) -> list[Row]:
    """The list of everybody, and every keystroke on the way to some of them."""
    hand = phone.open("/phone/lists")
    people = hand.named(re.compile("^Crew")).first
    name = people.evaluate("at => at.getAttribute('aria-label') || at.textContent")
    hand.reach(people)
    opened = _after(hand, "button", name, lambda: hand.press(people))
    hand.see(re.compile(r"\d+ crew"))
    field = hand.page.get_by_role("textbox", name="Find")
    hand.press(field)
    hand.frames(5)
    keys = []
    for letter in "".join(whom):
        if letter == CLEARED:
            hand.page.keyboard.press("ControlOrMeta+a")
            hand.page.keyboard.press("Delete")
            hand.frames(20)
            continue
        before = hand.page.evaluate("document.querySelector('flt-semantics-host').innerText")
        hand.page.evaluate(CHANGED, before)
        hand.page.keyboard.type(letter)
        keys.append(float(hand.page.evaluate("window.bench")))
    return [
        Row(f"list of {PEOPLE} people (budget)", opened, 700.0, 1.0, "ms"),
        Row(
            "search keystroke, p95 (budget)", sorted(keys)[int(len(keys) * 0.95)], 100.0, 1.0, "ms"
        ),
    ]


def _some_names(home: Path) -> list[str]:
    """A few people of the list, from its ends and its middle, as somebody would type them."""
    names = sorted(person["name"] for person in listed(home, "person"))
    return [f"{names[len(names) * nth // SOUGHT].lower()}{CLEARED}" for nth in range(SOUGHT)]


CHANGED = """before => {
    const now = () => document.querySelector('flt-semantics-host').innerText;
    window.bench = new Promise(done => {
        let typed = 0;
        addEventListener('input', () => { typed ||= performance.now(); }, {capture: true});
        const look = () => {
            if (typed && now() !== before) done(performance.now() - typed);
            else if (typed && performance.now() - typed > 1000) done(0); // the same people still
            else requestAnimationFrame(look);
        };
        look();
    });
}"""


def _forms(phone: Pocket, folder: Path) -> list[Row]:
    """A sign-in sheet: the first in this run of the app, and the next."""
    hand = phone.open("/phone/paper")
    costs = []
    for _ in range(2):
        button = hand.reach(hand.named("Sign-in sheet, filled"))
        began = datetime.now(UTC)
        with hand.page.expect_download(timeout=120_000) as handed:
            hand.press(button)
        handed.value.save_as(folder / "sheet.pdf")
        costs.append((datetime.now(UTC) - began).total_seconds())
    return [
        Row("first form (budget)", costs[0], 6.0, 1.0, "s"),
        Row("next form (budget)", costs[1], 1.0, 1.0, "s"),
    ]


def _memory(phone: Pocket) -> list[Row]:
    """What 500 taps between two filters of the board leave behind, page and worker together."""
    hand = phone.open("/phone/board")
    _some_taps(hand, 20)
    before = _weight(hand)
    _some_taps(hand, MEMORY_TAPS)
    return [Row("memory over 500 taps (budget)", _weight(hand) - before, 20.0, 1.0, "MB")]


def _some_taps(hand: Hand, times: int) -> None:
    """Each is answered by Python before the next: a tap that met nothing would weigh nothing."""
    filters = (re.compile("^Out "), re.compile("^Late "))
    boxes = [hand.reach(hand.text(words)).bounding_box() for words in filters]
    for n in range(times):
        box = boxes[n % 2]
        assert box is not None
        before = hand.page.evaluate("spoken")
        hand.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        hand.page.wait_for_function("before => spoken > before", arg=before)


def _weight(hand: Hand) -> float:
    told: Any = hand.page.evaluate("performance.measureUserAgentSpecificMemory()")
    return float(told["bytes"]) / 2**20
