"""The devices that the office knows: their letters, their replicas, how far each has come.

Of every device the office remembers when it last spoke, up to where it has everything, and what it
said it still had to send: so that nobody is sent home with half a day on his phone, and so that a
deleted record is forgotten only when every living device has heard of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from data.store import Store
from sync.place import letter_number, letters
from sync.wire import Hello, Known

IDLE_MS: Final = 120 * 24 * 3600 * 1000
"""A device that has not spoken for so long is retired: nobody waits for it any more."""
_HOUR_MS: Final = 3600 * 1000


class Register:
    """One entry of the books a device: a list of all would be written whole at every hello."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._confirmed: dict[str, int] = {}
        """By device, what it confirmed since its last hello."""

    @property
    def named(self) -> Mapping[str, Mapping[str, str]]:
        """By device id: its `letter` and what it is `called`."""
        return dict(self.store.meta.get("devices", {}))

    def known(self) -> tuple[Known, ...]:
        now = self.store.sources.wall_ms()
        found = []
        for device, named in self.named.items():
            entry = self._entry(device)
            found.append(
                Known(
                    id=device,
                    letter=named["letter"],
                    called=named["called"],
                    app=entry.get("app", ""),
                    contact=entry.get("contact", 0),
                    confirmed=self.has(device),
                    unsent=entry.get("unsent", []),
                    clock=entry.get("clock", 0),
                    retired=self._idle(device, now),
                    scope=entry.get("scope", ""),
                )
            )
        return tuple(found)

    def spoke(self, hello: Hello, confirmed: int) -> str:
        """Notes a hello; the device's own letter, the same for ever."""
        letter = self._letter(hello)
        self.claim(hello.device, hello.replicas)
        before = self._entry(hello.device)
        now = self.store.sources.wall_ms()
        said = {
            "contact": now,
            "confirmed": max(confirmed, self.has(hello.device)),
            "unsent": list(hello.unsent),
            "app": hello.app,
            "clock": round((hello.wall - now) / 60_000) if hello.wall else 0,
        }
        said |= {"scope": hello.scope} if hello.scope else {}
        # A quiet device that looks in every minute must not write to the disk each time; and none
        # waits for the disk here: what it has not sent comes next, and this goes down with it.
        silent = now - before.get("contact", 0)
        if silent > _HOUR_MS or {**before, "contact": now} != said:
            self.store.books.note({f"device/{hello.device}": said})
        return letter

    def confirms(self, device: str, hseq: int) -> None:
        """The device asks for what came after that number: it has all up to it."""
        if device in self.named:
            self._confirmed[device] = max(hseq, self._confirmed.get(device, 0))

    def has(self, device: str) -> int:
        """Up to where it has everything, as far as the office knows."""
        return max(self._confirmed.get(device, 0), int(self._entry(device).get("confirmed", 0)))

    def told_by_letter(self, device: str, has: int) -> None:
        """What it was told on the way has not arrived yet: it has what it had."""
        self._confirmed[device] = has

    def everybody_has(self) -> int | None:
        """The number up to which every living device has everything; None: there is no device."""
        now = self.store.sources.wall_ms()
        living = [device for device in self.named if not self._idle(device, now)]
        return min(map(self.has, living), default=None)

    # ---- replicas ---------------------------------------------------------------------------

    def claim(self, device: str, replicas: Iterable[str]) -> None:
        """The device says that these replicas are its own. The first to say so is believed."""
        mine = [name for name in replicas if self.free(name)]
        if mine and device:
            self.store.set_meta(**{f"replica/{name}": device for name in mine})

    def owns(self, device: str, replica: str) -> bool:
        return bool(device) and self.store.meta.get(f"replica/{replica}") == device

    def free(self, replica: str) -> bool:
        """Nobody has named it as its own yet."""
        return f"replica/{replica}" not in self.store.meta and replica not in self.store.replicas

    # ---- inside -----------------------------------------------------------------------------

    def _entry(self, device: str) -> Mapping[str, Any]:
        return dict(self.store.meta.get(f"device/{device}", {}))

    def _idle(self, device: str, now: int) -> bool:
        return now - int(self._entry(device).get("contact", 0)) > IDLE_MS

    def _letter(self, hello: Hello) -> str:
        devices: dict[str, Any] = dict(self.named)
        last = int(self.store.meta.get("letters", 0))
        known = devices.get(hello.device)
        if known is not None:
            letter = str(known["letter"])
        elif hello.letter and hello.letter not in {d["letter"] for d in devices.values()}:
            letter = hello.letter  # given before this office was put back to an earlier copy
            last = max(last, letter_number(letter))
        else:
            last += 1
            letter = letters(last)
        devices[hello.device] = {"letter": letter, "called": hello.called}
        if known != devices[hello.device]:
            self.store.set_meta(devices=devices, letters=last)
        return letter
