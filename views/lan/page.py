"""The one page over plain HTTP: a phone cannot trust the office before it has come from here.

It has the certificate, its fingerprint and the steps; nothing of the show, and nothing to type.
Whoever stands between could hand out another page with another certificate, so the page says to
compare what the phone shows with the office's screen, and not with the page.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from views.lan.identity import Identity

CERTIFICATE: Final = "/callboard.crt"
SHOWN: Final = 8
"""Characters of the fingerprint that a person compares."""
_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}

_PAGE: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Callboard on this phone</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>body {{ font: 17px/1.5 system-ui, sans-serif; margin: 5vh auto; max-width: 34em;
padding: 0 24px }} h1 {{ font-size: 22px }} h2 {{ font-size: 19px; margin-top: 2em }}
li {{ margin: 8px 0 }} .mark {{ font: 600 28px/1.3 ui-monospace, monospace; letter-spacing: 2px }}
.get {{ display: inline-block; min-height: 48px; line-height: 48px; padding: 0 24px;
border: 1px solid; border-radius: 24px; color: inherit; text-decoration: none }}
small {{ overflow-wrap: anywhere }}</style></head><body>
<h1>Callboard on this phone, in two parts</h1>
<p>First this phone learns to trust the office's laptop, then it gets the app. The certificate is
good for {host}, for printers and laptops on a local network, and for nothing else; it ends on
{end}.</p>
<p>Its mark, as the office's screen shows it too:</p>
<p class="mark">{mark}</p>
<p><a class="get" href="{certificate}">Get the certificate</a></p>

<h2>iPhone and iPad</h2>
<ol>
<li>Open this page in Safari, tap <b>Get the certificate</b>, and allow it.</li>
<li>In <b>Settings</b>, tap <b>Profile Downloaded</b> near the top.</li>
<li>Look at the certificate under <b>More Details</b>. Its SHA-256 fingerprint must begin with the
mark on the office's screen. If it does not, stop and tell the office.</li>
<li>Tap <b>Install</b>, and once more.</li>
<li>Back in Settings: <b>General</b>, <b>About</b>, <b>Certificate Trust Settings</b>. Switch
<b>{called}</b> on.</li>
<li>Point the camera at the office's picture with the code, or open <a href="{app}">{app}</a> in
Safari. Tap the share button, then <b>Add to Home Screen</b>, and from then on use that icon.</li>
</ol>

<h2>Android</h2>
<ol>
<li>Tap <b>Get the certificate</b>.</li>
<li>In <b>Settings</b>, search for <b>CA certificate</b>. Tap it, then <b>Install anyway</b>, and
choose <b>callboard.crt</b>. A phone without a screen lock asks for one first.</li>
<li>In Settings, search for <b>Trusted credentials</b>, and under <b>User</b> tap <b>{called}</b>.
Its SHA-256 fingerprint must begin with the mark on the office's screen. If it does not, remove it
and tell the office.</li>
<li>Point the camera at the office's picture with the code, or open <a href="{app}">{app}</a> in
Chrome. In the menu, tap <b>Add to Home screen</b>.</li>
</ol>

<h2>The app's address does not open</h2>
<p>Some networks do not pass the office's name on. Ask the office to switch on its laptop's own
hotspot, join that Wi-Fi, and open the address again.</p>

<h2>After wrap</h2>
<p>Remove <b>{called}</b>: on an iPhone in Settings under General, <b>VPN &amp; Device
Management</b>; on Android in Settings under Trusted credentials, <b>User</b>.</p>
<p><small>The whole fingerprint (SHA-256): {whole}</small></p>
</body></html>
"""


def trust_page(identity: Callable[[], Identity]) -> Starlette:
    """`identity`: the office's as it is now."""

    async def page(_request: Request) -> Response:
        return HTMLResponse(page_of(identity()), headers=_HEADERS)

    async def certificate(_request: Request) -> Response:
        content = identity().authority.read.public_bytes(Encoding.DER)
        return Response(content, media_type="application/x-x509-ca-cert", headers=_HEADERS)

    app = Starlette(routes=[Route("/", page), Route(CERTIFICATE, certificate)])
    app.router.redirect_slashes = False
    return app


def page_of(identity: Identity) -> str:
    authority = identity.authority.read
    said = {
        "host": identity.host,
        "end": f"{authority.not_valid_after_utc:%d %B %Y}",
        "mark": mark(identity),
        "whole": identity.fingerprint,
        "called": authority.subject.rfc4514_string().removeprefix("CN="),
        "app": f"{identity.origin}/phone/",
        "certificate": CERTIFICATE,
    }
    return _PAGE.format(**{name: html.escape(text) for name, text in said.items()})


def mark(identity: Identity) -> str:
    """The characters that a person compares, as the office's screen shows them."""
    return identity.fingerprint[:SHOWN]
