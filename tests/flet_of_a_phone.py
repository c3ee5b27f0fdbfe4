"""Opens the app's screens on the flet that lies first on the path, and says where that lies.

A process of its own, started by tests/test_phone_build.py: there flet has only the modules that a
phone gets.
"""

from __future__ import annotations

import asyncio
import logging
import random
import tempfile
from pathlib import Path

import flet as ft

from data.desk import Desk
from data.kinds import ALL
from data.stamp import Clock, Sources
from data.store import Store
from tests.small_show import Wall, made_up
from tests.stage import Window
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
        store.close()
    print(ft.__file__)


if __name__ == "__main__":
    main()
