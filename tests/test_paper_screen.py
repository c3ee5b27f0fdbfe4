"""Paper on a stage: it is drawn beside the work that everybody shares."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import flet as ft
import pytest

from tests.small_show import SmallShow
from tests.test_capture import scene
from tests.test_gestures import Counted
from views.forms import SIGN_IN, signin
from views.screens import paper as screen


def test_the_office_goes_on_while_paper_is_drawn(
    show: SmallShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end, handed = threading.Event(), threading.Event(), dict[str, bytes]()

    def slowly(_facts: Any) -> bytes:
        begun.set()
        assert may_end.wait(30), "nobody else had a turn"
        return b"%PDF"

    async def save_file(_picker: Any, *, file_name: str, src_bytes: bytes) -> None:
        handed[file_name] = src_bytes

    monkeypatch.setattr(signin, "draw", slowly)
    monkeypatch.setattr(screen, "A_MOMENT", 0.0)
    monkeypatch.setattr(ft.FilePicker, "save_file", save_file)

    async def played(window: Counted) -> None:
        pressed = asyncio.ensure_future(window.press(f"{SIGN_IN.title}, filled"))
        while not begun.is_set():
            await asyncio.sleep(0.001)
        await window.settle()
        assert [t for t in window.texts() if t.endswith("it takes a while: go on.")]
        may_end.set()
        await pressed
        while not handed:
            await asyncio.sleep(0.001)
        await window.settle()
        assert [t for t in window.texts() if t.endswith(".pdf is ready.")]

    scene(show.desk, "/paper", played)
    assert list(handed.values()) == [b"%PDF"]
