"""The office's name on the network: told, moved, taken back, and said when it cannot be."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from zeroconf import NonUniqueNameException, NotRunningException
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from views.lan.authority import Address, is_private
from views.lan.published import HOTSPOT, KIND, TWICE, Published, own_addresses, published

HOST = "callboard-3f2b8c54.local"
HERE: Address = ipaddress.ip_address("192.168.1.20")
THERE: Address = ipaddress.ip_address("10.0.0.5")
SIX: Address = ipaddress.ip_address("fd00::7")


class Net:
    """A network that remembers what it was told, or will not be told."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.told: list[tuple[str, Any]] = []

    def _tell(self, what: str, info: AsyncServiceInfo) -> Awaitable[None]:
        if self.fault is not None:
            raise self.fault
        self.told.append((what, info.parsed_addresses()))
        assert info.server == f"{HOST}."

        async def done() -> None: ...

        return done()

    async def async_register_service(self, info: AsyncServiceInfo) -> Awaitable[None]:
        return self._tell("here", info)

    async def async_update_service(self, info: AsyncServiceInfo) -> Awaitable[None]:
        return self._tell("moved", info)

    async def async_unregister_service(self, info: AsyncServiceInfo) -> Awaitable[None]:
        return self._tell("gone", info)

    async def async_close(self) -> None:
        self.told.append(("closed", None))


def with_name(net: Net, talk: Callable[[Published], Awaitable[None]]) -> list[str]:
    """What was said meanwhile."""
    said: list[str] = []

    async def both() -> None:
        async with published(HOST, 8343, said.append, lambda: net) as name:
            assert name is not None
            await talk(name)

    asyncio.run(both())
    return said


def test_the_name_is_told_moved_and_taken_back() -> None:
    net = Net()

    async def talk(name: Published) -> None:
        await name.at([HERE, SIX])
        await name.at([SIX, HERE])  # nothing new
        await name.at([THERE, HERE])

    assert with_name(net, talk) == []
    assert net.told == [
        ("here", ["192.168.1.20"]),
        ("moved", ["10.0.0.5", "192.168.1.20"]),
        ("gone", ["10.0.0.5", "192.168.1.20"]),
        ("closed", None),
    ]


def test_a_laptop_between_two_networks_takes_its_name_back_and_tells_it_again() -> None:
    net = Net()

    async def talk(name: Published) -> None:
        await name.at([HERE])
        await name.at([])
        await name.at([])
        await name.at([HERE])

    assert with_name(net, talk) == []
    assert [what for what, _ in net.told] == ["here", "gone", "here", "gone", "closed"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (NonUniqueNameException(), TWICE),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), HOTSPOT),
        (NotRunningException(), HOTSPOT),
    ],
)
def test_what_cannot_be_told_is_said_and_tried_again(fault: Exception, words: str) -> None:
    net = Net(fault)

    async def talk(name: Published) -> None:
        await name.at([HERE])
        net.fault = None
        await name.at([HERE])

    (said,) = with_name(net, talk)
    assert said.startswith(words)
    assert [what for what, _ in net.told] == ["here", "gone", "closed"]


def test_a_laptop_without_a_network_says_so() -> None:
    said: list[str] = []

    def none() -> Net:
        raise OSError(errno.ENODEV, "No such device")

    async def both() -> None:
        async with published(HOST, 8343, said.append, none) as name:
            assert name is None

    asyncio.run(both())
    assert said == [f"{HOTSPOT} (No such device)"]


def test_a_network_that_fails_at_the_end_does_not_keep_the_office_open() -> None:
    net = Net()

    async def talk(name: Published) -> None:
        await name.at([HERE])
        net.fault = OSError(errno.ENETDOWN, "Network is down")

    assert with_name(net, talk) == []
    assert net.told[-1] == ("closed", None)


def test_only_addresses_of_local_networks_are_told() -> None:
    assert all(is_private(address) for address in own_addresses())


def test_real_packets_tell_the_name_and_a_second_office_is_noticed() -> None:
    """Over loopback: another program on this machine asks for the name and hears the address."""
    said: list[str] = []

    def loopback() -> AsyncZeroconf:
        return AsyncZeroconf(interfaces=["127.0.0.1"])

    async def both() -> None:
        async with published(HOST, 8343, said.append, loopback) as first:
            assert first is not None
            await first.at([HERE])
            async with published(HOST, 8343, said.append, loopback) as second:
                assert second is not None
                other = loopback()
                heard = AsyncServiceInfo(KIND, f"callboard-3f2b8c54.{KIND}")
                assert await heard.async_request(other.zeroconf, 10_000)
                await other.async_close()
                assert heard.server == f"{HOST}."
                assert heard.parsed_addresses() == [str(HERE)]
                await second.at([HERE])

    asyncio.run(both())
    assert said == [TWICE]
