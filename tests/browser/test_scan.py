"""A browser with a camera: badges are read, the lamp goes out, answers are heard, scanners type."""

from __future__ import annotations

import functools
import random
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.badge_photos import badge_text, clean, photograph
from tests.browser.conftest import QUIET
from tests.browser.hand import TAKEN_OVER
from tests.browser.processes import Face, served_folder
from tests.browser.test_phone import hub
from tests.phone_parts import built
from views.phone.build import WEB

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

    from tests.browser.conftest import Carries

__all__ = ["hub"]  # the fixture

TEXT = "CB1214B7K3M9QPD"
PHOTO = 15
"""A bad photograph that is read."""

BARE = b"""<!doctype html><body><script type="module">
import { cover, look } from "/scan.js";
import { signal } from "/signal.js";
const told = [];
const listened = (how) => look(how, (word) => told.push({ ...word, at: performance.now() }));
Object.assign(window, { told, look: listened, cover, signal });
</script>"""
"""A page with nothing but the camera; what it tells is kept in `told`."""

SPIES = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
const post = Worker.prototype.postMessage;
Object.assign(window, { streams: [], frames: 0, posted: [], buzzed: [], tones: [], facing: "" });
navigator.vibrate = (pulses) => buzzed.push(pulses.join());
navigator.mediaDevices.getUserMedia = async (wanted) => {
  if (window.trouble) throw new DOMException("", window.trouble);
  facing = wanted.video.facingMode;
  streams.push(await ask(wanted));
  return streams.at(-1);
};
Worker.prototype.postMessage = function (said, ...more) {
  if (said.frame) frames += 1;
  if (said.callboard) posted.push(said.callboard);
  return post.call(this, said, ...more);
};
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) {
  tones.push(this.frequency.value);
  return start.call(this, at);
};
"""
"""Kept for the tests: streams that were opened, frames looked at, words to Python, answers."""

LIVE = "streams.flatMap((one) => one.getTracks()).filter((one) => one.readyState === 'live').length"
PLACE = "{ on: true, top: 0.25, height: 0.5 }"
ON = f"look({PLACE})"
OFF = "look({ on: false, top: 0, height: 0 })"
READ = "told.filter((word) => word.text).map((word) => word.text)"
STATES = "told.filter((word) => word.camera).map((word) => word.camera)"

CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")

Sees = Callable[..., "BrowserContext"]


@pytest.fixture(scope="module")
def filmed(
    player: Playwright, executable: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sees]:
    """Browsers whose camera sees these pictures over and over; one browser for each film."""
    opened: dict[bytes, Browser] = {}

    def seeing(*pictures: Image.Image) -> BrowserContext:
        film = b"".join(map(jpeg, pictures))
        if film not in opened:
            file = tmp_path_factory.mktemp("seen") / "film.mjpeg"
            file.write_bytes(film)
            args = [*QUIET, *CAMERA, f"--use-file-for-fake-video-capture={file}"]
            opened[film] = player.chromium.launch(executable_path=executable, args=args)
        context = opened[film].new_context(viewport={"width": 400, "height": 800})
        context.add_init_script(SPIES)
        return context

    yield seeing
    for browser in opened.values():
        browser.close()


@pytest.fixture
def sees(filmed: Sees) -> Iterator[Sees]:
    """Pages of those browsers. A camera that goes on looking eats what the next test needs."""
    contexts: list[BrowserContext] = []

    def seeing(*pictures: Image.Image) -> BrowserContext:
        contexts.append(filmed(*pictures))
        return contexts[-1]

    yield seeing
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def bare() -> Iterator[str]:
    """The address of a page with nothing but the camera."""

    class Files(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/":
                return super().do_GET()
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(BARE)
            return None

        def log_message(self, *_words: Any) -> None:
            """Said nowhere."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=WEB))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def at_page(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("window.look !== undefined")
    return page


# ---- what is read --------------------------------------------------------------------------------


@pytest.mark.long
def test_with_the_network_cut_the_phone_app_reads_a_photographed_badge_once(sees: Sees) -> None:
    text, picture = photograph(PHOTO)
    page = sees(picture).new_page()
    with served_folder(built().folder) as address:
        page.goto(address + "/phone/")
        page.wait_for_function(READY, timeout=60_000)
    page.goto(address + "/phone/")
    assert not page.evaluate(LOADED)
    page.evaluate(SAYS, {"look": {"on": True, "top": 0.25, "height": 0.5}})
    page.wait_for_function("posted.some((word) => word.read)")
    page.wait_for_function("frames > 30")  # more than two seconds in view

    assert page.evaluate(LOADED)
    assert page.evaluate("posted.flatMap((word) => word.read ?? [])") == [text]
    assert page.evaluate("posted.some((word) => word.page?.camera === 'on')")
    page.evaluate(SAYS, {"cover": True})
    page.evaluate(SAYS, {"signal": {"kind": "new", "silent": False}})
    page.wait_for_function("tones.length > 0")
    assert (page.evaluate(LIVE), box(page)) == (1, None)
    page.evaluate(SAYS, {"look": {"on": False, "top": 0, "height": 0}})
    page.wait_for_function(f"{LIVE} === 0")


SAYS = "(word) => worker.onmessage({ data: { callboard: word } })"
"""As Python says it to the page."""
READY = "typeof state !== 'undefined' && state.offline === 'ready'"
LOADED = """performance.getEntriesByType('resource').some((one) => one.name.includes('scan.js'))"""


@pytest.mark.long
def test_a_badge_that_was_away_for_two_seconds_is_read_again(sees: Sees, bare: str) -> None:
    shown, empty = clean(TEXT), Image.new("L", (1280, 720), 90)
    page = at_page(sees(*[shown] * 20, *[empty] * 90), bare)
    page.evaluate(ON)
    page.wait_for_function(f"{READ}.length > 1")
    first, second = page.evaluate("told.filter((word) => word.text).map((word) => word.at)")[:2]

    assert second - first > 2000


@pytest.mark.long
@pytest.mark.parametrize("seed", [3, 4, 6, 7, 11, 12, 19, 23, 28, 33])
def test_other_bad_photographs_are_read_too(seed: int, sees: Sees, bare: str) -> None:
    text, picture = photograph(seed)
    page = at_page(sees(picture), bare)
    page.evaluate(ON)
    page.wait_for_function(f"{READ}.length > 0")

    assert [text] == page.evaluate(READ)


# ---- the camera ----------------------------------------------------------------------------------


def test_the_lamp_goes_out_when_nobody_looks_and_nothing_is_read_behind_an_answer(
    sees: Sees, bare: str
) -> None:
    page = at_page(sees(clean(TEXT)), bare)
    page.evaluate(f"{ON}; cover(true)")
    page.wait_for_function(f"{STATES}.includes('on')")
    assert (page.evaluate(LIVE), box(page)) == (1, None)
    page.evaluate("cover(false)")
    page.wait_for_function(f"{READ}.length > 0")
    assert box(page) == {"x": 0, "y": 200, "width": 400, "height": 400}

    page.evaluate(HIDE.format("hidden"))
    assert (page.evaluate(LIVE), box(page)) == (0, None)
    page.evaluate(HIDE.format("visible"))
    page.wait_for_function(f"{LIVE} === 1 && {STATES}.at(-1) === 'on'")
    page.evaluate(OFF)
    assert (page.evaluate(LIVE), box(page)) == (0, None)
    assert page.evaluate(STATES) == ["asking", "on", "asking", "asking", "on", "off"]


def test_a_camera_that_comes_when_the_screen_was_left_is_let_go(sees: Sees, bare: str) -> None:
    page = at_page(sees(clean(TEXT)), bare)
    page.evaluate(f"{ON}; {OFF}")
    page.wait_for_function("streams.length === 1")
    page.wait_for_function(f"{LIVE} === 0")

    assert page.evaluate(STATES) == ["asking", "off"]


def test_trouble_with_the_camera_is_told_and_tried_again_when_asked(sees: Sees, bare: str) -> None:
    page = at_page(sees(clean(TEXT)), bare)
    for name, state in TROUBLE.items():
        page.evaluate(f"window.trouble = '{name}'; {ON}")
        page.wait_for_function(f"{STATES}.at(-1) === '{state}'")
    page.evaluate(f"window.trouble = ''; {ON}")
    page.wait_for_function(f"{READ}.length > 0")


TROUBLE = {"NotAllowedError": "refused", "NotFoundError": "missing", "NotReadableError": "busy"}


def test_the_other_camera_shows_people_as_a_mirror_does_and_the_light_is_lit(
    sees: Sees, bare: str
) -> None:
    page = at_page(sees(clean(TEXT)), bare)
    page.evaluate(TWO_CAMERAS)
    page.evaluate(ON)
    page.wait_for_function(f"{STATES}.at(-1) === 'on'")
    assert not page.evaluate("document.querySelector('#eye video').matches('.mirrored')")
    page.get_by_role("button", name="Light").click()
    page.wait_for_function("lit === true")
    page.get_by_role("button", name="Turn to the other camera").click()
    page.wait_for_function("streams.length === 2 && document.querySelector('.mirrored')")

    assert page.evaluate(LIVE) == 1
    assert page.evaluate("facing") == "user"


TWO_CAMERAS = """
window.lit = false;
const one = MediaStreamTrack.prototype;
one.getSettings = () => ({ facingMode: facing });
one.getCapabilities = () => ({ torch: facing === "environment" });
one.applyConstraints = async ({ advanced }) => { window.lit = advanced[0].torch; };
navigator.mediaDevices.enumerateDevices = async () => Array(2).fill({ kind: "videoinput" });
"""

HIDE = """
Object.defineProperty(document, 'visibilityState', {{ value: '{}', configurable: true }});
document.dispatchEvent(new Event('visibilitychange'));"""


# ---- answers -------------------------------------------------------------------------------------


def test_the_three_answers_differ_to_the_ear_and_in_the_hand(sees: Sees, bare: str) -> None:
    page = at_page(sees(clean(TEXT)), bare)
    heard = []
    for kind in ("new", "already", "no"):
        page.evaluate(f"tones = []; buzzed = []; signal({{ kind: '{kind}', silent: false }})")
        heard.append((tuple(page.evaluate("tones")), *page.evaluate("buzzed")))
        page.evaluate(f"tones = []; buzzed = []; signal({{ kind: '{kind}', silent: true }})")
        assert page.evaluate("tones") == []
        assert page.evaluate("buzzed") == [heard[-1][1]]

    tones, pulses = zip(*heard, strict=True)
    assert len(set(tones)) == len(set(pulses)) == 3
    assert all(tones)


# ---- scanners that type --------------------------------------------------------------------------


def test_a_scanners_burst_is_told_whole_and_kept_out_of_the_field_and_people_type_as_ever(
    chromium: Browser,
) -> None:
    page = chromium.new_page()
    page.set_content(
        "<input autofocus><script>var got = [], read = (text) => got.push(text)</script>"
    )
    page.add_script_tag(path=WEB / "wedge.js")
    field = page.locator("input")
    texts = badges(20)

    field.focus()
    through = page.evaluate(BURST, texts)
    assert (texts, [], "") == (page.evaluate("got"), through, field.input_value())

    page.keyboard.type("Cab CB12 CCB1", delay=5)
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('input').value === 'Cab CB12 CCB1'")
    assert page.evaluate("got.length") == 20


@pytest.mark.long
def test_in_the_app_flutter_hears_what_people_type_and_nothing_of_a_burst(
    hub: Face, pocket: Carries
) -> None:
    texts = badges(20)
    with hub:
        phone = pocket(hub, paired=False)
        phone.context.add_init_script(SPIES)
        hand = phone.open()
        field = hand.named("Code from the office", "textbox")
        hand.press(field)
        expect(field).to_have_attribute(*TAKEN_OVER)
        assert hand.page.evaluate(BURST, texts) == []
        hand.page.keyboard.type("CAB CB12", delay=5)
        hand.page.wait_for_function("posted.filter((word) => word.read).length === 20")
        hand.frames(30)

        expect(field).to_have_value("CAB CB12")
        assert texts == hand.page.evaluate("posted.flatMap((word) => word.read ?? [])")


BURST = """(texts) => {
  const field = document.activeElement, through = [];
  const heard = (event) => through.push(event.key);
  field.addEventListener('keydown', heard);
  for (const text of texts)
    for (const key of ['Shift', ...text, 'Enter']) {
      field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    }
  field.removeEventListener('keydown', heard);
  return through.filter((key) => key !== 'Shift');
}"""
"""Types as scanners do; what of it reached the field."""


# ---- with these ----------------------------------------------------------------------------------


def badges(many: int) -> list[str]:
    rng = random.Random(8)
    return [badge_text(rng) for _ in range(many)]


def jpeg(picture: Image.Image) -> bytes:
    kept = BytesIO()
    picture.convert("RGB").save(kept, "JPEG", quality=92)
    return kept.getvalue()


def box(page: Page) -> dict[str, float] | None:
    """Where the camera's picture is; None while it is hidden."""
    return page.locator("#eye").bounding_box()  # type: ignore[return-value]
