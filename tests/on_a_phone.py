"""Opens the app's screens and prints its paper, and says where flet and the font tools lie.

A process of its own, started by tests/test_phone_build.py: there they have only the modules that a
phone gets.
"""

from __future__ import annotations

import asyncio
import logging
import random
import tempfile
from decimal import Decimal
from pathlib import Path

import flet as ft
import fontTools
import fpdf

from data.desk import Desk
from data.fields import Money
from data.kinds import ALL
from data.kinds.floats import issue_float
from data.stamp import Clock, Sources
from data.store import Store
from tests.small_show import Wall, made_up
from tests.stage import Window
from views.forms import ENVELOPE_FORM, REPORT_BACK, SIGN_IN
from views.routes import ROUTES


async def played(desk: Desk) -> None:
    person = next(iter(desk.store.lines("person")))[0]
    window = Window(desk, "/")
    await window.settle()
    for route in ROUTES:
        path = f"/{route.path or ''}"
        path = path.replace(":kind", "person").replace(":id", person).replace(":what", "crew")
        await window.go(path)
    await window.go("/board")
    await window.tap("In: Gus")
    for container in list(window.controls(ft.Container)):
        if container.on_click:
            await window.fire(container, "click")


class Unexpected(logging.Handler):
    """A door that had to say that something went wrong ends the play."""

    def emit(self, record: logging.LogRecord) -> None:
        raise SystemExit(logging.Formatter().format(record))


def main() -> None:
    wall = Wall()
    logging.getLogger("callboard.views").addHandler(Unexpected(logging.ERROR))
    with tempfile.TemporaryDirectory() as home:
        sources = Sources(clock=Clock(wall), rng=random.Random(1))
        store = Store(Path(home), sources=sources, hub=True)
        show = made_up(Desk(store, ALL, user="office"), wall)
        asyncio.run(played(show.desk))
        envelope = issue_float(show.desk, show["Gus"], Money(amount=Decimal(100), currency="USD"))
        for form in (SIGN_IN, REPORT_BACK):
            assert form.make(show.desk, show.day.id).content.startswith(b"%PDF")
            assert form.make_blank(show.desk).content.startswith(b"%PDF")
        assert ENVELOPE_FORM.make(show.desk, envelope.id).content.startswith(b"%PDF")
        store.close()
    for module in (ft, fpdf, fontTools):
        print(Path(str(module.__file__)).parents[1])


if __name__ == "__main__":
    main()
