"""Flet's web client served from this process, behind a door that checks Host and Origin.

flet-web's own application answers every origin and offers its documentation pages, so its parts are
mounted one by one instead. Everything comes from this machine: no font, script or picture is asked
for elsewhere.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import flet as ft
import uvicorn
from flet_web.fastapi import FletApp, FletStaticFiles, app_manager
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from data.errors import Busy

log = logging.getLogger("callboard.web")

ASSETS = Path(__file__).parent.parent / "assets"
FONT = ASSETS / "fonts" / "NotoSans-Regular.ttf"
CAMERA = '<script type="module" src="/web/slip.js"></script></head>'
SESSION_SECONDS = 600
GOODBYE_S = 2.0
"""Seconds in which what runs beside ends well: the network is told that the office closes."""
LARGEST_MESSAGE = 64 * 2**20
"""Bytes of one message from the browser; a photo comes in one."""


def web_app(
    start: Callable[[ft.Page], Any] | None,
    *,
    routes: Sequence[BaseRoute],
    port: int,
    beside: Callable[[], Awaitable[None]] | None = None,
) -> ASGIApp:
    """The screens with `routes` beside them; `start` None: the routes alone.

    `beside` runs as long as the server does.
    """

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await app_manager.start()
        task = asyncio.ensure_future(beside()) if beside else None
        if task is not None:
            task.add_done_callback(_say_if_it_broke)
        try:
            yield
        finally:
            if task is not None:
                task.cancel()
                await asyncio.wait({task}, timeout=GOODBYE_S)
            await app_manager.shutdown()

    if start is None:
        return Door(Starlette(routes=routes, lifespan=lifespan), port)
    secret = secrets.token_hex()

    async def talk(websocket: WebSocket) -> None:
        await Window(
            loop=asyncio.get_running_loop(),
            executor=app_manager.executor,
            main=start,
            before_main=None,
            session_timeout_seconds=SESSION_SECONDS,
            upload_endpoint_path="/upload",
            secret_key=secret,
        ).handle(websocket)

    screens = Screens(
        assets_dir=str(ASSETS),
        app_name="Callboard",
        app_short_name="Callboard",
        app_description="The production office in a phone",
        no_cdn=True,
        web_renderer=ft.WebRenderer.AUTO,
        route_url_strategy=ft.RouteUrlStrategy.PATH,
        websocket_endpoint_path="/ws",
    )
    inner = Starlette(
        lifespan=lifespan,
        routes=[
            *routes,
            Route("/assets/fonts/{family}/{version}/{name}", _missing_glyph),
            WebSocketRoute("/ws", talk),
            Mount("/", screens),
        ],
    )
    return Door(inner, port)


def _say_if_it_broke(task: asyncio.Future[None]) -> None:
    """What runs beside survives every refusal; if it ends all the same, somebody must hear it."""
    if not task.cancelled() and task.exception() is not None:
        log.error("the work beside stopped; start Callboard again", exc_info=task.exception())


async def _missing_glyph(_request: Request) -> FileResponse:
    """Flutter asks here for letters its font lacks, and on a 404 again at every frame."""
    return FileResponse(FONT, media_type="font/ttf", headers={"cache-control": "max-age=86400"})


class Screens(FletStaticFiles):  # type: ignore[misc]  # flet-web has no types
    """Flet's web client, and in its page the camera for slips."""

    def file_response(self, full_path: Any, *more: Any, **named: Any) -> Response:
        if Path(full_path).name != "index.html":
            answer: Response = super().file_response(full_path, *more, **named)
            return answer
        return HTMLResponse(Path(full_path).read_text("utf-8").replace("</head>", CAMERA, 1))


class Window(FletApp):  # type: ignore[misc]  # flet-web has no types
    """Flet's end of one window. To a window that is gone flet 1.0.5 raises when it has something
    to say, though not for its data channels; here it says nothing."""

    def send_message(self, message: object) -> None:
        if self._FletApp__send_queue is not None:
            super().send_message(message)


class Door:
    """Lets in what this address's own pages ask, and nothing that another page asks.

    A page of another site could reach loopback through the person's own browser: its requests
    carry its own Origin, and after DNS rebinding its own Host. A WebSocket must name our Origin; a
    plain request may have none (typed addresses, other programs on this machine).
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if self._welcome(scope["type"], headers.get(b"host", ""), headers.get(b"origin")):
            kept = _guarded(send) if scope["type"] == "http" else _to_the_end(send)
            await self._app(scope, receive, kept)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            refusal = PlainTextResponse("This address answers its own pages only.\n", 403)
            await refusal(scope, receive, send)

    def _welcome(self, kind: str, host: str, origin: str | None) -> bool:
        if host.lower() not in self._hosts:
            return False
        if origin is None:
            return kind == "http"
        return origin.lower() == f"http://{host.lower()}"


def _guarded(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message.get("headers", []),
                (b"x-content-type-options", b"nosniff"),
                (b"x-frame-options", b"DENY"),
                (b"referrer-policy", b"no-referrer"),
                # The quicker of Flutter's two renderers needs a page of its own.
                (b"cross-origin-opener-policy", b"same-origin"),
                (b"cross-origin-embedder-policy", b"require-corp"),
            ]
        await send(message)

    return with_headers


def _to_the_end(send: Send) -> Send:
    """To a window that is gone nothing is said. Flet's sender would fail on it, print a traceback
    and, having failed, never let the session expire."""

    async def or_nothing(message: Message) -> None:
        with suppress(OSError):
            await send(message)

    return or_nothing


def listening(port: int, *, or_any: bool) -> tuple[socket.socket, int]:
    """A loopback socket that takes connections. `or_any`: another port if it is taken."""
    # Named TCP: else asyncio leaves its lines to gather small parts, and each answer takes 40 ms.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name != "nt")
    try:
        sock.bind(("127.0.0.1", port))
    except OSError as error:
        if not or_any:
            sock.close()
            raise Busy(
                f"Port {port} is taken by another program. Close it, or choose --port."
            ) from error
        sock.bind(("127.0.0.1", 0))
    sock.listen(128)
    return sock, int(sock.getsockname()[1])


def serve(app: ASGIApp, sock: socket.socket, *, open_at: str = "") -> None:
    """Serves until Ctrl+C; opens the person's browser when `open_at` is given."""
    if open_at:
        threading.Thread(target=webbrowser.open, args=(open_at,), daemon=True).start()
    config = uvicorn.Config(
        app,
        log_level="warning",
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[sock])
