"""Puts the phone app together: a folder of files under a name made from what they are made of.

So an app that is up to date is found, not built, and one that is served stays as it is while the
next is made beside it.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from flet_web import get_package_web_dir

from views.phone.archive import ROOT, Files, of_flet, ours, packages, zipped
from views.phone.client import NOT_OFFLINE, client, drawn_by
from views.phone.compiled import compiled, way
from views.phone.wheels import LISTED, platform_of, wheels

BASE = "/phone/"
"""Where the office serves it."""
LISTING = "files.json"
PACKED = (".js", ".mjs", ".json", ".html", ".wasm", ".zip", ".ttf", ".otf", ".bin", "NOTICES")
KEPT = 2
"""Apps on this machine: the one that is served and the one before it."""

WEB = ROOT / "assets" / "web"
ICONS = ROOT / "assets" / "icons"
FALLBACK = ROOT / "assets" / "fonts" / "NotoSans-Regular.ttf"
PLAIN = (
    "codes.js",
    "disk.js",
    "page.js",
    "qr/LICENSE-MIT",
    "qr/decode.js",
    "qr/index.js",
    "scan-worker.js",
    "scan.js",
    "signal.js",
    "slip.js",
    "unpack.js",
    "wedge.js",
    "worker.js",
)

Tell = Callable[[float, str], None]
"""Told how much is done, from 0 to 1, and what is done next."""


@dataclass(frozen=True, slots=True)
class Built:
    """An app that can be served."""

    folder: Path
    files: Mapping[str, Mapping[str, Any]]
    """By path: its `hash`, its `size`, and `sent`, the bytes that go over the wire."""

    @property
    def version(self) -> str:
        return self.folder.name

    @classmethod
    def of(cls, folder: Path) -> Built | None:
        """The app in a folder, if one was finished there."""
        try:
            return cls(folder, json.loads((folder / LISTING).read_bytes()))
        except (OSError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class Parts:
    """What an app is made of, known by its contents before anything is made."""

    web: Path
    code: dict[str, bytes]
    how: str
    base: str

    @classmethod
    def here(cls, base: str = BASE) -> Parts:
        web = Path(get_package_web_dir())
        _, version = platform_of(web / "pyodide")
        return cls(web, ours(), way(version), base)

    @property
    def of_packages(self) -> str:
        here = Path(__file__).parent
        makers = [(here / name).read_bytes() for name in ("archive.py", "compiled.py")]
        flet = [name.encode() for name in sorted(of_flet())]  # of it only these come along
        return _digest([LISTED.read_bytes(), _client_version(), self.how.encode(), *makers, *flet])

    @property
    def version(self) -> str:
        web = [path for path in WEB.rglob("*") if path.is_file()]
        own = [path.read_bytes() for path in sorted([*web, *ICONS.iterdir(), FALLBACK])]
        makers = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
        code = [f"{name}\n".encode() + self.code[name] for name in sorted(self.code)]
        return _digest([self.of_packages.encode(), self.base.encode(), *own, *makers, *code])


def found(cache: Path, parts: Parts) -> Built | None:
    """The app made of these parts, if it was made before."""
    return Built.of(cache / "app" / parts.version)


def build(cache: Path, parts: Parts, tell: Tell) -> Built:
    """Makes the app and returns it. Missing: a part is neither here nor at the package index."""
    done = found(cache, parts)
    if done is not None:
        return done
    apps = cache / "app"
    apps.mkdir(parents=True, exist_ok=True)
    coming = Path(mkdtemp(dir=apps, prefix="coming-"))
    try:
        tell(0.0, "packages")
        named = {"packages.zip": _packages(cache, parts, tell)}
        tell(0.55, "our code")
        code = compiled(parts.code, parts.how, parts.web / "pyodide", partial(tell, 0.6))
        named["app.zip"] = zipped(code)
        assemble(coming, named, parts, tell)
        shutil.rmtree(apps / parts.version, ignore_errors=True)
        coming.replace(apps / parts.version)
    finally:
        shutil.rmtree(coming, ignore_errors=True)
    built = Built.of(apps / parts.version)
    assert built is not None
    _tidy(apps, built)
    tell(1.0, "done")
    return built


def assemble(folder: Path, archives: Files, parts: Parts, tell: Tell) -> None:
    """Writes every file of an app whose two archives are made."""
    named = {**archives, **dict(client(parts.web)), **dict(_own(parts))}
    _write(folder, named, parts, tell)


def _packages(cache: Path, parts: Parts, tell: Tell) -> bytes:
    """The archive of packages, made anew only when they change: compiling them takes longest."""
    kept = cache / "packages" / f"{parts.of_packages}.zip"
    if not kept.exists():
        came = wheels(parts.web / "pyodide", cache / "wheels")
        tell(0.2, "compiling the packages")
        files: Files = packages(came)
        files = compiled(files, parts.how, parts.web / "pyodide", partial(tell, 0.5))
        kept.parent.mkdir(parents=True, exist_ok=True)
        beside = kept.with_suffix(f".{os.getpid()}.part")
        beside.write_bytes(zipped(files))
        beside.replace(kept)
    return kept.read_bytes()


def _own(parts: Parts) -> Iterator[tuple[str, bytes]]:
    for name in PLAIN:
        yield name, (WEB / name).read_bytes()
    for name in ("index.html", "manifest.webmanifest"):
        text = (WEB / name).read_text(encoding="utf-8")
        text = text.replace("{{base}}", parts.base).replace("{{version}}", parts.version)
        yield name, text.encode()
    for path in sorted(ICONS.iterdir()):
        yield f"icons/{path.name}", path.read_bytes()
    yield "favicon.png", (ROOT / "assets" / "favicon.png").read_bytes()
    yield "assets/fonts/fallback.ttf", FALLBACK.read_bytes()


def _write(folder: Path, named: Files, parts: Parts, tell: Tell) -> None:
    listing: dict[str, dict[str, Any]] = {}
    worker = _service_worker(named, parts)
    for n, (name, content) in enumerate([*sorted(named.items()), ("service-worker.js", worker)]):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        sent = len(content)
        if name.endswith(PACKED):
            packed = gzip.compress(content, 9, mtime=0)
            path.with_name(f"{path.name}.gz").write_bytes(packed)
            sent = len(packed)
        listing[name] = {"hash": _hash(content), "size": len(content), "sent": sent}
        tell(0.65 + 0.35 * n / len(named), name)
    (folder / LISTING).write_text(json.dumps(listing, indent=0, sort_keys=True))


def _service_worker(named: Files, parts: Parts) -> bytes:
    offline = {n: _hash(content) for n, content in sorted(named.items()) if n not in NOT_OFFLINE}
    renderers = {name: drawn_by(name) for name in offline if drawn_by(name)}
    text = (WEB / "service-worker.js").read_text(encoding="utf-8")
    text = text.replace("{{version}}", parts.version)
    text = text.replace("{{files}}", json.dumps(offline, indent=0))
    return text.replace("{{drawn_by}}", json.dumps(renderers, indent=0)).encode()


def _tidy(apps: Path, newest: Built) -> None:
    """Lets go of apps that nobody is handed any more."""
    others = [path for path in apps.iterdir() if path != newest.folder and Built.of(path)]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def _client_version() -> bytes:
    """The installed web client, known by the hashes that its installer wrote down."""
    told = metadata.distribution("flet-web").read_text("RECORD") or ""
    other = metadata.distribution("flet").read_text("RECORD") or ""
    lines = [line for line in (told + other).splitlines() if "__pycache__" not in line]
    return "\n".join(sorted(lines)).encode()


def _digest(parts: list[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:16]


def _hash(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
