"""The parts of the web app that are not ours: Flet's web client and the browser's Python."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

NOT_SENT = (
    "canvaskit/experimental_webparagraph/",
    "canvaskit/wimp",
    "favicon.png",
    "flutter_service_worker.js",
    "icons/",
    "index.html",
    "manifest.json",
    "pyodide/micropip",
    "pyodide/package.json",
    "pyodide/packaging",
    "pyodide/pyodide.js",
    "pyodide/python.",
    "pyodide/python_cli",
    "python-worker.js",
    "python.js",
)
"""Ours takes their place, or nothing in a browser asks for them."""
NOT_SENT_SUFFIXES = (".symbols", ".map", ".d.ts", "/python")

ROBOTO = "assets/fonts/roboto.woff2"
ASKED_ROBOTO = "assets/fonts/roboto/v32/KFOmCnqEu92Fr1Me4GZLCzYlKw.woff2"
"""Where Flutter asks for its fallback font, wherever it is told that fonts lie."""

RENDERERS = {
    "canvaskit": ("main.dart.js", "canvaskit/canvaskit."),
    "canvaskit-chromium": ("main.dart.js", "canvaskit/chromium/"),
    "skwasm": ("main.dart.wasm", "main.dart.mjs", "canvaskit/skwasm."),
    "skwasm-heavy": ("main.dart.wasm", "main.dart.mjs", "canvaskit/skwasm_heavy."),
}
"""A browser draws with one of these, and needs the files of no other."""

NOT_OFFLINE = ("assets/NOTICES", "qr/LICENSE-MIT")
"""Served, but not kept on every phone."""


def client(web: Path) -> Iterator[tuple[str, bytes]]:
    """The files that a phone may ask for, by their paths."""
    for path in sorted(web.rglob("*")):
        name = path.relative_to(web).as_posix()
        if path.is_dir() or name.startswith(NOT_SENT) or name.endswith(NOT_SENT_SUFFIXES):
            continue
        content = path.read_bytes()
        yield name, MENDED[name](content) if name in MENDED else content
        if name == ROBOTO:
            yield ASKED_ROBOTO, content


def drawn_by(name: str) -> list[str]:
    """The renderers that need a file; none for what all need."""
    return [renderer for renderer, starts in RENDERERS.items() if name.startswith(starts)]


def _short(lock: bytes) -> bytes:
    """Pyodide reads this list at every start; none of its packages is used."""
    return json.dumps({"info": json.loads(lock)["info"], "packages": {}}).encode()


def _without_worker(bootstrap: bytes) -> bytes:
    """Flutter's own service worker would take the place of ours, only to end itself."""
    return re.sub(rb"serviceWorkerSettings:\s*\{[^}]*\},?", b"", bootstrap)


def _with_roboto(manifest: bytes) -> bytes:
    """Without it named here, Flutter looks for its usual font elsewhere."""
    font = {"family": "Roboto", "fonts": [{"asset": "fonts/roboto.woff2"}]}
    return json.dumps([*json.loads(manifest), font]).encode()


MENDED: Mapping[str, Callable[[bytes], bytes]] = {
    "assets/FontManifest.json": _with_roboto,
    "flutter_bootstrap.js": _without_worker,
    "pyodide/pyodide-lock.json": _short,
}
