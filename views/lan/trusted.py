"""A laptop that is a device learns to trust its show: from a file, or from the plain page, whose
certificate must have the whole fingerprint that the pairing picture said."""

from __future__ import annotations

import hmac
import ssl
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from data.codes import read_qr
from data.errors import BadInput, NoOffice
from data.store import Store
from views.lan.authority import fingerprint
from views.lan.page import CERTIFICATE

KEPT: Final = "office_ca"
"""Among the device's own facts: the authority that it trusts, PEM."""
LARGEST: Final = 64 * 2**10
"""Bytes that are read of what is said to be a certificate."""
PATIENCE_S: Final = 15.0

Fetch = Callable[[str], bytes]


def office_of(hub: str) -> tuple[str, str, str]:
    """The office's address, the authority's fingerprint and the code, as far as they are said:
    `hub` is an address, or the whole text of a pairing picture."""
    if "#" not in hub:
        return hub, "", ""
    told = read_qr(hub)
    parts = urlsplit(told.address)
    return f"{parts.scheme}://{parts.netloc}", told.fingerprint, told.code


def trusting(
    store: Store, address: str, pinned: str, file: Path | None, fetch: Fetch | None = None
) -> ssl.SSLContext | bool:
    """Whom a device believes at `address`; True: whom this laptop believes anyway. BadInput: the
    certificate is not the one. NoOffice: it is not to be had."""
    if urlsplit(address).scheme != "https":
        return True
    if file is not None:
        store.set_meta(**{KEPT: _pem(_read(file), pinned, str(file))})
    elif pinned and not _is(store.meta.get(KEPT, ""), pinned):
        store.set_meta(**{KEPT: _pem((fetch or fetched)(_plain(address)), pinned, address)})
    pem = store.meta.get(KEPT)
    if not pem:
        return True  # a real name's certificate, say
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=str(pem))
    return context


def fetched(address: str) -> bytes:
    """What the plain page hands out. Nothing is believed of it but what has the fingerprint."""
    # A proxy set up for the web must not stand between two machines on one table.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=PATIENCE_S) as answer:
            content: bytes = answer.read(LARGEST + 1)
    except (OSError, HTTPException) as error:
        raise NoOffice(
            f"The show's certificate is not to be had from {address}. Is the office open, and this "
            "laptop on its Wi-Fi? A file of it will do too: --ca FILE."
        ) from error
    if len(content) > LARGEST:
        raise BadInput(f"What {address} hands out is no certificate.")
    return content


def _plain(address: str) -> str:
    """The page beside the door: the next port (views/lan/office.py)."""
    parts = urlsplit(address)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"http://{host}:{(parts.port or 443) + 1}{CERTIFICATE}"


def _pem(content: bytes, pinned: str, whence: str) -> str:
    try:
        certificate = _loaded(content)
    except ValueError as error:
        raise BadInput(f"{whence} holds no certificate.") from error
    if pinned and not hmac.compare_digest(fingerprint(certificate), pinned.upper()):
        raise BadInput(
            f"The certificate from {whence} is not the one that the office's picture names. "
            "Somebody may stand between: tell the office, and fetch the picture's text anew."
        )
    return certificate.public_bytes(Encoding.PEM).decode()


def _is(pem: str, pinned: str) -> bool:
    return bool(pem) and fingerprint(_loaded(pem.encode())) == pinned.upper()


def _loaded(content: bytes) -> x509.Certificate:
    if content.lstrip().startswith(b"-----"):
        return x509.load_pem_x509_certificate(content)
    return x509.load_der_x509_certificate(content)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror or error}.") from error
