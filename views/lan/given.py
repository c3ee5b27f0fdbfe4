"""A certificate that somebody else made, for a real name that the show owns: read, and refused in
words when it does not fit."""

from __future__ import annotations

import ipaddress
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from data.errors import BadInput
from views.lan.authority import Pair

_PLAIN: Final = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo


def given(name: str | None, certificate: Path | None, key: Path | None, *, now: datetime) -> Pair:
    """The chain and the key for `name`. BadInput: what is wrong with them."""
    if name is None or certificate is None or key is None:
        raise BadInput("--name, --tls-cert and --tls-key belong together. Give all three.")
    host = a_real_name(name)
    chain, chain_pem = _chain(certificate)
    own, own_pem = _key(key)
    leaf = chain[0]
    if leaf.public_key().public_bytes(*_PLAIN) != own.public_key().public_bytes(*_PLAIN):
        raise BadInput(
            f"The key in {key} does not belong to the first certificate in {certificate}. Give the "
            "key it was made with, and the show's own certificate before those above it."
        )
    names = _names(leaf)
    if not any(_fits(pattern, host) for pattern in names):
        said = ", ".join(names) or "no name at all"
        raise BadInput(f"{certificate} is for {said}, not for {host}. Get one for {host}.")
    if now >= leaf.not_valid_after_utc:
        raise BadInput(f"{certificate} ended on {leaf.not_valid_after_utc:%d %B %Y}. Renew it.")
    if now < leaf.not_valid_before_utc:
        raise BadInput(
            f"{certificate} begins on {leaf.not_valid_before_utc:%d %B %Y}. Check this laptop's "
            "clock, or wait until then."
        )
    return Pair(chain_pem, own_pem)


def a_real_name(name: str) -> str:
    """As certificates write it. BadInput: an address, a .local name, or no name."""
    host = name.strip().rstrip(".").lower()
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    else:
        raise BadInput(
            f"{name} is an address, which changes with the router. Give a name that stays: a "
            "phone's unsent work belongs to it."
        )
    if host == "local" or host.endswith(".local"):
        raise BadInput(f"{name} ends in .local, where Callboard makes its own. Leave --name out.")
    letters = host.replace("-", "").replace(".", "")
    if "." not in host or not (letters.isascii() and letters.isalnum()) or ".." in host:
        raise BadInput(f"{name} is not a name as in office.nightferry.film.")
    return host


def _chain(path: Path) -> tuple[list[x509.Certificate], str]:
    content = _content(path)
    try:
        found = x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise BadInput(
            f"There is no certificate in {path} that can be read. Give the PEM file, often called "
            "fullchain.pem."
        ) from error
    return found, content.decode("ascii", errors="ignore")


def _key(path: Path) -> tuple[PrivateKeyTypes, str]:
    try:
        found = serialization.load_pem_private_key(_content(path), None)
    except TypeError as error:
        raise BadInput(
            f"The key in {path} asks for a passphrase, and nobody is there to type it when the "
            "office starts. Save it without one, readable by you alone."
        ) from error
    except ValueError as error:
        raise BadInput(
            f"There is no key in {path} that can be read. Give the PEM file, often called "
            "privkey.pem."
        ) from error
    plain = found.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return found, plain.decode()


def _names(leaf: x509.Certificate) -> list[str]:
    try:
        said = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [name.lower() for name in said.get_values_for_type(x509.DNSName)]


def _fits(pattern: str, host: str) -> bool:
    """A star stands for the first label, as browsers read it."""
    first, _, rest = pattern.partition(".")
    return host == pattern or (first == "*" and host.partition(".")[2] == rest)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.") from error
