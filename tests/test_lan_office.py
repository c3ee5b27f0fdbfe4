"""The office with its second door: a real process, trusted, and closed to all else."""

from __future__ import annotations

import asyncio
import errno
import http.client
import ipaddress
import socket
import ssl
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from data.errors import BadInput, Busy
from data.stamp import Sources
from data.store import Store
from sync.wire import TYPE, Hello
from tests.browser.processes import SHOOT_DAY, Face, command, free_port, new_show
from tests.handshakes import shake, trusting
from tests.lan_door import small_app
from tests.small_show import SmallShow
from tests.test_lan_given import NAME, made
from tests.test_lan_published import Net
from views.lan.addresses import NAMED, Asked, OwnName, Way, way_to
from views.lan.authority import Address, addresses_of
from views.lan.identity import META, Codes, Keeping
from views.lan.office import SecondDoor
from views.lan.page import CERTIFICATE
from views.lan.published import HOTSPOT, published
from views.lan.serving import on_every_address

HERE: Address = ipaddress.ip_address("192.168.1.20")
THERE: Address = ipaddress.ip_address("10.0.0.5")
NOW = datetime.now(UTC).replace(microsecond=0)


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    content: bytes


class Phone:
    """A phone on the office's Wi-Fi: it knows the port, and what the plain page told it."""

    def __init__(self, port: int) -> None:
        self.port = port
        pem = ssl.DER_cert_to_PEM_cert(self.plain(CERTIFICATE).content)
        self.trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.trusting.load_verify_locations(cadata=pem)
        self.pem = pem

    def plain(self, path: str) -> Answer:
        return answered(http.client.HTTPConnection("127.0.0.1", self.port + 1, timeout=30), path)

    def ask(self, host: str, path: str, method: str = "GET", content: bytes = b"") -> Answer:
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        line = http.client.HTTPConnection(host, self.port, timeout=30)
        line.sock = self.trusting.wrap_socket(sock, server_hostname=host)
        return answered(line, path, method, content)


def answered(
    line: http.client.HTTPConnection, path: str, method: str = "GET", content: bytes = b""
) -> Answer:
    try:
        line.request(method, path, content or None, {"Content-Type": TYPE})
        answer = line.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, told, answer.read())
    finally:
        line.close()


def two_ports() -> int:
    """The first of two free ports side by side."""
    while True:
        port = free_port()
        try:
            with on_every_address(port), on_every_address(port + 1):
                return port
        except Busy:
            continue


def opened(home: Path, port: int) -> Face:
    words = ("main.py", "--home", str(home), "--today", SHOOT_DAY, "--quiet")
    return Face(home, *words, "--lan", "--lan-port", str(port), "--port")


def host_at(home: Path) -> str:
    store = Store(home, sources=Sources(), hub=True, reader=True)
    try:
        return str(store.meta[META]["host"])
    finally:
        store.close()


# ---- as people start it ----------------------------------------------------------------------


@pytest.mark.usefixtures("own_folder")
def test_an_office_lets_phones_in_by_its_second_door_alone(tmp_path: Path) -> None:
    home, port = tmp_path / "office", two_ports()
    new_show(home)
    with opened(home, port) as face:
        phone, host = Phone(port), host_at(home)
        hello = phone.ask(host, "/v1/hello", "POST", Hello(device="d").to_bytes())
        screens = phone.ask(host, "/")
        app = phone.ask(host, "/phone")
        page = phone.plain("/")
        loopback = answered(http.client.HTTPConnection("127.0.0.1", face.port, timeout=30), "/")
        face.stop()

    assert (hello.status, screens.status, app.status) == (401, 404, 307)
    assert "default-src 'none'" in screens.headers["content-security-policy"]
    assert f"https://{host}:{port}/phone/".encode() in page.content
    assert loopback.status == 200
    assert "Traceback" not in face.said()


@pytest.mark.usefixtures("own_folder")
def test_an_office_that_is_opened_again_is_the_same_to_its_phones(tmp_path: Path) -> None:
    home, port = tmp_path / "office", two_ports()
    new_show(home)
    with opened(home, port):
        first, host = Phone(port), host_at(home)
    with Face(home, "main.py", "--home", str(home), "hub", "--lan", "--port"):  # no screens now
        again = Phone(port)
        known = first.ask(host, "/v1/hello", "POST", Hello(device="d").to_bytes())

    assert again.pem == first.pem
    assert known.status == 401


@pytest.mark.usefixtures("own_folder")
def test_an_office_that_is_to_stay_on_its_laptop_has_no_second_door(tmp_path: Path) -> None:
    home = tmp_path / "office"
    new_show(home)
    with Face(home, "main.py", "--home", str(home), "--quiet", "--no-lan", "--port"):
        pass
    store = Store(home, sources=Sources(), hub=True, reader=True)
    try:
        assert META not in store.meta
    finally:
        store.close()
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("own_folder")
def test_what_does_not_fit_is_said_and_nothing_is_opened(tmp_path: Path) -> None:
    home = tmp_path / "office"
    words = ("--quiet", "--port", str(free_port()), "--lan")
    assert "no production yet" in command(home, *words, code=1)
    new_show(home)
    assert "all three" in command(home, *words, "--name", NAME, code=1)


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's data folder is the test's own."""
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "data"))


# ---- the way phones come ---------------------------------------------------------------------


def way(show: SmallShow, folder: Path, asked: Asked, *addresses: Address) -> tuple[Way, list[str]]:
    codes = Codes(folder / "codes")
    here = addresses or (HERE,)
    return way_to(show.desk.store, codes, asked, ends=_no_end, addresses=here, now=NOW)


def _no_end() -> date | None:
    return None


def test_the_code_is_told_once(show: SmallShow, tmp_path: Path) -> None:
    _, first = way(show, tmp_path, Asked())
    _, again = way(show, tmp_path, Asked())
    _, anew = way(show, tmp_path, Asked(new_trust=True))

    code = Keeping(show.desk.store, Codes(tmp_path / "codes")).code
    assert "recovery code" in first[0]
    assert again == []
    assert code in anew[0]
    assert code not in first[0]


def test_a_port_is_chosen_once(show: SmallShow, tmp_path: Path) -> None:
    way(show, tmp_path, Asked(port=9443))

    assert way(show, tmp_path, Asked(port=9443))[0].port == 9443
    assert way(show, tmp_path, Asked())[0].port == 9443
    with pytest.raises(BadInput, match="at port 9443"):
        way(show, tmp_path, Asked(port=9444))


def test_a_laptop_without_the_code_says_what_it_cannot_do(show: SmallShow, tmp_path: Path) -> None:
    way(show, tmp_path / "first", Asked())

    found, _ = way(show, tmp_path / "second", Asked(), THERE)
    pair, word = found.shown((THERE,), NOW)

    assert addresses_of(pair.read) == {HERE}
    assert "--recovery-code" in word


def test_a_real_name_is_kept_with_the_production_and_a_change_is_said(
    show: SmallShow, tmp_path: Path
) -> None:
    files = made(tmp_path / "files", NAME, "b.example")
    first, said = way(show, tmp_path, Asked(name=NAME, certificate=files[0], key=files[1]))
    other = Asked(name="b.example", certificate=files[0], key=files[1])

    assert (first.host, first.own, said) == (NAME, None, [])
    assert way(show, tmp_path, other)[1][0].startswith(
        f"Phones that have the app from https://{NAME}"
    )
    assert show.desk.store.meta[NAMED]["origin"] == "https://b.example:8343"
    assert META not in show.desk.store.meta


# ---- looked after while it is open -----------------------------------------------------------


def test_a_door_follows_its_laptop_to_another_network(show: SmallShow, tmp_path: Path) -> None:
    found, _ = way(show, tmp_path, Asked(port=two_ports()))
    assert isinstance(found, OwnName)
    here, said = [HERE], list[str]()
    phone = small_app(tmp_path / "app")
    door = SecondDoor(found, (), phone, local="", say=said.append, addresses=lambda: here)
    try:
        client = trusting(found.own.authority)
        assert shake(client, door._context, str(HERE))
        here[:] = [THERE]
        asyncio.run(door.look())

        assert shake(client, door._context, str(THERE))
        with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
            shake(client, door._context, str(HERE))
        assert said == []
    finally:
        door.close()


def test_files_of_a_real_name_that_were_renewed_are_shown(show: SmallShow, tmp_path: Path) -> None:
    files = made(tmp_path / "files", NAME)
    asked = Asked(port=two_ports(), name=NAME, certificate=files[0], key=files[1])
    found, _ = way(show, tmp_path, asked)
    said = list[str]()
    phone = small_app(tmp_path / "app")
    door = SecondDoor(found, (), phone, local="", say=said.append, addresses=list)
    try:
        made(tmp_path / "files", NAME)
        asyncio.run(door.look())
        renewed, _ = found.shown((), NOW)

        assert shake(trusting(renewed), door._context, NAME)
        files[0].write_text("half a file")
        asyncio.run(door.look())
        asyncio.run(door.look())
        assert shake(trusting(renewed), door._context, NAME)
        assert len(said) == 1
    finally:
        door.close()


def test_a_person_is_told_once_and_sees_it_for_as_long_as_it_is_so(
    show: SmallShow, tmp_path: Path
) -> None:
    way(show, tmp_path / "first", Asked(port=two_ports()))
    found, _ = way(show, tmp_path / "second", Asked())
    here, said = [THERE], list[str]()
    phone = small_app(tmp_path / "app")
    door = SecondDoor(found, (), phone, local="", say=said.append, addresses=lambda: here)
    try:
        net = Net(OSError(errno.ENETUNREACH, "Network is unreachable"))
        with_name_of(door, net, 2)
        seen = door.steps()[-2:]
        here[:], net.fault = [HERE], None
        with_name_of(door, net, 1)

        assert tuple(said) == seen
        assert "--recovery-code" in seen[0]
        assert seen[1].startswith(HOTSPOT)
        assert not [line for line in door.steps() if line in said]
    finally:
        door.close()


def with_name_of(door: SecondDoor, net: Net, looks: int) -> None:
    """So many looks, with this network around."""

    async def go() -> None:
        told = published(door._way.host, door._way.port, door._hear_of_the_name, lambda: net)
        async with told as name:
            for _ in range(looks):
                await door.look(name)

    asyncio.run(go())


def test_a_port_that_is_taken_leaves_none_open(show: SmallShow, tmp_path: Path) -> None:
    port = two_ports()
    found, _ = way(show, tmp_path, Asked(port=port))
    phone = small_app(tmp_path / "app")
    with on_every_address(port + 1), pytest.raises(Busy, match=str(port + 1)):
        SecondDoor(found, (), phone, local="", say=lambda _word: None, addresses=list)

    on_every_address(port).close()
