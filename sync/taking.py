"""One push, taken: what of it is joined, what is asked for first, what is put aside or refused.

Nothing is written here. A record that is no state, that counts edits nobody has made or that gives
one edit two contents never spoils its neighbours; what was right to say but not allowed is joined,
and written over (refusing.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import starmap
from typing import Any

from data.canonical import encode
from data.document import Written, written
from data.edit import Edit, filled, only_edit, same_edit, with_values
from data.errors import Malformed, OfficeError, Refused, ReplicaCloned
from data.judge import Book, as_error, judge_all
from data.packing import sayable
from data.rights import Answer, Refusal
from data.stamp import FAR_MS
from data.state import Dot, State, join
from data.store import Store
from sync.checking import check_losses, check_payload, check_written_over
from sync.edits import read_edit
from sync.graveyard import is_buried, may_be_buried
from sync.heard import Heard
from sync.reading import read_state
from sync.refusing import Judge, Pen, collapsed, stands, superseded, waiting
from sync.wire import MOST_RECORD, TOO_LARGE, Push, Verdict, dot_name

MOST_CELLS = 8
"""Live values of one field; past this nobody could look at them all."""
MOST_REPLICAS = 512
"""Entries of a record's vector; past this somebody should be told."""
BURIED = Refused(
    "This record was deleted long ago and forgotten since. Say at the office if it must come back.",
    code="buried",
)
PURGED = "This record was removed for good at the office. Nothing of it is kept."
TWICE = Refused(
    "This was written already; a fact is written once. Take it back and say it again.", code="fact"
)


@dataclass(slots=True)
class Taken:
    """What a push has come to: to be committed at once, then told."""

    verdicts: list[Verdict] = field(default_factory=list)
    edits_aside: list[Verdict] = field(default_factory=list)
    changes: dict[str, tuple[State | None, State]] = field(default_factory=dict)
    made: dict[str, Written] = field(default_factory=dict)
    edits: list[Mapping[str, Any]] = field(default_factory=list)
    recovered: list[list[Any]] = field(default_factory=list)
    flagged: dict[str, str] = field(default_factory=dict)
    """By record: why a fact was not its author's to write. It stands all the same."""
    alarms: dict[str, int] = field(default_factory=dict)
    """By record: how many replicas have written it, where that is too many."""
    heard: dict[str, Any] = field(default_factory=dict)
    """Books: what the pusher's replicas have claimed about time so far."""


class Taking:
    """The work on one push. `own` says whether a replica is the pusher's; `rights` makes, of the
    pushed states, the book that every edit is judged by."""

    def __init__(
        self,
        store: Store,
        *,
        own: Callable[[str], bool],
        recovering: bool,
        facts: frozenset[str],
        judge: Judge | None,
        rights: Callable[[Iterable[State]], Book] | None = None,
    ) -> None:
        self.store = store
        self.own = own
        self.recovering = recovering
        self.facts = facts
        self.judge = judge
        self.rights = rights
        self._book: Book | None = None
        self.now = store.sources.wall_ms()
        self.taken = Taken()
        self._pen = Pen(store.next_dot, store.sources.stamp, store.sources.new_token())
        self._told: dict[str, dict[Dot, Edit]] = {}
        """By record and dot: the edits that this push brings and the office did not have."""

    def all_of(self, push: Push) -> Taken:
        sent = [read_state(raw) for raw in push.states]
        states = {state.id: state for state in sent if isinstance(state, State)}
        self._take_edits(push.edits, states)
        if self.rights is not None:
            book = self.rights(states.values())
            self._book = replace(book, heard=self._heard_from(states.values()).before)
        for raw, state in zip(push.states, sent, strict=True):
            if isinstance(state, State):
                self.taken.verdicts.append(self._verdict(state))
            else:
                name = raw.get("id") if isinstance(raw, dict) else None
                self.taken.verdicts.append(aside(name if isinstance(name, str) else "", state))
        self.taken.edits += [edit.to_json() for edit in self._pen.edits]
        return self.taken

    # ---- edits ------------------------------------------------------------------------------

    def _take_edits(self, raws: Iterable[Any], states: Mapping[str, State]) -> None:
        good: dict[Dot, Mapping[str, Any]] = {}
        for raw in raws:
            try:
                edit, raw = self._whole(raw, read_edit(raw), states)
                before = good.get(edit.dot) or self._kept(edit.record, edit.dot)
                if before is not None and not same_edit(before, raw):
                    raise ReplicaCloned(f"the edit {dot_name(edit.dot)} has two contents.")
            except Malformed as error:
                not_taken = aside(_told_dot(raw), error)
                if error.code == "whole":  # its state was no state; the edit may still be one
                    not_taken = not_taken.model_copy(update={"outcome": "retry"})
                self.taken.edits_aside.append(not_taken)
                continue
            if self.store.is_purged(edit.record):
                continue
            if before is None and not self._may_bring(edit.dot):
                self.taken.edits_aside.append(_retry(dot_name(edit.dot), edit.dot.replica))
            elif before is None:
                good[edit.dot] = raw
                self._told.setdefault(edit.record, {})[edit.dot] = edit
        self.taken.edits += good.values()

    def _whole(
        self, raw: Any, edit: Edit, states: Mapping[str, State]
    ) -> tuple[Edit, Mapping[str, Any]]:
        """A header gets its values from the state that came with it, or from ours."""
        if not raw.get("h"):
            return edit, raw
        state = states.get(edit.record)
        if state is None or edit.dot not in state.marks:
            state = self.store.state(edit.record)
        if state is None or edit.dot not in state.marks:
            raise Malformed("Only the head of this edit came. Send it whole.", code="whole")
        raw = filled(raw, state)
        return with_values(edit, raw["f"]), raw

    def _may_bring(self, dot: Dot) -> bool:
        return self.recovering or self.own(dot.replica)

    def _kept(self, record_id: str, dot: Dot) -> Mapping[str, Any] | None:
        return self.store.books.history.find(record_id, dot)

    # ---- states -----------------------------------------------------------------------------

    def _verdict(self, sent: State) -> Verdict:
        if self.store.is_purged(sent.id):
            return Verdict(id=sent.id, outcome="merged", code="purged", reason=PURGED)
        before, here = self._here(sent.id)
        penned = len(self._pen.edits)
        if is_buried(sent) or (here is not None and is_buried(here)):
            return self._at_the_grave(sent, before, here)
        try:
            needs = self._unknown(sent, here)
            if needs and not self.recovering:
                return _retry(sent.id, needs)
            after = sent if here is None else join(here, sent)
            new = self._new_edits(sent, here)
            check_losses(sent, after, here)
            if here is not None and not self.recovering:
                check_written_over(sent, after, here)
            after = self._timed(after, new)
            after, whys = self._judged(after, here, new)
            after = collapsed(after, MOST_CELLS, self._pen)
            made = written(after)
            if len(made.line) > MOST_RECORD:
                raise Malformed(TOO_LARGE[1], code=TOO_LARGE[0])
        except Malformed as error:
            del self._pen.edits[penned:]
            return aside(sent.id, error)
        self._keep_fact(sent)
        for edit, why in whys:
            self._keep_waiting(edit, why)
        if needs:
            self.taken.recovered.append([sent.id, needs])
        if len(after.vv) >= MOST_REPLICAS:
            self.taken.alarms[sent.id] = len(after.vv)
        if here is None or after != here:
            self.taken.changes[sent.id] = (before, after)
            self.taken.made[sent.id] = made
        if after == sent:
            return Verdict(id=sent.id, outcome="ok")
        return _merged(after, whys[0][1] if whys else None)

    def _here(self, record_id: str) -> tuple[State | None, State | None]:
        """The record before this push, and as it is by now."""
        if record_id in self.taken.changes:
            return self.taken.changes[record_id]
        state = self.store.state(record_id)
        return state, state

    def _unknown(self, sent: State, here: State | None) -> str:
        """The replica of an edit that is neither the pusher's own nor known here; empty: none."""
        counted = {} if here is None else here.vv
        for replica, n in sent.vv.items():
            if n <= counted.get(replica, 0) or self.own(replica):
                continue
            told = self._kept(sent.id, Dot(replica, n))
            if told is None:
                return replica
        for dot in sent.marks:
            if dot.n > counted.get(dot.replica, 0) and not self.own(dot.replica):
                told = self._kept(sent.id, dot)
                if told is None:
                    return dot.replica
                check_payload(sent, dot, told)
        return ""

    def _new_edits(self, sent: State, here: State | None) -> dict[Dot, Edit]:
        """The pusher's edits of this record that the office had not joined, oldest first. What
        came without its edit is read from the state."""
        counted = {} if here is None else here.vv
        told = self._told.get(sent.id, {})
        if here is not None and (sent.kind in self.facts or self._left_no_mark(sent, here, told)):
            kept = map(Edit.from_json, self.store.books.history.of(sent.id))
            told = {**{edit.dot: edit for edit in kept}, **told}
        new = {
            dot: told[dot] if dot in told else self._read_from(sent, dot)
            for dot in {*sent.marks, *told}
            if counted.get(dot.replica, 0) < dot.n <= sent.vv.get(dot.replica, 0)
            and self.own(dot.replica)
        }
        if len(new) < 2:
            return new
        return {dot: new[dot] for dot in sorted(new, key=lambda d: (new[d].mark.stamp, d))}

    def _left_no_mark(self, sent: State, here: State, told: Mapping[Dot, Edit]) -> bool:
        """Whether the pusher's last edit is to be judged, and was told in an earlier message: a
        delete leaves nothing in the state."""
        return self._judges and any(
            dot.n > here.vv.get(dot.replica, 0)
            and dot not in sent.marks
            and dot not in told
            and self.own(dot.replica)
            for dot in starmap(Dot, sent.vv.items())
        )

    def _keep_fact(self, sent: State) -> None:
        """A fact is its own edit, also where it is here without one; in recovery from anybody."""
        if sent.kind not in self.facts or sent.id in self._told:
            return
        alone = only_edit(sent)
        if alone is None or self._kept(sent.id, alone.dot) is not None:
            return
        if self._may_bring(alone.dot):
            self._told[sent.id] = {alone.dot: alone}
            self.taken.edits.append(alone.to_json())

    def _read_from(self, sent: State, dot: Dot) -> Edit:
        kept = self._kept(sent.id, dot)
        if kept is not None:
            return Edit.from_json(kept)
        values = {name: cells[dot] for name, cells in sent.cells.items() if dot in cells}
        add = {
            name: tuple(element for element, dots in elements.items() if dot in dots)
            for name, elements in sent.sets.items()
        }
        add = {name: elements for name, elements in add.items() if elements}
        return Edit(dot, sent.marks[dot], "", sent.id, sent.kind, values, {}, add, {}, (), False)

    def _timed(self, after: State, new: Mapping[Dot, Edit]) -> State:
        """Order times, given once and here: for clocks known to be wrong and stamps of the future.
        Never later than now."""
        marks = {}
        for dot, edit in new.items():
            mark = after.marks.get(dot)
            if mark is None or mark.ot is not None:
                continue
            if (edit.clock and edit.clock[1] == "suspect") or mark.stamp > self.now + FAR_MS:
                marks[dot] = mark._replace(ot=min(mark.stamp, self.now))
        return replace(after, marks={**after.marks, **marks}) if marks else after

    # ---- refusals ---------------------------------------------------------------------------

    def _judged(
        self, after: State, here: State | None, new: Mapping[Dot, Edit]
    ) -> tuple[State, list[tuple[Edit, OfficeError]]]:
        """The record with what must not stand written over; and the edits that wait, and why."""
        if not new or not self._is_judged(after.kind, here, new):
            return after, []
        book = self._book
        answers = judge_all(new.values(), here, after, book) if book is not None else {}
        whys: dict[Dot, OfficeError] = {}
        for n, (dot, edit) in enumerate(new.items()):
            why = self._why_not(edit, here, answers.get(dot), first=here is None and not n)
            if why is not None:
                whys[dot] = why
        refused = {dot: new[dot] for dot in whys}
        shown = [(edit, whys[dot]) for dot, edit in refused.items() if stands(edit, after, here)]
        if shown:
            after = superseded(after, here, refused, new, self._pen)
        return after, shown

    @property
    def _judges(self) -> bool:
        return self.judge is not None or self._book is not None

    def _is_judged(self, kind: str, here: State | None, new: Mapping[Dot, Edit]) -> bool:
        if kind in self.facts:
            return here is not None or len(new) > 1 or self._judges
        return self._judges

    def _why_not(
        self, edit: Edit, here: State | None, answer: Answer | None, *, first: bool
    ) -> OfficeError | None:
        why: OfficeError | None = self.judge(edit, here) if self.judge is not None else None
        if isinstance(answer, Refusal):
            why = why or as_error(answer)
        elif answer is not None and answer.flag is not None:
            why = why or as_error(answer.flag)
        if edit.kind not in self.facts:
            return why
        if first and why is not None:
            self.taken.flagged[edit.record] = why.code
        return None if first else TWICE  # the first writing of a fact is always taken

    def _heard_from(self, states: Iterable[State]) -> Heard:
        """What the pusher's replicas claim about time, in this push and those before."""
        stamps = {dot: e.mark.stamp for told in self._told.values() for dot, e in told.items()}
        stamps |= {dot: mark.stamp for state in states for dot, mark in state.marks.items()}
        heard = Heard(self.store, {d: at for d, at in stamps.items() if self.own(d.replica)})
        self.taken.heard = heard.to_meta()
        return heard

    def _keep_waiting(self, edit: Edit, why: OfficeError) -> None:
        change = waiting(edit, why, self.store.production)
        before, here = self._here(change.id)
        if here is None:
            after = self._pen.write(State(change.id, change.kind), change)
            self.taken.changes[change.id] = (before, after)

    # ---- the graveyard ----------------------------------------------------------------------

    def _at_the_grave(self, sent: State, before: State | None, here: State | None) -> Verdict:
        """A record that one side has forgotten. What was written to it since waits."""
        if here == sent:
            return Verdict(id=sent.id, outcome="ok")
        if is_buried(sent):
            if here is not None and not (self.recovering and may_be_buried(here)):
                return _merged(here, None)
            self.taken.changes[sent.id] = (before, sent)
            return Verdict(id=sent.id, outcome="ok")
        assert here is not None
        new = self._new_edits(sent, None)
        self._keep_fact(sent)
        late = {dot: edit for dot, edit in new.items() if self._is_late(sent, edit)}
        for edit in late.values():
            self._keep_waiting(edit, BURIED)
        return _merged(here, BURIED if late else None)

    def _is_late(self, sent: State, edit: Edit) -> bool:
        """Whether the office has never seen this edit, and something of it stands."""
        came = (
            edit.dot in self._told.get(sent.id, {}) or edit.dot not in self.store.books.history.dots
        )
        return came and not edit.delete and edit.dot in sent.marks


def aside(name: str, error: OfficeError) -> Verdict:
    name, reason = sayable(name[:100]), sayable(error.sentence[:1000])
    return Verdict(id=name, outcome="aside", code=error.code, reason=reason)


def _merged(state: State, why: OfficeError | None) -> Verdict:
    told = {"code": why.code, "reason": why.sentence} if why else {}
    return Verdict(id=state.id, outcome="merged", state=encode(state), **told)


def _retry(name: str, needs: str) -> Verdict:
    return Verdict(
        id=name[:100],
        outcome="retry",
        needs=needs,
        code="needs",
        reason="Edits of another device must come first; this one is kept until they have.",
    )


def _told_dot(raw: Any) -> str:
    try:
        return f"{raw['dot'][0]}/{raw['dot'][1]}"[:100]
    except (KeyError, TypeError, IndexError):
        return "?"
