"""What a hand does at a screen: open it, tap, write, look. Nothing here waits for a length of time.

Flutter draws on a canvas; beside it stand the semantic nodes that a screen reader hears, and they
are what is found here. So every test of a screen is also a test of its names.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import Error, expect

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Locator, Page

expect.set_options(timeout=15_000)

ONCE = 2_000
"""Milliseconds to see what one try at a field did, before the next try."""

SEMANTICS = "flt-semantics-placeholder"

NO_SPILL = "flt-semantics[role=button] { overflow: hidden !important; }"
"""A long name in the node of a small button spills over its neighbours and would take their taps;
a finger on the canvas never meets it."""

MEETS = """at => {
    const box = at.getBoundingClientRect();
    const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return at === there || at.contains(there);
}"""
"""Whether a finger in the middle of a control meets it and nothing that lies over it."""

STILL = 3
"""How many looks in a row must find all at the same place before a control is tapped."""

LOOKS = 600
"""How often is looked for a control, two frames apart, before it is missed."""

STEP = 200
"""Pixels scrolled at a time."""

SEEN = "() => window.seen"
UNCHANGED = """() => {
    const host = document.querySelector('flt-semantics-host');
    const now = host ? host.outerHTML : '', same = now === window.seen;
    window.seen = now;
    return same;
}"""
"""Whether all controls stand where they stood at the last look."""

TAKEN_OVER = ("autocorrect", "on")
"""What Flutter sets on an input of the page when it begins to listen to it."""

TWO_FRAMES = """() => new Promise(done =>
    requestAnimationFrame(() => requestAnimationFrame(done)))"""


class Hand:
    """A hand at one browser window, which shows the face at `address`."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        """Errors on the browser's console, but for what it could not fetch from elsewhere."""
        page.on("console", self._heard)

    # ---- going ------------------------------------------------------------------------------

    def open(self, path: str = "/") -> None:
        """Loads a screen from its address, as a typed address or a bookmark does."""
        self.page.goto(self.address + path)
        self.listen()

    def listen(self) -> None:
        """Turns the semantic nodes on, as a screen reader does; needed after each load."""
        self.page.wait_for_selector(SEMANTICS, state="attached", timeout=60_000)
        self.page.evaluate(f"document.querySelector('{SEMANTICS}').click()")
        # No expression to wait for: the policy of a phone's page makes no script from a string.
        self.page.locator("flt-semantics").nth(2).wait_for(state="attached")
        self.page.add_style_tag(content=NO_SPILL)

    # ---- doing ------------------------------------------------------------------------------

    def tap(self, name: str | re.Pattern[str], role: str = "button") -> None:
        """Taps the one control of this name, scrolled to if it is further down."""
        self.press(self.named(name, role))

    def press(self, what: Locator) -> None:
        """A tap on the middle of it. Playwright's own click would scroll Flutter's page away."""
        box = None
        for _ in range(20):
            box = self.reach(what).bounding_box()
            if box is not None:  # else it was drawn anew just after it was found
                break
        assert box is not None
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def write(self, label: str, text: str, *, then: Locator | None = None) -> None:
        """Writes into a field until it stands there, or until `then` is to be seen.

        Flutter drops what comes before it has taken the field over; a person would type again.
        """
        field = self.page.get_by_role("textbox", name=label)
        for last in (False, False, False, True):
            try:
                self.fill(field, text)
                if then is None:
                    expect(field).to_have_value(text, timeout=ONCE)
                else:
                    expect(then.first).to_be_attached(timeout=ONCE * 2)
            except (Error, AssertionError):
                if last:
                    raise
            else:
                return

    def fill(self, field: Locator, text: str) -> None:
        self.press(field)
        expect(field).to_have_attribute(*TAKEN_OVER, timeout=ONCE)
        field.fill(text, timeout=ONCE)
        self.frames(STILL)

    def choose(self, label: str, option: str) -> None:
        """Opens a drop-down, a long one by typing its first letters, and takes an option."""
        typed = self.page.get_by_role("textbox", name=label, exact=True)
        if self.reach(typed.or_(self.named(label))).evaluate("at => at.tagName") != "INPUT":
            self.press(self.named(label))
            self.press(self.named(option).last)
            return
        for last in (False, False, False, True):
            try:
                self.fill(typed, option[:3])
                self.press(self.named(option).last)
                expect(typed).to_have_value(option, timeout=ONCE)
            except (Error, AssertionError):
                if last:
                    raise
            else:
                return

    def pick_file(self, button: str | re.Pattern[str], file: Path) -> None:
        """Taps what opens the camera or the library, and takes `file` there."""
        at = self.named(button)
        with self.page.expect_file_chooser() as chooser:
            self.press(at)
        chooser.value.set_files(file)

    def download(self, button: str | re.Pattern[str], into: Path) -> Path:
        """Taps what hands over a file; where it was kept."""
        at = self.named(button)
        with self.page.expect_download() as handed:
            self.press(at)
        kept = into / handed.value.suggested_filename
        handed.value.save_as(kept)
        return kept

    def reach(self, what: Locator) -> Locator:
        """`what` where a finger meets it and holding still.

        A long list is built as it scrolls, so what is not there is looked for: down to the end of
        the list, then up again, each time only when nothing on the screen moves any more. What a
        slow machine has yet to draw is thus not scrolled past.
        """
        size = self.page.viewport_size or {"width": 390, "height": 844}
        still, way, before = 0, STEP, ""
        for _ in range(LOOKS):
            box = what.first.bounding_box() if what.count() else None
            still = still + 1 if self.page.evaluate(UNCHANGED) else 0
            if box and still >= STILL and what.first.evaluate(MEETS):
                return what.first
            if still >= 2 * STILL:
                if box is not None:
                    way = -STEP if box["y"] < size["height"] / 2 else STEP
                elif (now := self.page.evaluate(SEEN)) == before:  # this was the list's end
                    way = -way
                else:
                    before = now
                self.page.mouse.move(size["width"] / 2, size["height"] / 2)
                self.page.mouse.wheel(0, way)
                still = 0
            self.frames(1)
        expect(what.first).to_be_visible()
        return what.first

    # ---- looking ----------------------------------------------------------------------------

    def named(self, name: str | re.Pattern[str], role: str = "button") -> Locator:
        return self.page.get_by_role(role, name=name)  # type: ignore[arg-type]

    def text(self, words: str | re.Pattern[str]) -> Locator:
        """Words anywhere: as text of their own, or in the name of something that is tapped."""
        if isinstance(words, str):
            label = self.page.locator(f"[aria-label*={_quoted(words)}]")
            return self.page.get_by_text(words).or_(label)
        return self.page.get_by_text(words).or_(self.page.get_by_label(words))

    def see(self, words: str | re.Pattern[str]) -> None:
        expect(self.text(words).first).to_be_attached()

    def miss(self, words: str | re.Pattern[str]) -> None:
        """The words are nowhere, or no longer."""
        expect(self.text(words)).to_have_count(0)

    def frames(self, pairs: int) -> None:
        """Lets Flutter draw so many times."""
        for _ in range(pairs):
            self.page.evaluate(TWO_FRAMES)

    def shot(self, file: Path) -> None:
        """A picture of the window as a person sees it, once something is drawn on it."""
        for _ in range(60):
            self.frames(8)  # what the semantic nodes say is drawn a little later
            picture = self.page.screenshot()
            if not _blank(picture):
                break
        assert not _blank(picture), "nothing was ever drawn"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "ERR_NAME_NOT_RESOLVED" not in message.text:
            self.complaints.append(message.text)


def _blank(picture: bytes) -> bool:
    """Whether it is of one colour alone."""
    with Image.open(BytesIO(picture)) as image:
        return image.convert("RGB").getcolors(1) is not None


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
