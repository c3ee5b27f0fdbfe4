"""A letter, sealed: between one device and its office nobody can read or change it on the way.

    callboard bundle 1
    {"device":"0197...","production":"5f2c...","size":4711,"to":"office"}
    the contents, enciphered: as many bytes as `size` says
    32 bytes that only somebody with the key can have made

Letters may stand one behind the other in a file. Both keys come from the hash of the device's
token, which the device can make and the office keeps: a device that is paired anew has new ones.
The cipher is SHAKE-256 of key and nonce over the contents, the nonce a keyed hash of them, so none
is ever used for two contents; it is made of what Python has everywhere, also in the browser.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from data.errors import Malformed, Refused
from data.packing import dumps, loads

To = Literal["office", "device", "crew"]
FIRST_LINE: Final = b"callboard bundle 1\n"
MOST_LETTER: Final = 32 * 2**20
"""Bytes of one letter; the largest photo fits."""
CUT_OFF = "This file is cut off or damaged. What came before is safe. Have it handed over again."
BROKEN = "This file was changed on its way, or was made before the device was paired anew."
NOTHING_FOR_IT = "There is nothing for the office in this file."
_MOST_HEAD: Final = 1024
_NONCE, _SEAL = 16, 32

Part = tuple[str, bytes]
"""What is in a letter: the name of a sort, and bytes."""


class Letter(NamedTuple):
    """A letter that is still closed."""

    production: str
    device: str
    to: str
    signed: bytes
    """Head and body, as they lie in the file."""
    body: bytes
    seal: bytes

    @property
    def content(self) -> bytes:
        return self.signed + self.seal

    def opened(self, secret: str) -> list[Part]:
        """What is in it. Refused: it is not from who it says, or not as it was written."""
        cipher, key = _keys(secret, self.to)
        if not hmac.compare_digest(_seal(self.signed, key), self.seal):
            raise Refused(BROKEN, code="broken-seal")
        nonce, text = self.body[:_NONCE], self.body[_NONCE:]
        return list(parts_of(enciphered(text, cipher, nonce)))


def sealed(production: str, device: str, to: To, parts: Iterable[Part], secret: str) -> bytes:
    """The letter, as it lies in a file."""
    cipher, key = _keys(secret, to)
    text = joined(parts)
    nonce = hashlib.blake2b(text, key=key, digest_size=_NONCE, person=b"callboard.nonce").digest()
    body = nonce + enciphered(text, cipher, nonce)
    return _closed(production, device, to, body, key)


def sealed_open(production: str, device: str, body: bytes, secret: str) -> bytes:
    """A letter to the crew: what is secret in it is enciphered already (neighbour.py)."""
    return _closed(production, device, "crew", body, _keys(secret, "crew")[1])


def joined(parts: Iterable[Part]) -> bytes:
    return b"".join(b"%s %d\n%s" % (name.encode(), len(part), part) for name, part in parts)


def parts_of(text: bytes) -> Iterator[Part]:
    """The parts that were joined; Malformed where one is cut off."""
    at = 0
    while at < len(text):
        end = text.find(b"\n", at, at + 64)
        name, _, size = text[at : max(end, at)].partition(b" ")
        if not (size.isdigit() and name.isalpha() and end + 1 + int(size) <= len(text)):
            raise Malformed(CUT_OFF)
        at = end + 1 + int(size)
        yield name.decode("ascii"), text[end + 1 : at]


def enciphered(text: bytes, cipher: bytes, nonce: bytes) -> bytes:
    """And deciphered: the same once more."""
    stream = hashlib.shake_256(cipher + nonce).digest(len(text))
    both = int.from_bytes(text, "little") ^ int.from_bytes(stream, "little")
    return both.to_bytes(len(text), "little")


def letters(content: bytes) -> Iterator[Letter]:
    """The letters of a file, the whole ones first; then Malformed where one is cut off."""
    at = 0
    while at < len(content):
        letter = _letter(content, at)
        at += len(letter.content)
        yield letter


def whole_letters(content: bytes) -> list[Letter]:
    """Those of a file that may be cut off behind them. Malformed: there is none."""
    found = list[Letter]()
    try:
        for letter in letters(content):
            found.append(letter)
    except Malformed:
        if not found:
            raise
    return found


def seal_of(letter: bytes) -> str:
    """By which another letter speaks of this one."""
    return letter[-_SEAL:].hex()[:32]


def for_office(found: Iterable[Letter]) -> list[Letter]:
    """Of the letters of a file those that devices wrote to their office. Malformed: there is
    none."""
    for_it = [letter for letter in found if letter.to == "office"]
    if not for_it:
        raise Malformed(NOTHING_FOR_IT)
    return for_it


# ---- inside -----------------------------------------------------------------------------------


def _letter(content: bytes, at: int) -> Letter:
    begin = at + len(FIRST_LINE)
    end = content.find(b"\n", begin, begin + _MOST_HEAD) + 1
    if content[at:begin] != FIRST_LINE or not end:
        raise Malformed(CUT_OFF)
    try:
        head = loads(content[begin:end])
        size = head["size"]
        told = (head["production"], head["device"], head["to"])
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise Malformed(CUT_OFF) from error
    if not all(type(text) is str and text.isascii() for text in told) or type(size) is not int:
        raise Malformed(CUT_OFF)
    stop = end + size
    if not _NONCE <= size <= MOST_LETTER or stop + _SEAL > len(content):
        raise Malformed(CUT_OFF)
    return Letter(*told, content[at:stop], content[end:stop], content[stop : stop + _SEAL])


def _closed(production: str, device: str, to: To, body: bytes, key: bytes) -> bytes:
    head = {"device": device, "production": production, "size": len(body), "to": to}
    signed = FIRST_LINE + dumps(head) + b"\n" + body
    return signed + _seal(signed, key)


def _keys(secret: str, to: str) -> tuple[bytes, bytes]:
    """For the cipher and for the seal; each way has its own."""
    whose = f"callboard.{to}".encode()[:16]
    both = hashlib.blake2b(key=bytes.fromhex(secret), person=whose).digest()
    return both[:32], both[32:]


def _seal(signed: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(signed, key=key, digest_size=_SEAL, person=b"callboard.seal").digest()
