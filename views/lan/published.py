"""The show's name on the set's network, by multicast DNS, for as long as the office is open."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import ifaddr
from zeroconf import Error, NonUniqueNameException
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from views.lan.authority import Address, is_private

KIND: Final = "_callboard._tcp.local."
TWICE: Final = (
    "Another office of this show is open on this network. Close one of the two: phones would "
    "bring their work now to one, now to the other."
)
HOTSPOT: Final = (
    "Phones do not find the office by its name here. Switch on this laptop's own hotspot and let "
    "the phones join it."
)

Say = Callable[[str], None]


def own_addresses() -> frozenset[Address]:
    """This laptop's, on local networks."""
    found = set[Address]()
    for adapter in ifaddr.get_adapters():
        for there in adapter.ips:
            text = there.ip if isinstance(there.ip, str) else there.ip[0]
            with suppress(ValueError):
                found.add(ipaddress.ip_address(text.partition("%")[0]))
    return frozenset(address for address in found if is_private(address))


class Published:
    """The name at these addresses. What goes wrong is said, and the office goes on: who has typed
    an address, or has been here before, needs no name."""

    def __init__(self, host: str, port: int, say: Say, net: AsyncZeroconf) -> None:
        self._host, self._port, self._say, self._net = host, port, say, net
        self._told: AsyncServiceInfo | None = None

    async def at(self, addresses: Iterable[Address]) -> None:
        """Tells the network; where nothing has changed, nothing."""
        here = sorted(address.packed for address in addresses if address.version == 4)
        if self._told is not None and sorted(self._told.addresses) == here:
            return
        if not here:
            await self.end()
            return
        info = AsyncServiceInfo(
            KIND,
            f"{self._host.removesuffix('.local')}.{KIND}",
            addresses=here,
            port=self._port,
            server=f"{self._host}.",
        )
        try:
            if self._told is None:
                await (await self._net.async_register_service(info))
            else:
                await (await self._net.async_update_service(info))
        except NonUniqueNameException:
            self._say(TWICE)
        except (OSError, Error) as error:
            self._say(f"{HOTSPOT} ({_why(error)})")
        else:
            self._told = info

    async def end(self) -> None:
        """The network is told that the name is gone."""
        if self._told is not None:
            gone, self._told = self._told, None
            with suppress(OSError, Error):
                await (await self._net.async_unregister_service(gone))


@asynccontextmanager
async def published(
    host: str, port: int, say: Say, make: Callable[[], Any] = AsyncZeroconf
) -> AsyncIterator[Published | None]:
    """None: this laptop has no network that could be told; it has been said."""
    try:
        net = make()
    except OSError as error:
        say(f"{HOTSPOT} ({_why(error)})")
        yield None
        return
    name = Published(host, port, say, net)
    try:
        yield name
    finally:
        await name.end()
        await net.async_close()


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
