"""The two ways a show's phones find their office: its own name, or a real one that it was given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, Protocol

from data.errors import BadInput
from data.store import Store
from views.lan.authority import Address, Pair
from views.lan.given import a_real_name, given
from views.lan.identity import NO_CODE, PORT, Codes, Identity, Keeping
from views.lan.serving import free_pair

NAMED: Final = "lan_named"
"""Among the production's own facts: the real name and port that its phones know."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line said of the second door."""

    port: int | None = None
    name: str | None = None
    certificate: Path | None = None
    key: Path | None = None
    recovery_code: str | None = None
    new_trust: bool = False

    @property
    def a_real_one(self) -> bool:
        return any((self.name, self.certificate, self.key))


class Way(Protocol):
    """How phones come to the office."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def own(self) -> Identity | None:
        """None: the certificate is one that phones trust already."""

    def shown(self, addresses: Iterable[Address], now: datetime) -> tuple[Pair, str]:
        """What is shown from now on, and what a person should know of it. OfficeError: nothing
        that is good can be shown."""


class OwnName:
    """The show's own name and authority. `ends`: the show's last day as it is known now."""

    def __init__(self, keeping: Keeping, asked: Asked, ends: Callable[[], date | None]) -> None:
        self._keeping, self._asked, self._ends = keeping, asked, ends

    @property
    def own(self) -> Identity:
        found = self._keeping.found()
        assert found is not None  # `begin` came first
        return found

    @property
    def host(self) -> str:
        return self.own.host

    @property
    def port(self) -> int:
        return self.own.port

    def begin(self, addresses: Iterable[Address], now: datetime) -> str:
        """Makes or opens it as it was asked for; the recovery code, if it was made now."""
        keeping, asked, here = self._keeping, self._asked, list(addresses)
        before = keeping.found()
        if before is not None and asked.port not in (None, before.port):
            raise BadInput(
                f"This show's phones look for the office at port {before.port}, and what they have "
                f"not sent belongs to it. Leave --lan-port out."
            )
        if asked.recovery_code:
            keeping.opened_with(asked.recovery_code)
        port = asked.port or (PORT if before else free_pair(PORT))
        if asked.new_trust:
            keeping.begin_anew(here, ends=self._ends(), now=now, port=port)
        else:
            keeping.current(here, ends=self._ends(), now=now, port=port)
        return "" if before is not None and not asked.new_trust else keeping.code

    def shown(self, addresses: Iterable[Address], now: datetime) -> tuple[Pair, str]:
        here = list(addresses)
        found = self._keeping.current(here, ends=self._ends(), now=now)
        what = f"one that lasts longer than {found.leaf.read.not_valid_after_utc:%d %B %Y}"
        return found.leaf, "" if found.good(here, now) else NO_CODE.format(what=what)


class RealName:
    """A name of the show's own on the internet, with a certificate that phones trust already. Its
    files are read again and again: whoever renews them needs to tell nobody."""

    own = None

    def __init__(self, asked: Asked, port: int) -> None:
        self._asked = asked
        self.port = port
        self.host = a_real_name(asked.name or "")

    def shown(self, addresses: Iterable[Address], now: datetime) -> tuple[Pair, str]:
        del addresses  # a certificate of this kind names none
        asked = self._asked
        return given(asked.name, asked.certificate, asked.key, now=now), ""


def way_to(
    store: Store,
    codes: Codes,
    asked: Asked,
    *,
    ends: Callable[[], date | None],
    addresses: Iterable[Address],
    now: datetime,
) -> tuple[Way, list[str]]:
    """The way that was asked for, and what the person is to know. BadInput: why there is none."""
    if not store.production:
        raise BadInput(
            "There is no production yet. Open Callboard without --lan and make one; phones can "
            "come in right after."
        )
    if asked.a_real_one:
        return _real(store, asked, now)
    own = OwnName(Keeping(store, codes), asked, ends)
    code = own.begin(addresses, now)
    before = store.meta.get(NAMED)
    said = [_moved(str(before["origin"]))] if before else []
    if code:
        said.append(
            f"The recovery code of the show's certificate: {code}\nWrite it down and keep it apart "
            "from this laptop and from the backups. A laptop that takes this one's place needs it."
        )
    return own, said


def _real(store: Store, asked: Asked, now: datetime) -> tuple[Way, list[str]]:
    given(asked.name, asked.certificate, asked.key, now=now)
    before = store.meta.get(NAMED) or {}
    way = RealName(asked, asked.port or int(before.get("port", PORT)))
    origin = f"https://{way.host}:{way.port}"
    known = before.get("origin")
    if known != origin:
        store.set_meta(**{NAMED: {"origin": origin, "port": way.port}})
    return way, [_moved(str(known))] if known not in (None, origin) else []


def _moved(origin: str) -> str:
    return (
        f"Phones that have the app from {origin} keep it, with all that it has not sent, under "
        "that address. Let each send its work there before it changes over."
    )
