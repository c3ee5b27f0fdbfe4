"""Anki's sync server, in Rust, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.bench.race.helper import Helper, free_port

SCRIPT: Final = Path(__file__).with_name("anki_client.py")


@contextmanager
def anki(python: Path, place: Path) -> Iterator[Helper]:
    """A client that has met its server. `python`: one that has Anki."""
    place.mkdir()
    port = free_port()
    env = {"SYNC_USER1": "race:race", "SYNC_BASE": str(place / "server")}
    env |= {"SYNC_HOST": "127.0.0.1", "SYNC_PORT": str(port), "RUST_LOG": "error"}
    words = [str(python), "-m", "anki.syncserver"]
    server = Helper(words, log=place / "server.log", env=env, cwd=place, talks=False)
    try:
        server.listens(port)
        at = f"http://127.0.0.1:{port}/"
        client = Helper([python, SCRIPT, place, at], log=place / "client.log", cwd=place)
        try:
            yield client
        finally:
            client.end()
    finally:
        server.end()
