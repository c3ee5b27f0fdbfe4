"""A bad line on loopback: a TCP proxy that delays, throttles, loses, resets, cuts and falls silent.

Each connection takes the next fault of a plan; when the plan is used up the line is honest, so
whoever goes on trying gets through. Besides, the line may be reset each time it has carried so many
bytes, whatever else is on it. Every connection ends in bounded time.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Literal

Sort = Literal["slow", "thin", "lossy", "reset", "cut", "silent"]
SORTS: tuple[Sort, ...] = ("slow", "thin", "lossy", "reset", "cut", "silent")
CHUNK = 4096
DELAY_S = 0.02
RATE = 50_000 / 8
"""Bytes a second of a thin line: one bar of signal."""
THIN_FOR = 1500
"""Bytes that come so thinly; then the line is as usual."""
AGAIN_S = 0.2
"""A packet is lost: all behind it waits until it is sent again. TCP shows no more of it."""
LOST, OF = 3, 20
"""One packet in twenty, three times."""
LONGEST_S = 30.0
"""No connection lives longer."""
NO_LINGER = struct.pack("ii", 1, 0)
"""Closing says RST and not FIN."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of one connection, once so many bytes have gone that way."""

    sort: Sort
    after: int
    up: bool
    """To the office; else from it."""


def plan(seed: int, count: int, *, largest: int) -> list[Fault]:
    """That many faults, every sort as often; some early in the first call, some in a photo."""
    rng = Random(seed)
    faults = []
    for n in range(count):
        after = rng.choice([0, rng.randrange(800), rng.randrange(largest)])
        at_once = n < len(SORTS)  # so that each sort happens, however little is said
        faults.append(Fault(SORTS[n % len(SORTS)], 0 if at_once else after, rng.random() < 0.5))
    rng.shuffle(faults)
    return faults


@dataclass(slots=True)
class Line:
    """The proxy; `did` counts the faults that happened."""

    port: int
    faults: Sequence[Fault]
    every: int = 0
    """Bytes to the office after which the connection that carries them is reset; 0: never."""
    did: Counter[Sort] = field(default_factory=Counter)
    carried: int = 0
    """Bytes both ways."""
    up: int = 0
    """Of these, to the office."""
    resets: int = 0
    """Those that came of `every`."""
    address: str = ""
    _next: int = 0
    _going: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def left(self) -> int:
        return len(self.faults) - self._next

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = None if not self.left else self.faults[self._next]
        self._next += fault is not None
        task = asyncio.current_task()
        assert task is not None
        self._going.add(task)
        try:
            async with asyncio.timeout(LONGEST_S):
                await self._connected(reader, writer, fault)
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass  # the office is not up, somebody hung up, or the day is over: what a line does
        finally:
            self._going.discard(task)
            writer.close()

    async def close(self) -> None:
        going = list(self._going)
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault | None
    ) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", self.port)
        ways = (
            asyncio.create_task(self._pump(reader, ours, fault, up=True)),
            asyncio.create_task(self._pump(theirs, writer, fault, up=False)),
        )
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if any(task.result() for task in done):
                for end in (writer, ours):
                    end.get_extra_info("socket").setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER
                    )
                    end.transport.abort()
        finally:
            for task in ways:
                task.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            ours.close()

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        fault: Fault | None,
        *,
        up: bool,
    ) -> bool:
        """Carries bytes one way until that end hangs up, or the line does; whether by a reset."""
        fault = fault if fault and fault.up == up else None
        gone, did, lost = 0, False, 0
        with suppress(OSError):
            while part := await reader.read(CHUNK):
                if fault is not None and gone + len(part) > fault.after:
                    self.did[fault.sort] += not did
                    did = True
                    last = part[: max(0, fault.after - gone)]
                    if await self._broken(fault, last, reader, writer):
                        return fault.sort == "reset"
                    if fault.sort == "thin":
                        await asyncio.sleep(min(len(part), THIN_FOR) / RATE)
                        fault = None if gone > fault.after + THIN_FOR else fault
                    elif fault.sort == "lossy" and lost < LOST and not gone // CHUNK % OF:
                        lost += 1
                        await asyncio.sleep(AGAIN_S)
                gone += len(part)
                if self._wears_out(len(part), up=up):
                    return True
                writer.write(part)
                await writer.drain()
        return False

    def _wears_out(self, length: int, *, up: bool) -> bool:
        before = self.up
        self.carried += length
        self.up += length if up else 0
        worn = bool(self.every) and before // self.every != self.up // self.every
        self.resets += worn
        return worn

    async def _broken(
        self,
        fault: Fault,
        last: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        if fault.sort == "slow":
            await asyncio.sleep(DELAY_S)
        if fault.sort in ("slow", "thin", "lossy"):
            return False
        writer.write(last)
        await writer.drain()
        if fault.sort == "silent":  # half open: nothing more comes through, and nobody hangs up
            while await reader.read(CHUNK):
                pass
        return True


@asynccontextmanager
async def bad_line(port: int, faults: Sequence[Fault], *, every: int = 0) -> AsyncIterator[Line]:
    """A proxy before what listens at `port`, with an `address` of its own."""
    line = Line(port, faults, every)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        server.close()
        await line.close()
