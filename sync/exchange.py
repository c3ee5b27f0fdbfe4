"""The office's half of a sync, as a machine over values: no network, no waiting.

Whole states travel and are joined, so any message may be lost, doubled or late. What has to hold
is only this: an answer tells what the disk already has, one bad record never spoils the others, and
an office that was put back to an earlier copy notices it, because then what devices were told is no
longer true. The device's half is in device.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.canonical import decode, encode
from data.errors import Malformed, NoOffice, OfficeError, ReplicaCloned
from data.packing import dumps
from data.state import Dot, State, join
from data.store import Store
from sync.place import Place, letter_number, letters
from sync.wire import (
    FULL,
    MOST_RECORD,
    MOST_STATES,
    TOO_LARGE,
    Hello,
    Page,
    Push,
    Pushed,
    Verdict,
    Welcome,
    dot_name,
    read_edit,
)


class Office:
    """The office copy's half. Make one before anything writes to the store: each start of it is a
    *run*, and where the runs begin is how an older copy of the journal is found out."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.run = store.sources.new_token()
        store.set_meta(
            epoch=store.meta.get("epoch") or self._epoch(1),
            hub_runs={**store.meta.get("hub_runs", {}), self.run: store.order.top},
        )

    @property
    def devices(self) -> Mapping[str, Mapping[str, str]]:
        """By device id: its `letter` and what it is `called`."""
        return dict(self.store.meta.get("devices", {}))

    def hello(self, hello: Hello) -> Welcome:
        """Names the device, and starts a new epoch by itself if the device knows more than this
        office can have told it. NoOffice: the device holds another production."""
        store = self.store
        if not store.production:
            raise NoOffice("This office has no production yet. Make one first.", code="empty")
        if hello.production not in ("", store.production):
            raise NoOffice(
                "This device holds another production. Give the new one a folder of its own.",
                code="other-production",
            )
        places = [Place.read(text) for text in (hello.cursor, hello.mark) if text]
        if any(place.counter > self._here().counter + 1000 for place in places):
            raise Malformed("No office has been put back so often.")
        if not all(self._known(place) for place in places):
            self.new_epoch(above=max(place.counter for place in places))
        letter = self._letter(hello)
        return Welcome(
            production=store.production,
            epoch=store.meta["epoch"],
            run=self.run,
            letter=letter,
            mark=str(self._here()),
        )

    def new_epoch(self, *, above: int = 0) -> None:
        """This office was put back to an earlier copy: every device offers everything again."""
        counter = max(above, self._here().counter) + 1
        # Letters given out after that copy was made are not remembered here: stay clear of them.
        spare = self.store.meta.get("letters", 0) + 10
        runs = {self.run: self.store.order.top}
        self.store.set_meta(epoch=self._epoch(counter), hub_runs=runs, letters=spare)

    def push(self, push: Push) -> Pushed:
        """Joins what can be joined, in one commit that is durable before the verdicts are told."""
        self._same_run(push.run)
        joined: dict[str, State] = {}
        verdicts = [self._judge(raw, joined) for raw in push.states]
        edits, aside = self._read_edits(push.edits)
        self.store.receive(joined.values(), edits=edits)
        return Pushed(mark=str(self._here()), verdicts=_fitting(verdicts), edits_aside=aside)

    def changes(self, run: str, cursor: str, limit: int = MOST_STATES) -> Page:
        """The records put after `cursor`, in that order; one put again later comes only then."""
        self._same_run(run)
        store = self.store
        at, size, more = self._start(cursor), 0, False
        states: list[Any] = []
        for hseq, record_id in store.order.after(at):
            state = store.state(record_id)
            assert state is not None
            raw = encode(state)
            size += len(dumps(raw))
            more = len(states) >= min(limit, MOST_STATES) or bool(states and size > FULL)
            if more:
                break
            states.append(raw)
            at = hseq
        here = str(Place(store.meta["epoch"], self.run, at if more else store.order.top))
        return Page(next=here, mark=str(self._here()), more=more, states=tuple(states))

    def has_news(self, run: str, cursor: str) -> bool:
        """Whether `changes` would tell more than an empty page. NoOffice as there."""
        self._same_run(run)
        return self._start(cursor) < self.store.order.top

    # ---- inside -----------------------------------------------------------------------------

    def _epoch(self, counter: int) -> str:
        return f"{counter}.{self.store.sources.new_token()}"

    def _here(self) -> Place:
        return Place(self.store.meta["epoch"], self.run, self.store.order.top)

    def _known(self, place: Place) -> bool:
        """Whether this office may have told a device of that place."""
        now = self._here()
        if place.epoch != now.epoch:
            return place.counter < now.counter
        runs = list(self.store.meta["hub_runs"].items())
        ends = [*(begin for _, begin in runs[1:]), now.hseq]
        return any(
            run == place.run and place.hseq <= end for (run, _), end in zip(runs, ends, strict=True)
        )

    def _same_run(self, run: str) -> None:
        # An office that was started again may be an older copy; only hello can tell.
        if run != self.run:
            raise NoOffice("The office was started again meanwhile.", code="say-hello")

    def _start(self, cursor: str) -> int:
        if not cursor:
            return 0
        place = Place.read(cursor)
        if place.epoch != self.store.meta["epoch"] or not self._known(place):
            raise NoOffice("The office does not know that cursor.", code="say-hello")
        return place.hseq

    def _letter(self, hello: Hello) -> str:
        """The device's own letter for slip numbers, the same for ever."""
        devices: dict[str, Any] = dict(self.store.meta.get("devices", {}))
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

    def _judge(self, raw: Any, joined: dict[str, State]) -> Verdict:
        """Joins one state into `joined`, or says why it is put aside."""
        try:
            sent = decode(raw)
            here = joined.get(sent.id) or self.store.state(sent.id)
            after = sent if here is None else join(here, sent)
            whole = encode(after)
            _check_size(whole)
        except Malformed as error:
            name = raw.get("id") if isinstance(raw, dict) else None
            return _aside(name if isinstance(name, str) else "", error)
        joined[sent.id] = after
        if after == sent:
            return Verdict(id=sent.id, outcome="ok")
        return Verdict(id=sent.id, outcome="merged", state=whole)

    def _read_edits(
        self, edits: tuple[Any, ...]
    ) -> tuple[list[Mapping[str, Any]], tuple[Verdict, ...]]:
        good: dict[Dot, Mapping[str, Any]] = {}
        aside: list[Verdict] = []
        for raw in edits:
            try:
                edit = read_edit(raw)
                before = good.get(edit.dot) or self.store.books.history.find(edit.record, edit.dot)
                if before is not None and before != raw:
                    raise ReplicaCloned(f"the edit {dot_name(edit.dot)} has two contents.")
                good[edit.dot] = raw
            except Malformed as error:
                aside.append(_aside(_told_dot(raw), error))
        return list(good.values()), tuple(aside)


def _check_size(raw: Any) -> None:
    if len(dumps(raw)) > MOST_RECORD:
        raise Malformed(TOO_LARGE[1], code=TOO_LARGE[0])


def _fitting(verdicts: list[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts, with the merged states that fit an answer; the others come with the changes."""
    size, fitting = 0, []
    for verdict in verdicts:
        size += len(dumps(verdict.state)) if verdict.state is not None else 0
        if verdict.state is not None and size > FULL:
            verdict = verdict.model_copy(update={"state": None})
        fitting.append(verdict)
    return tuple(fitting)


def _aside(name: str, error: OfficeError) -> Verdict:
    return Verdict(id=name[:100], outcome="aside", code=error.code, reason=error.sentence[:1000])


def _told_dot(raw: Any) -> str:
    try:
        return f"{raw['dot'][0]}/{raw['dot'][1]}"[:100]
    except (KeyError, TypeError, IndexError):
        return "?"
