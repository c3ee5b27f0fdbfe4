"""Records that leave a copy so that nothing of them stays in its files.

On a device they are *gone*: it may not hold them any more, the office does. At the office they are
*purged*: the law or the end of the show wants it, and only the ids stay. Either way one commit
drops them from the records and the books, and then every file is written anew; until that has
ended the books say so (`rewrite`), and whoever opens the copy ends it first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from data.blobs import Blobs
from data.canonical import digest
from data.state import State
from data.store import Store
from data.sums import SLOTS, WHOLE, Sums, slot_of, weight_of
from data.sweep import names_in, photo_names

REWRITE: Final = "rewrite"
"""The word of the books that says that the files hold yet what the records do not."""
GOING: Final = "photos_going"
"""Photos of records that were let go of, while they are here."""


def place(store: Store, now: Mapping[str, frozenset[str]]) -> None:
    """At the office: where records lie, told anew. Those that moved get a new number."""
    holdings = store.books.holdings
    changed = holdings.changed(now)
    moved = [record_id for record_id in changed if record_id in holdings]
    numbers = {record_id: store.order.top + n for n, record_id in enumerate(moved, 1)}
    books: dict[str, Any] = {"holds": holdings.moved(changed, numbers)}
    if moved:
        books |= {"hseq": store.order.top + 1, "order": moved}
    store.keep({}, (), **books)


def rescope(
    store: Store,
    buckets: frozenset[str] | None,
    unsent: Callable[[str], bool],
    meta: Mapping[str, Any],
) -> None:
    """A device holds these buckets from now on (None: everything), and lets go of every record
    that it has by none of them, unless something of it is `unsent`."""
    of = store.books.holdings.of
    ids = {*store.ids(), *store.bases}
    lies = {i: of(i) & (buckets or frozenset()) for i in ids}
    gone = [] if buckets is None else [i for i in ids if not lies[i] and not unsent(i)]
    sums = Sums()
    for record_id in ids.difference(gone):
        base = store.base(record_id)
        weight = WHOLE if buckets is None else weight_of(lies[record_id])
        if base is not None:
            sums.count_in(slot_of(record_id), digest(base), weight, 1)
    slots = {str(slot): [0, "0"] for slot in range(SLOTS)} | sums.to_json()
    moved = store.books.holdings.moved(store.books.holdings.changed(lies), {})
    _let_go(store, gone, {i: [entry[0]] for i, entry in moved.items()}, slots, meta)


def let_go(store: Store, record_ids: Iterable[str], **meta: Any) -> None:
    """On a device: these records are in its scope no more, and all of them is at the office."""
    ids = [i for i in record_ids if i in store.bases or store.storage.where(i) is not None]
    slots = store.sums.after({i: (store.base(i), None) for i in ids}, store.books.weights())
    _let_go(store, ids, {}, slots, meta)


def purge(store: Store, blobs: Blobs, record_ids: Iterable[str]) -> None:
    """At the office, for good. When it returns no file of the folder holds these records, nor a
    photo that nothing else names. OfficeError: begun; the next start of the office ends it."""
    store.storage.settle()
    found = [state for state in map(store.state, record_ids) if state is not None]
    there = {state.id: (state, None) for state in found if not store.is_purged(state.id)}
    store.keep(
        {state.id: (state, State(state.id, state.kind)) for state in found},
        (),
        forget=[state.id for state in found],
        meta={f"purged/{i}": 1 for i in there} | _left_to_do(store, list(there)),
        sums=store.sums.after(there),
    )
    finish_purge(store, blobs)


def finish_purge(store: Store, blobs: Blobs) -> None:
    """At the office: what is left to do of a purge. OfficeError: it could not end this time."""
    finish_rewriting(store)
    let_photos_go(store, blobs, held=lambda _: True)


def rewrite(store: Store) -> None:
    """Writes every file anew, without what was let go of. OfficeError: it could not end."""
    store.storage.settle()
    store.storage.compact()
    store.storage.clear_cuts()
    store.set_meta(**{REWRITE: False})


def finish_rewriting(store: Store) -> None:
    """What a crash or a full disk broke off. OfficeError: it could not end this time either."""
    if store.meta.get(REWRITE):
        rewrite(store)


def let_photos_go(store: Store, blobs: Blobs, *, held: Callable[[str], bool]) -> None:
    """Deletes the photos of records that were let go of, if nothing else names them; those that the
    office does not hold (`held`) wait. NotSaved: the disk would not let one go."""
    going = list(store.meta.get(GOING) or ())
    if not going:
        return
    named = photo_names(store)
    left = [name for name in going if name not in named and blobs.has(name) and not held(name)]
    for name in set(going) - named - set(left):
        blobs.wipe(name)
    store.set_meta(**{GOING: left})


def _let_go(
    store: Store, ids: list[str], holds: Mapping[str, Any], sums: Mapping[str, Any], meta: Any
) -> None:
    store.storage.settle()  # what is being written holds them still
    out: dict[str, tuple[str, ...]] = {}
    for record_id in ids:
        table = store.storage.where(record_id)
        if table is not None:
            out[table] = (*out.get(table, ()), record_id)
    if ids:
        meta = {**meta, **_left_to_do(store, ids)}
    store.keep({}, (), out=out, forget=ids, holds=holds, sums=sums, meta=meta)


def _left_to_do(store: Store, ids: list[str]) -> dict[str, Any]:
    going = {*(store.meta.get(GOING) or ()), *_photos_of(store, ids)}
    return {REWRITE: True, GOING: sorted(going)}


def _photos_of(store: Store, ids: Iterable[str]) -> list[str]:
    found = set[str]()
    for record_id in ids:
        found |= names_in((store.line(record_id) or b"").decode())
        for line in store.books.history.lines(record_id):
            found |= names_in(line.decode())
    return sorted(found)
