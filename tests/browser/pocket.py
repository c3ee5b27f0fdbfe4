"""A phone: one browser with a profile that outlives it, ended and killed as people's phones are."""

from __future__ import annotations

import os
import re
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from data.kinds.grants import role_title
from tests.browser.hand import Hand

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Playwright

APP = "/phone/"
SPLASH = "#splash"
"""What is over the app until its first screen is drawn."""
CODE = re.compile("The code: (?:. ){9}.")
PATIENCE = 120_000
"""Milliseconds for Python to start in a browser on a busy machine."""


class Pocket:
    def __init__(
        self,
        player: Playwright,
        executable: Path,
        profile: Path,
        address: str,
        size: tuple[int, int],
        args: list[str],
        *,
        env: dict[str, str] | None = None,
        agent: str | None = None,
    ) -> None:
        """`env`: the browser's surroundings, where its list of authorities lies. `agent`: what it
        says it is."""
        self._player, self._executable, self.args = player, executable, args
        self._env: dict[str, str | float | bool] | None = dict(env) if env else None
        self._agent = agent
        self.profile, self.address, self.size = profile, address, size
        self.context: BrowserContext = self._launched()

    @property
    def page(self) -> Page:
        return self.context.pages[0]

    def open(self, path: str = APP) -> Hand:
        """Opens the app and waits for its first screen."""
        hand = Hand(self.page, self.address)
        self.page.goto(self.address + path)
        self.page.wait_for_selector(SPLASH, state="detached", timeout=PATIENCE)
        hand.listen()
        return hand

    def pair(self, at_office: Hand, whose: str, role: str = "poc") -> Hand:
        """Paired as people do it: the office shows its picture, the phone's camera opens what it
        says, and the office says yes. `whose`: as the office's list has it."""
        at_office.choose("Whose device is it?", whose)
        at_office.choose("Role", role_title(role))
        hand = self.open(f"{APP}#pair={shown_code(at_office)}")
        hand.press(hand.page.get_by_role("button", name="Pair", exact=True))
        at_office.tap("Yes, pair it")
        at_office.see("Paired, and at work.")
        return hand

    def ready_offline(self) -> Hand:
        """Opens the app near its office and stays until it says that it opens without."""
        hand = self.open("/phone/this-phone")
        hand.page.wait_for_selector(
            "[aria-label*='Ready offline'], :text('Ready offline')",
            state="attached",
            timeout=PATIENCE,
        )
        return hand

    def restart(self) -> None:
        """The app is swiped away and the browser ended, and started again."""
        self.context.close()
        self.context = self._launched()

    def kill(self) -> None:
        """The system ends the browser without a word, and the person starts it again."""
        os.kill(self._process(), signal.SIGKILL)
        with suppress(Exception):
            self.context.close()
        for lock in self.profile.glob("Singleton*"):
            lock.unlink()
        self.context = self._launched()

    def shot(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        with suppress(Exception):  # a browser that is gone has no last picture
            self.page.screenshot(path=file)

    def close(self) -> None:
        with suppress(Exception):
            self.context.close()

    def _launched(self) -> BrowserContext:
        width, height = self.size
        return self._player.chromium.launch_persistent_context(
            self.profile,
            executable_path=self._executable,
            args=self.args,
            env=self._env,
            user_agent=self._agent,
            viewport={"width": width, "height": height},
            has_touch=True,
            is_mobile=width < 600,
            device_scale_factor=1,
            accept_downloads=True,
        )

    def _process(self) -> int:
        """The browser's own process: the one with our profile that is no helper of another."""
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                mine = f"--user-data-dir={self.profile}".encode() in words
                if mine and not any(word.startswith(b"--type=") for word in words):
                    return int(folder.name)
        raise AssertionError("the browser's process is not to be found")


def shown_code(at_office: Hand) -> str:
    """The code that the office's screen shows once its button is tapped."""
    at_office.tap("Show the code")
    at_office.see(CODE)
    said = at_office.text(CODE).first
    told = said.get_attribute("aria-label") or said.inner_text()
    return told.partition("The code: ")[2].replace(" ", "")[:10]
