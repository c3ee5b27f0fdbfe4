"""The office's side of the wire, as a machine over values: a `Call` in, an `Answer` out.

Refusals are answers too. There is no network and no waiting here; the shell in hub.py holds a
question for changes back until there is news, and bounds what it reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, unquote, urlsplit

from data.blobs import Blobs
from data.errors import Malformed, NotFound, OfficeError
from data.leaving import finish_purge
from data.packing import loads, no_collection
from sync.blobs import accept
from sync.calls import Answer, Call
from sync.exchange import Office
from sync.wire import MOST_STATES, Compare, Hello, Message, Push

LONGEST_WAIT = 25.0
"""Seconds a question for changes may stay open; proxies and phones cut longer ones."""

STATUS = {
    "malformed": 400,
    "not-found": 404,
    "no-photo": 404,
    "other-production": 409,
    "say-hello": 409,
    "empty": 409,
    "too-large": 413,
    "wrong-type": 415,
    "wrong-hash": 422,
    "damaged": 500,
    "not-saved": 507,
}
"""By the refusal's code; 400 for any other."""

Query = Mapping[str, str]


class Front:
    """Answers the calls of PROTOCOL.md for one office and its photos."""

    def __init__(self, office: Office, blobs: Blobs) -> None:
        self.office = office
        self.blobs = blobs
        finish_purge(office.store, blobs)
        self._calls: dict[tuple[str, str], Callable[[Query, bytes], Message]] = {
            ("POST", "/v1/hello"): lambda _, content: office.hello(Hello.from_bytes(content)),
            ("POST", "/v1/push"): lambda _, content: office.push(Push.from_bytes(content)),
            ("POST", "/v1/digest"): lambda _, content: office.compare(Compare.from_bytes(content)),
            ("GET", "/v1/changes"): lambda ask, _: self._changes(ask),
            ("GET", "/v1/snapshot"): lambda ask, _: self._snapshot(ask),
            ("GET", "/v1/devices"): lambda ask, _: office.known_devices(ask.get("run", "")),
        }

    @property
    def served(self) -> tuple[tuple[str, str], ...]:
        """Every (method, path) that is answered; HEAD comes with GET."""
        photos = (("GET", "/v1/blobs/{name}"), ("PUT", "/v1/blobs/{name}"))
        return (*self._calls, ("GET", "/v1/history/{id}"), *photos)

    def answer(self, call: Call) -> Answer:
        try:
            self.check_photo(call)
            return self._answer(call)
        except OfficeError as error:
            return refused(error)

    def photo(self, call: Call) -> Answer:
        """A photo, in or out, after `check_photo`: it touches no records."""
        try:
            return self._answer(call)
        except OfficeError as error:
            return refused(error)

    def wait(self, call: Call) -> float:
        """How many seconds this call may be held back while `has_news` says no."""
        parts = urlsplit(call.path)
        if parts.path != "/v1/changes":
            return 0.0
        return number(_query(parts.query).get("wait", "0"), 0, LONGEST_WAIT)

    def has_news(self, call: Call) -> bool:
        """Whether a question for changes would be answered with more than an empty page."""
        ask = _query(urlsplit(call.path).query)
        run, cursor = ask.get("run", ""), ask.get("cursor", "")
        return self.office.has_news(run, cursor, **_who(ask))

    # ---- inside -----------------------------------------------------------------------------

    def _answer(self, call: Call) -> Answer:
        parts = urlsplit(call.path)
        if parts.path.startswith("/v1/blobs/"):
            return self._photo(call, parts.path.removeprefix("/v1/blobs/"))
        if parts.path.startswith("/v1/history/") and call.method == "GET":
            told = self._history(parts.path.removeprefix("/v1/history/"), _query(parts.query))
            return Answer(200, told.to_bytes())
        known = self._calls.get((call.method, parts.path))
        if known is None:
            raise NotFound("The office has no such call.")
        with no_collection():  # a batch is thousands of small objects, and no cycle among them
            message = known(_query(parts.query), call.content or b"")
        return Answer(200, message.to_bytes())

    def _changes(self, ask: Query) -> Message:
        number(ask.get("wait", "0"), 0, LONGEST_WAIT)
        run, cursor = ask.get("run", ""), ask.get("cursor", "")
        return self.office.changes(run, cursor, _limit(ask), **_who(ask))

    def _snapshot(self, ask: Query) -> Message:
        run, after, only = ask.get("run", ""), ask.get("after", ""), _names(ask.get("only", ""))
        return self.office.snapshot(run, after, _limit(ask), only=only, **_who(ask))

    def _history(self, record_id: str, ask: Query) -> Message:
        after = int(number(ask.get("after", "0"), 0, 2**31))
        device = ask.get("device", "")
        return self.office.history(ask.get("run", ""), unquote(record_id), after, device=device)

    def check_photo(self, call: Call) -> None:
        """NotFound: no record that this device may hold names the photo. It reads records, so it
        is asked where they belong, before the bytes are fetched in a thread."""
        parts = urlsplit(call.path)
        if call.method == "GET" and parts.path.startswith("/v1/blobs/"):
            device, name = _query(parts.query).get("device", ""), parts.path.rpartition("/")[2]
            if not self.office.sees_photo(device, name):
                raise NotFound("No record on this device names that photo.", code="no-photo")

    def _photo(self, call: Call, name: str) -> Answer:
        here = self.blobs.has(name)
        if call.method == "PUT":
            if not here:
                accept(self.blobs, name, call.content or b"")
            return Answer(200 if here else 201, b"")
        if call.method == "HEAD":
            return Answer(200 if here else 404, b"")
        return Answer(200, self.blobs.read(name))


def refused(error: OfficeError) -> Answer:
    """One line of JSON: a code for programs, a sentence for people."""
    told = {"code": error.code, "sentence": error.sentence}
    content = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(STATUS.get(error.code, 400), content)


def number(text: str, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise Malformed(f"{text!r:.40} is not a number.") from error
    if not least <= value <= most:
        raise Malformed(f"{text!r:.40} is not between {least:g} and {most:g}.")
    return value


def _who(ask: Query) -> dict[str, str]:
    return {"device": ask.get("device", ""), "scope": ask.get("scope", "")}


def _names(text: str) -> frozenset[str] | None:
    """Names of buckets, as a list in JSON; None: all there are."""
    if not text:
        return None
    try:
        names = loads(text.encode())
        return frozenset(map(str, names if isinstance(names, list) else []))
    except ValueError as error:
        raise Malformed("These are no names of buckets.") from error


def _limit(ask: Query) -> int:
    return int(number(ask.get("limit", str(MOST_STATES)), 1, MOST_STATES))


def _query(text: str) -> Query:
    try:
        found = parse_qs(text, keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise Malformed("A question has too many parts.") from error
    return {name: values[-1] for name, values in found.items()}
