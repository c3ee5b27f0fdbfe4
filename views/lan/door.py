"""What the office answers on the set's Wi-Fi: /v1 and the phone app's files, and nothing else.

Its screens stay on loopback; they are not in this application at all, so no mistake in a check can
let them out. Who asks must have come by an address of this office, and a page that asks must be the
show's own app: it may ask across addresses, since it tries the office's last ones when the name
does not resolve.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from views.lan.authority import is_private

LONGEST_ASKED: Final = 4096
"""Characters of a path and its question."""
ASKED_AGAIN_S: Final = 600
"""Seconds for which a browser remembers that the app may ask across addresses."""
_INLINE: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_HANDLER: Final = re.compile(rb"""\son[a-z]+="([^"]*)\"""")


def lan_app(routes: Sequence[BaseRoute]) -> Starlette:
    """These routes alone; a path that is nearly one of them is none."""
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False
    return app


class LanDoor:
    """`origin`: the app's, as in https://callboard-3f2b8c54.local:8343. `local`: the token of this
    laptop's own commands, which is good on loopback only. `page`: the app's page as it is now."""

    def __init__(
        self,
        app: ASGIApp,
        origin: str,
        *,
        page: Callable[[], Awaitable[bytes]],
        local: str = "",
    ) -> None:
        self._app, self._origin, self._page = app, origin, page
        self._host, self._port = urlsplit(origin).hostname, urlsplit(origin).port or 443
        self._local = local.encode()
        self._headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"no-referrer"),
            # The quicker of Flutter's two renderers needs a page of its own.
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-embedder-policy", b"require-corp"),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        if scope["type"] != "http":
            return
        said = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        origin = said.get(b"origin")
        across = origin == self._origin and scope["path"].startswith("/v1/")
        answer = self._answer(scope, said, origin)
        await (answer or self._app)(scope, receive, self._guarded(send, across=across))

    def _answer(self, scope: Scope, said: dict[bytes, str], origin: str | None) -> Response | None:
        """What is answered here at the door; None: come in."""
        if not self._is_ours(said.get(b"host", "")):
            return _words("This is not the address of this office.", 421)
        if origin is not None and origin != self._origin:
            return _words("This office answers its own app only.", 403)
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_ASKED:
            return _words("This address is too long.", 414)
        if scope["method"] == "OPTIONS":
            return self._may_ask(scope, said)
        if self._local and self._is_local(said.get(b"authorization", "")):
            return _words("That token is good on the office's own laptop only.", 403)
        return None

    def _may_ask(self, scope: Scope, said: dict[bytes, str]) -> Response:
        """The browser's question before the app's own, when that goes to another address."""
        asks = b"origin" in said and b"access-control-request-method" in said
        if not asks or not scope["path"].startswith("/v1/"):
            return _words("This is not asked here.", 405)
        return Response(
            status_code=204,
            headers={
                "access-control-allow-methods": "GET, HEAD, POST, PUT",
                "access-control-allow-headers": "authorization, content-type",
                "access-control-max-age": str(ASKED_AGAIN_S),
            },
        )

    def _is_ours(self, host: str) -> bool:
        """The name, or any address of a local network: of those a page elsewhere cannot make a
        name of its own, and the laptop's change while it runs."""
        try:
            asked = urlsplit(f"//{host}")
            name, port = asked.hostname or "", asked.port or 443
        except ValueError:
            return False
        if port != self._port or "@" in host or "/" in host:
            return False
        if name == self._host:
            return True
        try:
            return is_private(ipaddress.ip_address(name))
        except ValueError:
            return False

    def _is_local(self, authorization: str) -> bool:
        token = authorization.partition(" ")[2].strip().encode("latin-1")
        return hmac.compare_digest(token, self._local)

    async def _inline(self, start: Message) -> list[str]:
        """Only a page may have them; whatever else is sent runs no script of its own."""
        said = {name.lower(): value for name, value in start.get("headers", [])}
        is_page = said.get(b"content-type", b"").startswith(b"text/html")
        return inline_of(await self._page()) if is_page and start["status"] == 200 else []

    def _guarded(self, send: Send, *, across: bool) -> Send:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = [*self._headers]
                if across:
                    more.append((b"access-control-allow-origin", self._origin.encode()))
                    more.append((b"vary", b"origin"))
                policy = policy_of(await self._inline(message), self._port)
                more.append((b"content-security-policy", policy.encode()))
                message["headers"] = [*message.get("headers", []), *more]
            await send(message)

        return with_headers


def policy_of(inline: Iterable[str], port: int) -> str:
    """What a page of the app may load and do, as the Content-Security-Policy says it.

    Flutter compiles WebAssembly, starts its drawing threads from blobs, shows pictures that it made
    itself and writes styles into the page; it makes no script from a string. `inline`: the page's
    own small scripts, allowed by their hashes. The app asks the office's last addresses too, and a
    policy cannot name a range of them: any host, but only at the office's own port.
    """
    scripts = " ".join(["'self'", "'wasm-unsafe-eval'", "blob:", *inline])
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "worker-src 'self' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' blob: data:",
            "media-src 'self' blob:",
            "font-src 'self' data:",
            f"connect-src 'self' https://*:{port} blob: data:",
            "manifest-src 'self'",
            "base-uri 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def inline_of(page: bytes) -> list[str]:
    """The scripts that stand in a page itself, each by its hash; those of buttons too."""
    scripts, handlers = _INLINE.findall(page), _HANDLER.findall(page)
    by_hash = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in [*scripts, *handlers]
    ]
    return [*by_hash, "'unsafe-hashes'"] if handlers else by_hash


def _words(sentence: str, status: int) -> Response:
    return PlainTextResponse(f"{sentence}\n", status)
