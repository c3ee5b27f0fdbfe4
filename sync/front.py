"""The office's side of the wire, as a machine over values: a `Call` in, an `Answer` out.

Refusals are answers too. There is no network and no waiting here; the shell in hub.py holds a
question for changes back until there is news, and bounds what it reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from data.blobs import Blobs
from data.errors import Malformed, NoOffice, NotFound, OfficeError, Refused
from data.kinds.devices import DOORS, REVOCATION
from data.leaving import finish_purge
from data.packing import loads, no_collection
from data.photos import MOST_BYTES
from sync.blobs import Coming
from sync.calls import Answer, Call
from sync.carrying import Offer, Wanted
from sync.courier import one_letter, taken_in
from sync.exchange import Office
from sync.paired import Pair
from sync.pairing import NOT_YOURS, PUSHING, Pairings
from sync.reading import AT_ONCE
from sync.ways import letters_of
from sync.wire import MOST_STATES, Compare, Hello, Message, Push, Reads

LONGEST_WAIT = 25.0
"""Seconds a question for changes may stay open; proxies and phones cut longer ones."""

STATUS = {
    "malformed": 400,
    "bad-input": 400,
    "unpaired": 401,
    "broken-seal": 403,
    "not-yours": 403,
    "device-lost": 403,
    "device-left": 403,
    "device-retired": 403,
    "code-wrong": 403,
    "code-used": 403,
    "code-old": 403,
    "code-spent": 403,
    "declined": 403,
    "not-found": 404,
    "no-photo": 404,
    "too-slow": 408,
    "other-production": 409,
    "say-hello": 409,
    "empty": 409,
    "out-of-step": 409,
    "too-large": 413,
    "wrong-type": 415,
    "wrong-hash": 422,
    "too-many-tries": 429,
    "damaged": 500,
    "not-saved": 507,
}
"""By the refusal's code; 400 for any other."""

Query = Mapping[str, str]
Own = TypeVar("Own", Hello, Push, Compare, Offer)


class Front:
    """Answers the calls of PROTOCOL.md for one office and its photos.

    `pairings`: who is let in, and as which device. Without them everybody is believed, also about
    which device they are: for two copies in one process.
    """

    def __init__(self, office: Office, blobs: Blobs, pairings: Pairings | None = None) -> None:
        self.office = office
        self.blobs = blobs
        self.pairings = pairings
        finish_purge(office.store, blobs)
        if pairings is not None:
            office.store.listen(self._drop_parts)
        self._calls: dict[tuple[str, str], Callable[[str | None, Query, bytes], Message]] = {
            ("POST", "/v1/hello"): lambda who, _, text: self._hello(_own(who, Hello, text)),
            ("POST", "/v1/push"): lambda who, _, text: office.push(_own(who, Push, text, AT_ONCE)),
            ("POST", "/v1/digest"): lambda who, _, text: office.compare(_own(who, Compare, text)),
            ("GET", "/v1/changes"): lambda _, ask, __: self._changes(ask),
            ("GET", "/v1/snapshot"): lambda _, ask, __: self._snapshot(ask),
            ("POST", "/v1/blobs"): lambda who, _, text: self._wanted(_own(who, Offer, text)),
            ("GET", "/v1/devices"): lambda who, ask, _: self._devices(who, ask),
        }

    @property
    def served(self) -> tuple[tuple[str, str], ...]:
        """Every (method, path) that is answered; HEAD comes with GET."""
        photos = (("GET", "/v1/blobs/{name}"), ("PUT", "/v1/blobs/{name}"))
        alone = (("POST", "/v1/pair"), ("POST", "/v1/bundle"))
        return (*alone, *self._calls, ("GET", "/v1/history/{id}"), *photos)

    def answer(self, call: Call) -> Answer:
        try:
            return self._answer(call)
        except OfficeError as error:
            return refused(error)

    def photo(self, call: Call) -> Answer:
        """A photo or some of it, for a device that was let in, after `check_photo`: it touches no
        records."""
        try:
            return self._photo(call)
        except OfficeError as error:
            return refused(error)

    def coming(self, call: Call, who: str | None) -> Coming:
        """A photo on its way in from a device that was let in."""
        parts = urlsplit(call.path)
        ask = _asks(who, parts.query)
        at, of = int(number(ask.get("at", "0"), 0, MOST_BYTES)), ask.get("of")
        size = None if of is None else int(number(of, 0, 2**53))
        return Coming(self.blobs, ask.get("device", ""), _photo_name(parts.path), at, size)

    def let_in(self, call: Call) -> str | None:
        """Which device this is, told before a byte of its message is read; None: everybody is
        believed. Refused: it is not paired, or must not ask this. NoOffice: it looks for another
        show, whose first letters it says so that it need not show its token."""
        path, asked = urlsplit(call.path)[2:4]
        show = _query(asked).get("show", "")
        if show and show != letters_of(self.office.store.production):
            words = "This is the office of another production."
            raise NoOffice(words, code="other-production")
        if self.pairings is None or path == "/v1/pair":
            return None
        pushes = path.removeprefix("/v1/") in PUSHING or call.method in ("PUT", "HEAD")
        return self.pairings.let_in(call.token, pushes=pushes)

    def listen(self, told: Callable[[object], None]) -> Callable[[], None]:
        """Keeps telling when `has_news` may have changed its answer."""
        stops = [self.office.store.listen(told)]
        if self.pairings is not None:
            stops.append(self.pairings.listen(lambda: told(None)))

        def stop() -> None:
            for one in stops:
                one()

        return stop

    def wait(self, call: Call) -> float:
        """How many seconds this call may be held back while `has_news` says no."""
        parts = urlsplit(call.path)
        if parts.path not in ("/v1/changes", "/v1/pair"):
            return 0.0
        return number(_query(parts.query).get("wait", "0"), 0, LONGEST_WAIT)

    def has_news(self, call: Call) -> bool:
        """Whether a question for changes would be answered with more than an empty page, and one
        for a device's pairing with more than that the office has not said yet."""
        if self.pairings is not None and urlsplit(call.path).path == "/v1/pair":
            return self.pairings.has_news(Pair.from_bytes(call.content or b""))
        ask = _asks(self.let_in(call), urlsplit(call.path).query)
        run, cursor = ask.get("run", ""), ask.get("after") or ask.get("cursor", "")
        return self.office.has_news(run, cursor, **_who(ask))

    def prepares(self, call: Call) -> bool:
        """Does a slice of the counting that this call's answer needs; whether more is left."""
        counted = urlsplit(call.path).path in ("/v1/changes", "/v1/digest")
        return counted and self.office.scopes is not None and self.office.scopes.sums.tend()

    # ---- inside -----------------------------------------------------------------------------

    def _answer(self, call: Call) -> Answer:
        parts = urlsplit(call.path)
        who = self.let_in(call)
        if parts.path == "/v1/pair" and call.method == "POST":
            return Answer(200, self._pair(call).to_bytes())
        if parts.path == "/v1/bundle" and call.method == "POST":
            return Answer(200, self._bundle(call))
        ask = _asks(who, parts.query)
        if parts.path.startswith("/v1/blobs/"):
            self.check_photo(call, who)
            return self._taken(call, who) if call.method == "PUT" else self._photo(call)
        if parts.path.startswith("/v1/history/") and call.method == "GET":
            told = self._history(parts.path.removeprefix("/v1/history/"), ask)
            return Answer(200, told.to_bytes())
        known = self._calls.get((call.method, parts.path))
        if known is None:
            raise NotFound("The office has no such call.")
        with no_collection():  # a batch is thousands of small objects, and no cycle among them
            content = known(who, ask, call.content or b"").to_bytes()
        return Answer(200, content)

    def _pair(self, call: Call) -> Message:
        if self.pairings is None:
            raise NotFound("This office believes everybody; there is nothing to pair.")
        return self.pairings.pair(Pair.from_bytes(call.content or b""), call.source, call.token)

    def _hello(self, hello: Hello) -> Message:
        welcome = self.office.hello(hello)
        if self.pairings is not None:
            welcome = self.pairings.rings.onto(welcome, hello)
            if not DOORS[self.pairings.status(hello.device)].pull:
                return welcome
        if welcome.ring:  # many keys and a page may be too much for one message
            return welcome
        return welcome.model_copy(update={"page": self.office.first_page(hello)})

    def _bundle(self, call: Call) -> bytes:
        """A letter that whoever calls has carried here; it speaks for who sealed it."""
        letter = one_letter(call.content or b"")
        if self.pairings is None:
            raise NotFound("This office pairs nobody; it can open no letters.")
        secret, tells = self.pairings.secret_of(letter.device)
        return taken_in(self.office, self.blobs, letter, secret, tells=tells)

    def _changes(self, ask: Query) -> Message:
        number(ask.get("wait", "0"), 0, LONGEST_WAIT)
        run, cursor = ask.get("run", ""), ask.get("cursor", "")
        more = {"after": ask.get("after", ""), "own": ask.get("own", "")}
        return self.office.changes(run, cursor, _limit(ask), **more, **_who(ask))

    def _devices(self, who: str | None, ask: Query) -> Message:
        """Of the others a device is told by its records, inside its scope."""
        known = self.office.known_devices(ask.get("run", ""))
        if who is None:
            return known
        own = tuple(device for device in known.devices if device.id == who)
        return known.model_copy(update={"devices": own})

    def _snapshot(self, ask: Query) -> Message:
        run, after, only = ask.get("run", ""), ask.get("after", ""), _names(ask.get("only", ""))
        return self.office.snapshot(run, after, _limit(ask), only=only, **_who(ask))

    def _history(self, record_id: str, ask: Query) -> Message:
        after = int(number(ask.get("after", "0"), 0, 2**31))
        device = ask.get("device", "")
        return self.office.history(ask.get("run", ""), unquote(record_id), after, device=device)

    def check_photo(self, call: Call, who: str | None) -> None:
        """NotFound: no record that this device may hold names the photo. It reads records, so it
        is asked where they belong, before the bytes are fetched in a thread."""
        parts = urlsplit(call.path)
        if call.method == "GET" and parts.path.startswith("/v1/blobs/"):
            device = _asks(who, parts.query).get("device", "")
            if not self.office.sees_photo(device, parts.path.rpartition("/")[2]):
                raise NotFound("No record on this device names that photo.", code="no-photo")

    def _photo(self, call: Call) -> Answer:
        parts = urlsplit(call.path)
        name, ask = _photo_name(parts.path), _query(parts.query)
        if call.method == "HEAD":
            return Answer(200 if self.blobs.has(name) else 404, b"")
        if ask.get("small"):
            return Answer(200, self.blobs.thumbnail(name))
        at = int(number(ask.get("at", "0"), 0, MOST_BYTES))
        most = int(number(ask.get("most", str(MOST_BYTES)), 1, MOST_BYTES))
        if at:
            return Answer(200, self.blobs.piece(name, at, most))
        return Answer(200, self.blobs.read(name)[:most])  # what rotted is told before it travels

    def _taken(self, call: Call, who: str | None) -> Answer:
        coming = self.coming(call, who)
        coming.take(call.content or b"")
        return coming.ended()

    def _wanted(self, offer: Offer) -> Message:
        size = self.blobs.parts.size
        lacking = [name for name in offer.names if not self.blobs.has(name)]
        return Wanted(photos=tuple([name, size(offer.device, name)] for name in lacking))

    def _drop_parts(self, touched: Collection[tuple[str, str]]) -> None:
        """A device that is lost sends nothing any more, and what it had begun goes."""
        for kind, record_id in touched:
            record = self.office.store.document(record_id) if kind == REVOCATION.name else None
            device = str((record or {}).get("device", ""))
            if self.pairings and device and not DOORS[self.pairings.status(device)].push:
                self.blobs.parts.drop(device)


def _photo_name(path: str) -> str:
    return path.removeprefix("/v1/blobs/")


def refused(error: OfficeError) -> Answer:
    """One line of JSON: a code for programs, a sentence for people."""
    told = {"code": error.code, "sentence": error.sentence}
    content = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(STATUS.get(error.code, 400), content)


def _own(who: str | None, message: type[Own], content: bytes, reads: Reads | None = None) -> Own:
    """The message, if it speaks of the device whose token came with it."""
    read = message.from_bytes(content, reads)
    _check_own(who, read.device)
    return read


def _asks(who: str | None, text: str) -> Query:
    """What a question says; the device that asks it is the token's, and need not say so."""
    ask = _query(text)
    if who is None:
        return ask
    _check_own(who, ask.get("device", who))
    return {**ask, "device": who}


def _check_own(who: str | None, device: str) -> None:
    if who is not None and device != who:
        raise Refused(NOT_YOURS, code="not-yours")


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
