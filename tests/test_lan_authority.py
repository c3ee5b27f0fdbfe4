"""A show's authority can vouch for this office, and a real verifier believes it nothing else."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from tests.handshakes import shake, trusting
from tests.small_show import PRODUCTION
from views.lan.authority import (
    AFTER_WRAP,
    LEAF,
    NO_END,
    PRIVATE,
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

HOST = "callboard-3f2b8c54.local"
CODE = "a code"
NOW = datetime.now(UTC).replace(microsecond=0)  # a verifier looks at its own clock
ADDRESSES: list[Address] = [
    ipaddress.ip_address(text) for text in ("192.168.1.20", "172.20.10.3", "fd00::7")
]


@pytest.fixture(scope="module")
def authority() -> Pair:
    return new_authority(HOST, code=CODE, now=NOW, end=end_of(None, NOW))


def leaf(authority: Pair, *names: str, addresses: list[Address] | None = None) -> Pair:
    return new_leaf(authority, names, addresses or [], code=CODE, now=NOW)


def test_the_name_is_the_shows_own() -> None:
    assert host_of(PRODUCTION) == HOST


@pytest.mark.parametrize("name", [HOST, *map(str, ADDRESSES)])
def test_a_phone_that_trusts_the_show_believes_its_office(authority: Pair, name: str) -> None:
    shown = leaf(authority, HOST, addresses=ADDRESSES)

    accepted = shake(trusting(authority, strict=True), shown, name)

    assert accepted == ssl.PEM_cert_to_DER_cert(shown.certificate)


@pytest.mark.parametrize(
    "name", ["example.com", "callboard-00000000.local", "local", "router.local", "a.example.com"]
)
def test_a_certificate_for_another_name_is_refused(authority: Pair, name: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shake(trusting(authority), leaf(authority, name), name)


@pytest.mark.parametrize(("name", "believed"), [(HOST, True), ("example.com", False)])
def test_a_verifier_that_goes_by_the_rules_of_browsers_says_the_same(
    authority: Pair, name: str, believed: bool
) -> None:
    """Another program than OpenSSL: it holds certificates to what the web's authorities agreed."""
    store, subject = Store([authority.read]), x509.DNSName(name)
    verifier = PolicyBuilder().store(store).time(NOW).build_server_verifier(subject)
    shown = leaf(authority, name, addresses=ADDRESSES).read

    if believed:
        assert verifier.verify(shown, []) == [shown, authority.read]
    else:
        with pytest.raises(VerificationError, match="no permitted name constraints matched"):
            verifier.verify(shown, [])


def test_a_certificate_that_names_example_com_beside_the_show_is_refused(authority: Pair) -> None:
    shown = leaf(authority, HOST, "example.com")
    for name in (HOST, "example.com"):
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
            shake(trusting(authority), shown, name)


@pytest.mark.parametrize("text", ["93.184.216.34", "127.0.0.1", "172.32.0.1", "2606:2800::1"])
def test_a_certificate_for_an_address_outside_of_local_networks_is_refused(
    authority: Pair, text: str
) -> None:
    shown = leaf(authority, HOST, addresses=[ipaddress.ip_address(text)])

    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shake(trusting(authority), shown, text)


def test_nobody_else_is_believed(authority: Pair) -> None:
    other = new_authority(HOST, code=CODE, now=NOW, end=end_of(None, NOW))

    with pytest.raises(ssl.SSLCertVerificationError):
        shake(trusting(authority), leaf(other, HOST), HOST)


def test_an_authority_below_the_shows_is_refused(authority: Pair) -> None:
    """Whoever has a leaf signed with `ca` true still makes no certificates that count."""
    key, signing = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    own = serialization.load_pem_private_key(authority.key.encode(), CODE.encode())
    assert isinstance(own, ec.EllipticCurvePrivateKey)
    below = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "below")])
    made = [
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(by, hashes.SHA256())
        for subject, issuer, public, by, is_authority in (
            (authority.read.subject, below, key.public_key(), signing, False),
            (below, authority.read.subject, signing.public_key(), own, True),
        )
    ]
    chain = "".join(c.public_bytes(serialization.Encoding.PEM).decode() for c in made)
    plain = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()

    with pytest.raises(ssl.SSLCertVerificationError, match="path length"):
        shake(trusting(authority), Pair(chain, plain), HOST)


def test_the_constraints_are_critical_and_name_what_they_should(authority: Pair) -> None:
    found = authority.read.extensions.get_extension_for_class(x509.NameConstraints)

    assert found.critical
    assert found.value.permitted_subtrees == [
        x509.DNSName(HOST),
        *(x509.IPAddress(net) for net in PRIVATE),
    ]


def test_the_key_opens_with_its_code_alone(authority: Pair) -> None:
    assert "ENCRYPTED" in authority.key
    with pytest.raises(ValueError, match=r"."):
        new_leaf(authority, [HOST], [], code="another code", now=NOW)


def test_the_authority_lives_for_the_show_and_sixty_days() -> None:
    now = datetime(2026, 6, 9, 12, tzinfo=UTC)

    assert end_of(date(2026, 8, 1), now).date() == date(2026, 9, 30)
    assert end_of(date(2026, 1, 1), now) == now + AFTER_WRAP
    assert end_of(None, now) == now + NO_END + AFTER_WRAP


def test_a_leaf_ends_soon_and_never_after_its_authority(authority: Pair) -> None:
    above = authority.read.not_valid_after_utc
    late = above - timedelta(days=10)

    assert leaf(authority, HOST).read.not_valid_after_utc == NOW + LEAF
    last = new_leaf(authority, [HOST], [], code=CODE, now=late)
    assert last.read.not_valid_after_utc == above


def test_an_ended_leaf_is_refused(authority: Pair) -> None:
    shown = new_leaf(authority, [HOST], [], code=CODE, now=NOW - LEAF - timedelta(days=1))

    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        shake(trusting(authority), shown, HOST)


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("10.1.2.3", True),
        ("172.31.255.255", True),
        ("172.32.0.1", False),
        ("192.168.0.1", True),
        ("127.0.0.1", False),
        ("100.64.0.1", False),
        ("fe80::1", True),
        ("2001:db8::1", False),
        ("::1", False),
    ],
)
def test_what_counts_as_a_local_network(text: str, private: bool) -> None:
    assert is_private(ipaddress.ip_address(text)) is private


def test_a_leaf_says_its_addresses(authority: Pair) -> None:
    assert addresses_of(leaf(authority, HOST, addresses=ADDRESSES).read) == set(ADDRESSES)


def test_the_fingerprint_is_the_one_that_phones_show(authority: Pair) -> None:
    der = ssl.PEM_cert_to_DER_cert(authority.certificate)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(der)

    assert fingerprint(authority.read) == digest.finalize().hex().upper()
