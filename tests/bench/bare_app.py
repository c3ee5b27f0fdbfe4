"""What the phone app is measured against: a Flet page with one counter, put together the same way.

Run as a module it serves such a folder: FOLDER PORT.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from starlette.applications import Starlette

from views.phone.archive import packages, zipped
from views.phone.build import LISTING, Built, Parts, assemble
from views.phone.compiled import compiled
from views.phone.serving import PhoneApp, cache_folder
from views.phone.wheels import wheels
from views.web import Door, listening, serve

NEEDED = ("flet", "msgpack", "repath", "six", "typing_extensions")

COUNTER = b"""
import flet as ft


def in_browser():
    ft.run(start)


def start(page):
    page.title = "Counter"
    page.render(Counter)


@ft.component
def Counter():
    count, set_count = ft.use_state(0)
    more = ft.FilledButton(f"Count {count}", on_click=lambda e: set_count(lambda n: n + 1))
    return ft.SafeArea(ft.Column([ft.Text("Hello"), more]))
"""


def bare_app(folder: Path) -> Built:
    """The app with Flet alone; compiled once and kept, as ours is."""
    parts = Parts.here()
    kept = cache_folder() / "packages" / f"bare-{parts.of_packages}.zip"
    if not kept.exists():
        came = wheels(parts.web / "pyodide", cache_folder() / "wheels")
        files = packages(came)
        few = {n: files[n] for n in files if n.split("/")[0].removesuffix(".py") in NEEDED}
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(zipped(compiled(few, parts.how, parts.web / "pyodide", print)))
    code = compiled({"main.py": COUNTER}, parts.how, parts.web / "pyodide", print)
    archives = {"packages.zip": kept.read_bytes(), "app.zip": zipped(code)}
    folder.mkdir(parents=True)
    assemble(folder, archives, parts, lambda _share, _words: None)
    return Built(folder, json.loads((folder / LISTING).read_bytes()))


def main() -> None:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    app = Built(folder, json.loads((folder / LISTING).read_bytes()))

    async def made() -> Built:
        return app

    socket, at = listening(port, or_any=False)
    print("open", flush=True)
    serve(Door(Starlette(routes=PhoneApp(folder / "none", made).routes()), at), socket)


if __name__ == "__main__":
    main()
