"""The phone app's files, handed out by the office; while there are none, why and what to do."""

from __future__ import annotations

import asyncio
import html
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from data.codes import read_code
from data.errors import BadInput, OfficeError
from views.phone.build import BASE, Built, Parts, found

log = logging.getLogger("callboard.phone")

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".otf": "font/otf",
    ".png": "image/png",
    ".ttf": "font/ttf",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".zip": "application/zip",
}

MANIFEST = "manifest.webmanifest"

AGAIN_S = 3
"""Seconds after which a page that waits for the app looks again."""

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">{again}<title>Callboard</title>
<style>body {{ font: 17px/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 34em;
padding: 0 24px }} h1 {{ font-size: 22px }}</style></head><body>
<h1>Callboard for phones</h1><p role="status">{words}</p></body></html>
"""

Make = Callable[[], Awaitable[Built]]


async def made_beside() -> Built:
    """Makes the app in a process of its own: the office's taps do not wait for it."""
    main = str(Path(__file__).parents[2] / "main.py")
    words = (sys.executable, main, "phone", "build", "--quiet")
    process = await asyncio.create_subprocess_exec(*words, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    if process.returncode:
        raise OfficeError(said.decode(errors="replace").strip().splitlines()[-1], code="phone-part")
    built = await asyncio.to_thread(lambda: found(cache_folder(), Parts.here()))
    if built is None:
        raise OfficeError("The phone app was made and is not there. Run: callboard phone build")
    return built


def cache_folder() -> Path:
    """Where wheels and finished apps are kept."""
    from platformdirs import user_cache_path

    return user_cache_path("Callboard", appauthor=False) / "phone"


class Whole(FileResponse):
    """A file in few, large parts: each is a turn on the loop that taps wait for, too."""

    chunk_size = 2**20


class PhoneApp:
    """Hands out the app; makes it first, when somebody asks for it and it is not up to date."""

    def __init__(self, cache: Path | None = None, make: Make = made_beside) -> None:
        self._cache = cache or cache_folder()
        self._make = make
        self._built: Built | None = None
        self._making: asyncio.Task[None] | None = None
        self._why_not = ""

    def routes(self) -> list[BaseRoute]:
        return [
            Route(BASE.rstrip("/"), self._to_the_app),
            Route(BASE, self._file),
            Route(BASE + "{path:path}", self._file),
        ]

    async def ready(self) -> Built | None:
        """The app, or None while it is being made or cannot be."""
        if self._built is not None and not self._built.folder.is_dir():
            self._built = None  # a newer one was made meanwhile, and this one let go
        if self._built is None and (self._making is None or self._making.done()):
            self._built = await asyncio.to_thread(lambda: found(self._cache, Parts.here()))
            if self._built is None and not self._why_not:
                self._making = asyncio.create_task(self._made())
        return self._built

    async def page(self) -> bytes:
        """The app's one page; empty while there is no app."""
        built = await self.ready()
        return b"" if built is None else (built.folder / "index.html").read_bytes()

    async def _made(self) -> None:
        try:
            self._built = await self._make()
        except (OfficeError, OSError) as error:
            self._why_not = error.sentence if isinstance(error, OfficeError) else str(error)
            log.warning("%s", self._why_not)

    async def _to_the_app(self, _request: Request) -> Response:
        return RedirectResponse(BASE)

    async def _file(self, request: Request) -> Response:
        built = await self.ready()
        if built is None:
            return self._not_yet()
        name = request.path_params.get("path") or "index.html"
        if name == MANIFEST and "pair" in request.query_params:
            return with_code(built, request.query_params["pair"])
        if name not in built.files:
            if "." in name.rpartition("/")[2]:
                return Response(status_code=404)
            name = "index.html"  # the address of a screen
        return sent(built, name, packed="gzip" in request.headers.get("accept-encoding", ""))

    def _not_yet(self) -> Response:
        if self._why_not:
            words, again = html.escape(self._why_not), ""
            self._why_not = ""  # who asks again starts another try
        else:
            words = "The app is being made. It takes a minute, once; this page opens it then."
            again = f'<meta http-equiv="refresh" content="{AGAIN_S}">'
        headers = {"cache-control": "no-store"}
        return HTMLResponse(PAGE.format(words=words, again=again), 503, headers)


def with_code(built: Built, code: str) -> Response:
    """The app's own words, but that its icon brings the office's code: on an iPhone nothing else
    comes from the tab to the home screen."""
    try:
        start = f"{BASE}?{urlencode({'pair': read_code(code)})}"
    except BadInput:
        return Response(status_code=404)
    said = json.loads((built.folder / MANIFEST).read_bytes())
    content = json.dumps({**said, "start_url": start})
    return Response(
        content, headers={"cache-control": "no-store"}, media_type=TYPES[".webmanifest"]
    )


def sent(built: Built, name: str, *, packed: bool) -> Response:
    path = built.folder / name
    # Asked again each time, and answered 304: whoever keeps files for longer is the service worker.
    headers = {"cache-control": "no-cache", "vary": "accept-encoding"}
    media = TYPES.get(path.suffix, "application/octet-stream")
    beside = path.with_name(f"{path.name}.gz")
    if packed and beside.exists():
        headers["content-encoding"] = "gzip"
        path = beside
    headers["etag"] = f'"{built.files[name]["hash"]}{"-gz" if path == beside else ""}"'
    return Whole(path, media_type=media, headers=headers)
