"""One shoot day on show B: the sample's start, a tap to durable, the board, and its paper."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from data.desk import Desk
from data.files import sync_file
from data.kinds import ALL
from data.kinds.attendance import board, check_in
from data.kinds.calls import day_now
from data.sample import lay_out
from data.stamp import Clock, Sources
from data.store import Store
from tests.bench.rows import Row, interleaved, seconds

MORNING = datetime(2026, 7, 15, 13, 0, tzinfo=UTC)
BYTES_OF_A_TAP = 900


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        return [_demo(), *_on_show_b(Path(folder))]


def _demo() -> Row:
    """From the command to the first answer of the page, in a process of its own."""

    def start() -> None:
        process = subprocess.Popen(
            [sys.executable, "main.py", "demo", "--quiet"], stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if "http://" in line:
                    address = line.split("http://")[1].split()[0]
                    with urllib.request.urlopen(f"http://{address}/", timeout=30) as page:
                        page.read()
                    return
        finally:
            process.terminate()
            process.wait(10)

    return Row("demo: command to first page (budget)", seconds(start), 10.0, 1.0, "s")


def _on_show_b(folder: Path) -> list[Row]:
    store = Store(folder, sources=Sources(Clock(lambda: MORNING), random.Random(1)), hub=True)
    desk = Desk(store, ALL, user="bench")
    lay_out(desk)
    day = day_now(desk, "Main").day
    assert day is not None
    waiting = iter([r.person for r in board(desk, day) if r.in_event is None])
    raw = (folder / "raw").open("wb", buffering=0)

    def append() -> None:
        raw.write(os.urandom(BYTES_OF_A_TAP))
        sync_file(raw.fileno())

    taps = sum(r.in_event is None for r in board(desk, day))
    tap, peer = interleaved(lambda: check_in(desk, day, next(waiting)), append, times=taps)
    drawn, _ = interleaved(lambda: board(desk, day), lambda: None, times=20)
    from views.forms import REPORT_BACK, SIGN_IN

    SIGN_IN.make(desk, day.id)
    paper, _ = interleaved(lambda: SIGN_IN.make(desk, day.id), lambda: None, times=9)
    back, _ = interleaved(lambda: REPORT_BACK.make(desk, day.id), lambda: None, times=9)
    store.close()
    raw.close()
    return [
        Row("tap to durable (budget 50 ms)", tap * 1e3, 50.0, 1.0, "ms"),
        Row("tap to durable / raw append+fsync", tap * 1e3, peer * 1e3, 6.0, "ms"),
        Row("board of the day, from the records (budget)", drawn * 1e3, 50.0, 1.0, "ms"),
        Row("sign-in sheet as PDF (budget)", paper * 1e3, 300.0, 1.0, "ms"),
        Row("production report back as PDF (budget)", back * 1e3, 300.0, 1.0, "ms"),
    ]
