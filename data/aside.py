"""Long work beside the loop that everybody shares."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


async def aside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """In a thread of its own. It must touch no store: that belongs to the loop. A browser has no
    threads, and there the work is small."""
    if sys.platform == "emscripten":
        await asyncio.sleep(0)
        return work(*args, **kwargs)
    return await asyncio.to_thread(work, *args, **kwargs)
