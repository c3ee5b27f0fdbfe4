"""An office's second door, with a phone app of a few files behind it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import httpx
from starlette.types import ASGIApp

from sync.hub import routes
from tests.paired_office import LOCAL, PairedOffice
from views.lan.door import LanDoor, lan_app
from views.phone.build import Built
from views.phone.serving import PhoneApp

ORIGIN = "https://callboard-3f2b8c54.local:8343"
BY_ADDRESS = "https://192.168.1.20:8343"
SCRIPT = b"\n    var flet = {};\n  "
PAGE = (
    b"<!DOCTYPE html><html><head><script>%s</script><script src='page.js'></script></head>"
    b'<body><button onclick="location.reload()">Try again</button></body></html>' % SCRIPT
)


def small_app(folder: Path) -> PhoneApp:
    """A phone app that is made already."""
    files = {"index.html": PAGE, "worker.js": b"export {}\n"}
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    listing = {name: {"hash": hashlib.sha256(c).hexdigest()} for name, c in files.items()}
    phone = PhoneApp(folder)
    phone._built = Built(folder, listing)
    return phone


def second_door(office: PairedOffice, phone: PhoneApp) -> ASGIApp:
    v1 = routes(office.office, office.desk.blobs, office.pairings)
    app = lan_app([*v1, *phone.routes()])
    return LanDoor(app, ORIGIN, page=phone.page, local=LOCAL)


async def ask(
    app: ASGIApp, method: str, path: str, *, at: str = ORIGIN, **more: object
) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=at) as client:
        return await client.request(method, path, **more)  # type: ignore[arg-type]  # by name
