"""How a device learns the office's time: from a hello that went there and back quickly."""

from __future__ import annotations

from typing import Final

from data.store import Store

SLOWEST_MS: Final = 2000
"""Of a hello, there and back, that still tells the time."""
_FINE_MS: Final = 1000
"""The way there and back is not measured finer than this."""
_HOUR_MS: Final = 3600 * 1000


def set_clock(store: Store, told: int, asked: int) -> None:
    """`told`: the office's clock; `asked`: this copy's when it said hello; 0: unknown. The offset
    is kept with the time it was taken at, and outlives a restart."""
    now, sources = store.sources.wall_ms(), store.sources
    if not asked or not told or not 0 <= now - asked < SLOWEST_MS:
        return
    offset = told - (asked + now) // 2
    known = store.meta.get("clock")
    if known and abs(offset - known["offset"]) < _FINE_MS:
        offset = known["offset"]
    sources.told(offset)
    taken = {"offset": offset, "quality": sources.quality, "at": now}
    # Looking in every minute must not write to the disk each time.
    if known is None or now - known["at"] > _HOUR_MS or {**taken, "at": known["at"]} != known:
        store.set_meta(clock=taken)
