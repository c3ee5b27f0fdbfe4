"""A show keeps its address: through renewals, through a backup, on another laptop."""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.backup import back_up
from data.backup_choice import choose
from data.errors import BadInput
from data.restore import backups_at, restore
from data.stamp import Sources
from data.store import Store
from sync.exchange import Office
from tests.handshakes import shake, trusting
from tests.small_show import PRODUCTION
from views.lan.authority import LEAF, RENEWED, Address, addresses_of
from views.lan.identity import Codes, Identity, Keeping, server_context, show

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
HERE: Address = ipaddress.ip_address("192.168.1.20")
THERE: Address = ipaddress.ip_address("10.0.0.5")
PUBLIC: Address = ipaddress.ip_address("93.184.216.34")


class Laptop:
    """An office's folder, and what its user has beside it."""

    def __init__(self, folder: Path) -> None:
        self.home, self.codes = folder / "office", Codes(folder / "codes")
        self.folder = folder

    def __enter__(self) -> Laptop:
        self.store = Store(self.home, sources=Sources(), hub=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    @property
    def keeping(self) -> Keeping:
        return Keeping(self.store, self.codes)

    def current(self, *addresses: Address, now: datetime = NOW) -> Identity:
        return self.keeping.current(addresses or (HERE,), ends=None, now=now)


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    with Laptop(tmp_path / "first") as made:
        made.store.set_meta(production=PRODUCTION)
        yield made


def moved(laptop: Laptop, folder: Path, *, code: bool) -> Laptop:
    """Another laptop, put back from a backup of the first."""
    place = folder / "STICK"
    place.mkdir()
    choose(laptop.home, place, now=NOW)
    back_up(laptop.home, now=NOW)
    (backup,) = backups_at(place)
    other = Laptop(folder / "second")
    other.home.mkdir(parents=True)
    restore(backup, other.home, now=NOW, renew=lambda store: Office(store).new_epoch())
    if code:
        other.codes.keep(PRODUCTION, laptop.keeping.code)
    return other


def test_it_is_made_once_and_stays(laptop: Laptop) -> None:
    first = laptop.current()

    assert laptop.current() == first
    assert first.origin == "https://callboard-3f2b8c54.local:8343"


def test_it_is_there_when_the_office_is_opened_again(laptop: Laptop) -> None:
    first = laptop.current()
    laptop.store.close()

    with Laptop(laptop.folder) as again:
        assert again.current() == first


def test_a_laptop_put_back_from_a_backup_is_the_same_address(
    laptop: Laptop, tmp_path: Path
) -> None:
    before = laptop.current()

    with moved(laptop, tmp_path, code=False) as other:
        after = other.current()
        accepted = shake(trusting(before.authority), after.leaf, before.host)

    assert after == before
    assert accepted == ssl.PEM_cert_to_DER_cert(before.leaf.certificate)


def test_no_byte_of_the_code_is_on_the_stick(laptop: Laptop, tmp_path: Path) -> None:
    laptop.current()
    code = laptop.keeping.code
    moved(laptop, tmp_path, code=False)

    found = [path for path in (tmp_path / "STICK").rglob("*") if path.is_file()]
    holding = [path for path in found if code.encode() in path.read_bytes()]

    assert code
    assert found
    assert holding == []
    assert not [p for p in laptop.home.iterdir() if p.is_file() and code.encode() in p.read_bytes()]


def test_another_laptop_goes_on_by_name_until_the_leaf_ends(laptop: Laptop, tmp_path: Path) -> None:
    before = laptop.current()

    with moved(laptop, tmp_path, code=False) as other:
        assert other.current(THERE, now=NOW + LEAF - DAY) == before
        assert not before.good((THERE,), NOW)
        with pytest.raises(BadInput, match="recovery code") as refusal:
            other.current(THERE, now=NOW + LEAF)

    assert refusal.value.code == "no-recovery-code"


def test_with_the_code_another_laptop_renews_under_the_same_authority(
    laptop: Laptop, tmp_path: Path
) -> None:
    before = laptop.current()
    typed = f"  {laptop.keeping.code.lower()}\n"

    with moved(laptop, tmp_path, code=False) as other:
        other.keeping.opened_with(typed)
        after = other.current(THERE)

        assert other.keeping.code == laptop.keeping.code

    assert after.authority == before.authority
    assert shake(trusting(before.authority), after.leaf, str(THERE))


def test_a_wrong_code_is_refused_and_not_kept(laptop: Laptop) -> None:
    laptop.current()
    right = laptop.keeping.code

    with pytest.raises(BadInput, match="letter by letter"):
        laptop.keeping.opened_with(right[:-1] + ("A" if right[-1] != "A" else "B"))

    assert laptop.keeping.code == right


def test_a_code_for_a_show_without_a_certificate_is_refused(laptop: Laptop) -> None:
    with pytest.raises(BadInput, match="no certificate yet"):
        laptop.keeping.opened_with("ABCDE")


def test_the_leaf_is_renewed_before_it_ends(laptop: Laptop) -> None:
    first = laptop.current()
    last = NOW + LEAF - RENEWED

    assert laptop.current(now=last) == first
    renewed = laptop.current(now=last + timedelta(seconds=1))

    assert renewed.leaf != first.leaf
    assert renewed.authority == first.authority
    assert renewed.leaf.read.not_valid_after_utc > first.leaf.read.not_valid_after_utc


def test_a_new_address_of_the_laptop_is_vouched_for(laptop: Laptop) -> None:
    laptop.current(HERE)

    moved_on = laptop.current(THERE, PUBLIC)

    assert addresses_of(moved_on.leaf.read) == {THERE}
    assert laptop.current(THERE, PUBLIC) == moved_on


def test_in_the_last_weeks_the_leaf_is_left_alone(laptop: Laptop) -> None:
    end = laptop.current().authority.read.not_valid_after_utc

    last = laptop.current(now=end - 10 * DAY)

    assert last.leaf.read.not_valid_after_utc == end
    assert laptop.current(now=end - DAY) == last


def test_when_the_authority_has_ended_the_person_is_told(laptop: Laptop) -> None:
    end = laptop.current().authority.read.not_valid_after_utc

    with pytest.raises(BadInput, match="--new-trust"):
        laptop.current(now=end)


def test_a_new_trust_keeps_name_and_port(laptop: Laptop) -> None:
    before = laptop.keeping.begin_anew((HERE,), ends=None, now=NOW, port=9443)
    code = laptop.keeping.code

    after = laptop.keeping.begin_anew((HERE,), ends=None, now=NOW)

    assert after.origin == before.origin == "https://callboard-3f2b8c54.local:9443"
    assert after.fingerprint != before.fingerprint
    assert laptop.keeping.code != code
    with pytest.raises(ssl.SSLCertVerificationError):
        shake(trusting(before.authority), after.leaf, after.host)


def test_a_server_shows_the_new_leaf_without_a_restart(laptop: Laptop) -> None:
    first = laptop.current()
    context = server_context(first.leaf)
    shake(trusting(first.authority), context, first.host)

    renewed = laptop.current(THERE)
    show(context, renewed.leaf)

    accepted = shake(trusting(first.authority), context, first.host)
    assert accepted == ssl.PEM_cert_to_DER_cert(renewed.leaf.certificate)


def test_a_crash_between_a_new_code_and_its_authority_costs_nothing(laptop: Laptop) -> None:
    first = laptop.current()
    code = laptop.keeping.code
    laptop.codes.keep(PRODUCTION, "OF-AN-AUTHORITY-THAT-NEVER-WAS")

    assert laptop.keeping.code == code
    assert laptop.current(THERE).authority == first.authority


def test_a_production_put_back_to_before_a_new_trust_renews_with_the_older_code(
    laptop: Laptop, tmp_path: Path
) -> None:
    before = laptop.current()
    code = laptop.keeping.code
    with moved(laptop, tmp_path, code=False) as older:
        laptop.keeping.begin_anew((HERE,), ends=None, now=NOW)
        older.codes = laptop.codes

        assert laptop.keeping.code != code
        assert older.keeping.code == code
        assert older.current(THERE).authority == before.authority


def test_only_this_user_reads_the_code(laptop: Laptop) -> None:
    laptop.current()
    (path,) = (laptop.folder / "codes").iterdir()

    assert path.name == PRODUCTION
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0
