"""Who the office is to its phones: name, port, authority and leaf, kept among the production's own
facts, so that every backup carries them and a laptop put back from one is the same address.

The authority's key is sealed with a recovery code which lies in the user's own folder on this
laptop, outside of the production. That guards against whoever finds a stick with backups: they
cannot vouch for other addresses in the name of the show. It does not guard against whoever can read
this user's files here. The leaf's key is in the open, for a replacement laptop must answer at once
without anybody who knows the code: the finder of a stick can, until that leaf ends, pretend to be
this office on a Wi-Fi where its phones are. They have every record on the stick as well; so a lost
stick is a reason to begin a new trust (`begin_anew`).
"""

from __future__ import annotations

import os
import secrets
import ssl
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from cryptography.hazmat.primitives import serialization

from data.errors import BadInput, NotSaved, OfficeError
from data.store import Store
from views.lan.authority import (
    RENEWED,
    Address,
    Pair,
    addresses_of,
    end_of,
    fingerprint,
    host_of,
    is_private,
    new_authority,
    new_leaf,
)

META: Final = "lan"
PORT: Final = 8343
_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Nothing that looks like something else when it is written down."""
NO_CODE: Final = (
    "This laptop does not have the recovery code of the show's certificate, so it cannot make "
    "{what}. Type the code that the first laptop showed: --recovery-code CODE. If nobody has it: "
    "--new-trust, and every phone installs the certificate once more."
)


@dataclass(frozen=True, slots=True)
class Identity:
    """The address of a show, for its life, and what proves it."""

    host: str
    port: int
    authority: Pair
    leaf: Pair

    @property
    def origin(self) -> str:
        return f"https://{self.host}:{self.port}"

    @property
    def fingerprint(self) -> str:
        """Of the authority: what a person compares before their phone trusts it."""
        return fingerprint(self.authority.read)

    def good(self, addresses: Iterable[Address], now: datetime) -> bool:
        """Whether the leaf vouches for the laptop's addresses, and will for a while."""
        leaf, above = self.leaf.read, self.authority.read
        fresh = leaf.not_valid_after_utc - now >= RENEWED
        # In the show's last weeks a new leaf would live no longer: it ends with its authority.
        as_long_as_can_be = leaf.not_valid_after_utc == above.not_valid_after_utc
        return (fresh or as_long_as_can_be) and _vouched(addresses) <= addresses_of(leaf)


class Codes:
    """The recovery codes that this laptop knows, by production, in files that only this user reads.

    None is thrown away: a crash may come between a new code and its authority, and an older backup
    has an older authority.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, production: str) -> list[str]:
        """The newest first; none, if this laptop knows none."""
        with suppress(FileNotFoundError):
            return (self._folder / production).read_text().split()
        return []

    def keep(self, production: str, code: str) -> None:
        lines = [code, *(known for known in self.of(production) if known != code)]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(self._folder / production, "".join(f"{line}\n" for line in lines))
        except OSError as error:
            raise NotSaved(
                f"The recovery code was not saved: the disk says {error.strerror or error}. Free "
                "some space, then open Callboard again."
            ) from error

    def _write(self, path: Path, text: str) -> None:
        beside = path.with_suffix(".part")
        beside.unlink(missing_ok=True)
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


class Keeping:
    """The identity of one office: made when it is first asked for, renewed before it ends."""

    def __init__(self, store: Store, codes: Codes) -> None:
        self._store, self._codes = store, codes

    @property
    def code(self) -> str:
        """What the person is to write down; empty if this laptop does not know it."""
        found = self.found()
        known = self._codes.of(self._store.production) if found is not None else []
        return next((code for code in known if found and _opens(found.authority, code)), "")

    def found(self) -> Identity | None:
        """As the production has it, whether it is still good or not."""
        raw = self._store.meta.get(META)
        return None if raw is None else _read(raw)

    def current(
        self, addresses: Iterable[Address], *, ends: date | None, now: datetime, port: int = PORT
    ) -> Identity:
        """Good for these addresses and this moment, if that can be had; `port` counts the first
        time. BadInput: the leaf or the authority has ended, and what to do."""
        here = sorted(_vouched(addresses), key=str)
        found = self.found() or self.begin_anew(here, ends=ends, now=now, port=port)
        if now >= found.authority.read.not_valid_after_utc:
            raise BadInput(
                "The show's certificate has ended with the show. Start with --new-trust, and "
                "every phone installs the new certificate once.",
                code="trust-ended",
            )
        if found.good(here, now):
            return found
        try:
            return self._renewed(found, here, now)
        except OfficeError:
            if now >= found.leaf.read.not_valid_after_utc:
                raise
            return found  # its name is vouched for still: phones come by that

    def begin_anew(
        self, addresses: Iterable[Address], *, ends: date | None, now: datetime, port: int = PORT
    ) -> Identity:
        """A new authority, which every phone must trust anew. Name and port stay, for a phone's
        unsent work belongs to them."""
        before, production = self.found(), self._store.production
        code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(5))
        host = host_of(production)
        authority = new_authority(host, code=code, now=now, end=end_of(ends, now))
        leaf = new_leaf(authority, [host], _vouched(addresses), code=code, now=now)
        self._codes.keep(production, code)  # first: an authority without it could not renew
        return self._keep(Identity(host, before.port if before else port, authority, leaf))

    def opened_with(self, code: str) -> None:
        """The recovery code, typed on another laptop than the first. BadInput: it is another
        show's, or has a typing error."""
        found, code = self.found(), code.strip().upper()
        if found is None:
            raise BadInput("This show has no certificate yet, so it needs no recovery code.")
        if not _opens(found.authority, code):
            raise BadInput(
                "That is not the recovery code of this show. Compare it letter by letter.",
                code="recovery-code",
            )
        self._codes.keep(self._store.production, code)

    def _renewed(self, found: Identity, addresses: Iterable[Address], now: datetime) -> Identity:
        code = self.code
        if not code:
            raise BadInput(NO_CODE.format(what="a new one"), code="no-recovery-code")
        leaf = new_leaf(found.authority, [found.host], addresses, code=code, now=now)
        return self._keep(replace(found, leaf=leaf))

    def _keep(self, identity: Identity) -> Identity:
        self._store.set_meta(**{META: asdict(identity)})
        return identity


def server_context(pair: Pair) -> ssl.SSLContext:
    """For a server that shows this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    show(context, pair)
    return context


def show(context: ssl.SSLContext, pair: Pair) -> None:
    """Whoever connects from now on is shown this certificate. Python reads keys from files alone:
    the file is for this user only, is sealed with a word nobody hears, and goes at once."""
    word = secrets.token_bytes(32).hex()
    key = serialization.load_pem_private_key(pair.key.encode(), None)
    sealed = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(word.encode()),
    )
    with TemporaryDirectory(prefix="callboard-") as folder:
        path = Path(folder) / "chain.pem"
        path.write_bytes(pair.certificate.encode() + sealed)
        context.load_cert_chain(path, password=word)


def _vouched(addresses: Iterable[Address]) -> frozenset[Address]:
    return frozenset(address for address in addresses if is_private(address))


def _opens(authority: Pair, code: str) -> bool:
    try:
        serialization.load_pem_private_key(authority.key.encode(), code.encode())
    except (ValueError, TypeError):
        return False
    return True


def _read(raw: dict[str, Any]) -> Identity:
    pairs = {name: Pair(**raw[name]) for name in ("authority", "leaf")}
    return Identity(host=str(raw["host"]), port=int(raw["port"]), **pairs)
