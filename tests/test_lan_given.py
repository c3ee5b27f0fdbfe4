"""A certificate for a real name: taken when it fits, refused in words when it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from data.errors import BadInput
from tests.handshakes import shake, trusting
from views.lan.authority import Pair
from views.lan.given import a_real_name, given

NOW = datetime.now(UTC).replace(microsecond=0)
NAME = "office.nightferry.example"
DAY = timedelta(days=1)


def made(
    folder: Path,
    *names: str,
    begins: datetime = NOW - DAY,
    ends: datetime = NOW + DAY,
    sealing: serialization.KeySerializationEncryption | None = None,
) -> tuple[Path, Path]:
    """A certificate and its key, as an authority sends them."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    building = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    if names:
        said = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        building = building.add_extension(said, critical=False)
    folder.mkdir(parents=True, exist_ok=True)
    chain, own = folder / "fullchain.pem", folder / "privkey.pem"
    chain.write_bytes(building.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    own.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            sealing or serialization.NoEncryption(),
        )
    )
    return chain, own


def take(chain: Path | None, own: Path | None, name: str | None = NAME) -> Pair:
    return given(name, chain, own, now=NOW)


@pytest.mark.parametrize("said", [NAME, "*.nightferry.example", NAME.upper()])
def test_one_that_fits_is_shown_to_phones(tmp_path: Path, said: str) -> None:
    pair = take(*made(tmp_path, "nightferry.example", said))

    assert shake(trusting(pair), pair, NAME)


@pytest.mark.parametrize("said", ["nightferry.example", "*.office.nightferry.example", "*"])
def test_one_for_another_name_is_refused(tmp_path: Path, said: str) -> None:
    with pytest.raises(BadInput, match=r"is for .+, not for office\.nightferry\.example"):
        take(*made(tmp_path, said))


def test_one_that_names_nothing_where_browsers_look_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="for no name at all"):
        take(*made(tmp_path))


def test_one_that_has_ended_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Renew it"):
        take(*made(tmp_path, NAME, begins=NOW - 2 * DAY, ends=NOW))


def test_one_that_has_not_begun_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="clock"):
        take(*made(tmp_path, NAME, begins=NOW + DAY, ends=NOW + 2 * DAY))


def test_the_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    chain, _ = made(tmp_path / "a", NAME)
    _, own = made(tmp_path / "b", NAME)

    with pytest.raises(BadInput, match="does not belong"):
        take(chain, own)


def test_a_key_with_a_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="passphrase"):
        take(*made(tmp_path, NAME, sealing=serialization.BestAvailableEncryption(b"x")))


def test_files_that_are_not_what_they_should_be_are_refused(tmp_path: Path) -> None:
    chain, own = made(tmp_path, NAME)

    with pytest.raises(BadInput, match=r"fullchain\.pem"):
        take(own, own)
    with pytest.raises(BadInput, match=r"privkey\.pem"):
        take(chain, chain)
    with pytest.raises(BadInput, match="cannot be read"):
        take(tmp_path / "nothing", own)


def test_the_three_belong_together(tmp_path: Path) -> None:
    chain, own = made(tmp_path, NAME)
    for missing in ((None, own, NAME), (chain, None, NAME), (chain, own, None)):
        with pytest.raises(BadInput, match="all three"):
            take(*missing)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("192.168.1.20", "changes with the router"),
        ("[fd00::1]", "changes with the router"),
        ("callboard-3f2b8c54.local", "Leave --name out"),
        ("office", "is not a name"),
        ("https://office.example", "is not a name"),
        ("office..example", "is not a name"),
        ("", "is not a name"),
    ],
)
def test_a_name_that_is_none_is_refused(name: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        a_real_name(name)


def test_a_name_is_written_as_certificates_write_it() -> None:
    assert a_real_name(" Office.NightFerry.Example. ") == NAME
