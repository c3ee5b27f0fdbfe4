"""Which office this is: its runs, its epoch, and how it finds out that it is an older copy.

Each start of the office is a *run*; where the runs begin tells which places it can have named to a
device. A place it does not know shows that it was put back to an earlier copy, whoever did it: it
then counts a new *epoch*, and if the place bears its seal, it takes from devices for a fortnight
what it once had and forgot. Nobody else can name such a place, so nobody opens that door by will.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from data.errors import Malformed, NoOffice
from data.store import Store
from sync.place import Place

RECOVERY_MS: Final = 14 * 24 * 3600 * 1000
_MOST: Final = 1000
"""No office has been put back more often."""


class Epochs:
    """The runs and the epoch of the office copy in `store`. Making one begins a run."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.run = store.sources.new_token()
        runs: Mapping[str, int] = store.meta.get("hub_runs", {})
        epoch = store.meta.get("epoch") or self._named(1)
        secret = store.meta.get("place_secret") or f"{store.sources.rng.getrandbits(256):064x}"
        store.set_meta(
            epoch=epoch, place_secret=secret, hub_runs={**runs, self.run: store.order.top}
        )

    @property
    def here(self) -> Place:
        return self.at(self.store.order.top)

    def at(self, hseq: int) -> Place:
        """The place after that commit, as this office names it now."""
        place = Place(self.store.meta["epoch"], self.run, hseq)
        return place.sealed(self.store.meta["place_secret"])

    @property
    def recovering(self) -> bool:
        """It was put back not long ago: what it forgot is taken from anybody who has it."""
        return self.store.sources.wall_ms() < int(self.store.meta.get("recovery", 0))

    @property
    def newer(self) -> int:
        """The epoch of a newer office that a device told of; 0: none did."""
        told = int(self.store.meta.get("newer_office", 0))
        return told if told > self.here.counter else 0

    def check(self, texts: Iterable[str]) -> None:
        """Places that a device names. One that this office should have named and did not begins
        a new epoch; one of a later epoch only says that there is a newer office."""
        places = [Place.read(text) for text in texts if text]
        here = self.here.counter
        if any(place.counter > here + _MOST for place in places):
            raise Malformed("No office has been put back so often.")
        later = max((place.counter for place in places), default=0)
        if later > here:
            self.told_of_newer(later)
        elif unknown := [place for place in places if not self.known(place)]:
            secret = self.store.meta["place_secret"]
            forgot = any(place.is_named_by(secret) for place in unknown)
            self.begin(above=later, recovering=forgot)

    def told_of_newer(self, counter: int) -> None:
        if counter > max(self.newer, self.here.counter):
            self.store.set_meta(newer_office=counter)

    def begin(self, *, above: int = 0, recovering: bool = True) -> None:
        """A new epoch, above every one that was ever heard of. `recovering`: what this office
        forgot is taken from anybody who has it."""
        counter, run = max(above, self.newer, self.here.counter) + 1, self.store.sources.new_token()
        until = self.store.sources.wall_ms() + RECOVERY_MS
        # Letters given out after that copy was made are not remembered here: stay clear of them.
        self.store.set_meta(
            epoch=self._named(counter),
            hub_runs={run: self.store.order.top},
            letters=self.store.meta.get("letters", 0) + 10,
            recovery=until if recovering else self.store.meta.get("recovery", 0),
        )
        self.run = run  # who is in the middle of a session must say hello before going on

    def known(self, place: Place) -> bool:
        """Whether this office may have told a device of that place."""
        now = self.here
        if place.epoch != now.epoch:
            return place.counter < now.counter
        runs = list(self.store.meta["hub_runs"].items())
        ends = [*(begin for _, begin in runs[1:]), now.hseq]
        return any(
            run == place.run and place.hseq <= end for (run, _), end in zip(runs, ends, strict=True)
        )

    def same_run(self, run: str) -> None:
        # An office that was started again may be an older copy; only hello can tell.
        if run != self.run:
            raise NoOffice("The office was started again meanwhile.", code="say-hello")

    def start(self, cursor: str) -> int:
        """The number that changes after a cursor begin behind."""
        if not cursor:
            return 0
        place = Place.read(cursor)
        if place.epoch != self.store.meta["epoch"] or not self.known(place):
            raise NoOffice("The office does not know that cursor.", code="say-hello")
        return place.hseq

    def _named(self, counter: int) -> str:
        return f"{counter}.{self.store.sources.new_token()}"
