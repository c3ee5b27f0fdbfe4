"""A line through the proxy of the fault tests, in a thread of its own, that counts what goes up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from tests.faults import Line, bad_line


@contextmanager
def counted(port: int, *, every: int = 0) -> Iterator[Line]:
    """A line to what listens at `port`; `up` counts all bytes towards it, headers too. `every`: so
    many of them, and whichever connection carries the last is reset."""
    begun, loop = threading.Event(), asyncio.new_event_loop()
    stop, lines = asyncio.Event(), list[Line]()

    async def carry() -> None:
        async with bad_line(port, (), every=every) as line:
            lines.append(line)
            begun.set()
            await stop.wait()

    thread = threading.Thread(target=_run, args=(loop, carry()), daemon=True)
    thread.start()
    assert begun.wait(10), "the proxy did not start"
    try:
        yield lines[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


def _run(loop: asyncio.AbstractEventLoop, carrying: Coroutine[Any, Any, None]) -> None:
    # asyncio reports a connection that is cut off when the proxy ends as if somebody had to look.
    loop.set_exception_handler(lambda _loop, _told: None)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(carrying)
