"""A show's own certificate authority, which a phone may trust because it can vouch for so little.

Its critical name constraints allow exactly the show's one name and private addresses: whoever had
its key could pretend to be this office, or a printer on the same Wi-Fi, and no bank. It makes
certificates for servers only (extended key usage), makes no other authorities (path length 0), and
ends with the show.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

AFTER_WRAP: Final = timedelta(days=60)
NO_END: Final = timedelta(days=365)
"""How long a show is taken to last that has not said when it ends."""
LEAF: Final = timedelta(days=90)
RENEWED: Final = timedelta(days=60)
"""A leaf with less than this left is replaced, so the one in any backup of this show's last month
is good for a month: time to find the recovery code of a laptop that was lost."""
EARLY: Final = timedelta(days=1)
"""A phone whose clock is a day behind is not turned away."""

PRIVATE: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
    )
)
"""The ranges of local networks, hotspots of phones among them. Not loopback."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, each as PEM."""

    certificate: str
    key: str

    @property
    def read(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.certificate.encode())


def host_of(production: str) -> str:
    """The one name of a show; never shared by two, since a phone keeps its work by it."""
    return f"callboard-{production[:8].lower()}.local"


def is_private(address: Address) -> bool:
    return any(address.version == net.version and address in net for net in PRIVATE)


def end_of(ends: date | None, now: datetime) -> datetime:
    """When nothing may be vouched for any more. A show that is past its end gets its 60 days from
    today: somebody opens it still."""
    last = now + NO_END if ends is None else datetime.combine(ends, time.max, UTC)
    return (max(last, now) + AFTER_WRAP).replace(microsecond=0)


def new_authority(host: str, *, code: str, now: datetime, end: datetime) -> Pair:
    """For this name alone; its key is sealed with `code`."""
    key = ec.generate_private_key(ec.SECP256R1())
    # What a phone's list of authorities shows, and what wrap asks people to remove there.
    name = _named(f"Callboard {host.removeprefix('callboard-').removesuffix('.local')}")
    allowed = [x509.DNSName(host), *(x509.IPAddress(net) for net in PRIVATE)]
    certificate = (
        _begun(name, name, key.public_key(), now, end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(allowed, None), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Pair(
        _pem(certificate), _key_pem(key, serialization.BestAvailableEncryption(code.encode()))
    )


def new_leaf(
    authority: Pair, names: Iterable[str], addresses: Iterable[Address], *, code: str, now: datetime
) -> Pair:
    """What the office shows to phones. ValueError: the code does not open the authority's key."""
    signing = serialization.load_pem_private_key(authority.key.encode(), code.encode())
    assert isinstance(signing, ec.EllipticCurvePrivateKey)
    above, key, names = authority.read, ec.generate_private_key(ec.SECP256R1()), list(names)
    end = min(now + LEAF, above.not_valid_after_utc)
    said = [*map(x509.DNSName, names), *map(x509.IPAddress, addresses)]
    theirs = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    certificate = (
        _begun(_named(names[0]), above.subject, key.public_key(), now, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(said), critical=False)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(theirs, critical=False)
        .sign(signing, hashes.SHA256())
    )
    return Pair(_pem(certificate), _key_pem(key, serialization.NoEncryption()))


def addresses_of(certificate: x509.Certificate) -> frozenset[Address]:
    """The addresses that it vouches for."""
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    found = names.get_values_for_type(x509.IPAddress)
    return frozenset(
        a for a in found if isinstance(a, ipaddress.IPv4Address | ipaddress.IPv6Address)
    )


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 as phones show it."""
    return certificate.fingerprint(hashes.SHA256()).hex().upper()


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    now: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLY)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(
    key: ec.EllipticCurvePrivateKey, sealing: serialization.KeySerializationEncryption
) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealing
    ).decode()
