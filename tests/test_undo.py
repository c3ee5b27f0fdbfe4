"""Undo from history: after a restart, of older gestures, and where this copy cannot know."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from data.desk import Desk
from data.edit import Edit
from data.files import MemoryFolder
from data.kinds import ALL
from data.kinds.attendance import check_in, take_back
from data.kinds.people import PERSON, Person
from data.kinds.schedule import SCENE, Scene
from data.kinds.times import TIME, events_of
from data.store import Gesture, Store
from data.undo import Undone
from tests.copies import copy_in, push, sources
from tests.small_show import SmallShow


def again(store: Store) -> Desk:
    """The same copy after a restart."""
    store.close()
    return Desk(Store(store.home, sources=sources(7), hub=store.hub), ALL, user="Amara")


def newest(desk: Desk) -> Gesture:
    return desk.gestures()[0]


def test_undo_after_a_restart_puts_back_what_stood_before(desk: Desk) -> None:
    scene = desk.add(Scene(number="14", pages=3, cast=frozenset({"1", "2"})))
    desk.edit(scene, pages=5, set_name="DINER", cast=frozenset({"2", "3"}))
    later = again(desk.store)
    undone = later.undo(newest(later))

    assert undone == Undone(1, ())
    assert scene == later.get(SCENE, scene.id)
    later.store.close()


def test_an_older_gesture_is_undone_where_nobody_went_on_with_it(desk: Desk) -> None:
    people = [desk.add(Person(name=name)) for name in ("Gus", "Grete", "Cam")]
    with desk.gesture():
        for person in people:
            desk.edit(person, department="GRIP")
    desk.edit(desk.get(PERSON, people[1].id), department="CAMERA")
    desk.edit(desk.get(PERSON, people[0].id), phone="1")
    later = again(desk.store)
    gesture = later.gestures()[2]

    assert later.would_undo(gesture) == Undone(2, (people[1].id,))
    assert [p.department for p in later.all(PERSON)] == ["GRIP", "CAMERA", "GRIP"]
    assert later.undo(gesture) == Undone(2, (people[1].id,))
    assert [p.department for p in later.all(PERSON)] == ["", "CAMERA", ""]
    later.store.close()


def test_gestures_in_a_sealed_generation_are_found(desk: Desk) -> None:
    scene = desk.add(Scene(number="14", pages=3))
    desk.edit(scene, pages=5)
    while desk.store.tend():
        pass
    later = again(desk.store)

    assert [len(g.edits) for g in later.gestures()] == [1, 1]
    assert later.undo(newest(later)).back == 1
    assert later.get(SCENE, scene.id).pages == 3
    later.store.close()


def test_what_came_from_another_copy_is_not_guessed(desk: Desk, device: Store) -> None:
    scene = desk.add(Scene(number="14", pages=3))
    push(device, desk.store)
    there = Desk(device, ALL, user="Bea")
    there.edit(there.get(SCENE, scene.id), pages=5)
    gesture = newest(there)

    assert there.undo(gesture) == Undone(0, (), (scene.id,))
    assert there.get(SCENE, scene.id).pages == 5
    told = desk.store.history(scene.id)
    assert there.undo(gesture, told=told) == Undone(1, ())
    assert there.get(SCENE, scene.id).pages == 3


def test_an_addition_is_undone_and_its_undo_too(desk: Desk) -> None:
    gus = desk.add(Person(name="Gus"))
    desk.undo(newest(desk))
    assert desk.find(PERSON, gus.id) is None
    desk.undo(newest(desk))

    assert desk.get(PERSON, gus.id) == gus


def test_a_fact_that_is_taken_back_already_is_left(show: SmallShow) -> None:
    event = check_in(show.desk, show.day, show["Gus"])
    gesture = newest(show.desk)
    take_back(show.desk, event)

    assert show.desk.undo(gesture) == Undone(0, (event.id,))
    assert len(show.desk.all(TIME)) == 2
    show.desk.undo(newest(show.desk))
    assert events_of(show.desk, show.day) == [event]


def test_a_record_that_was_deleted_since_does_not_come_back(desk: Desk) -> None:
    gus = desk.add(Person(name="Gus"))
    desk.edit(gus, phone="1")
    gesture = newest(desk)
    desk.delete(gus)

    assert desk.undo(gesture) == Undone(0, (gus.id,))
    assert desk.all(PERSON) == []


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(["edit", "cast", "delete", "put"])),
        min_size=1,
        max_size=8,
    )
)
def test_undoing_the_last_gesture_from_history_is_undoing_it_from_memory(
    doings: list[tuple[int, str]],
) -> None:
    ends = []
    for remembered in (True, False):
        store = copy_in(MemoryFolder(), hub=True, source=sources(3))
        desk = Desk(store, ALL, user="Amara")
        with desk.gesture():
            for n in range(3):
                desk.add(Scene(number=str(n), pages=n), record_id=f"s{n}")
        for n, (which, what) in enumerate(doings):
            _do(desk, f"s{which}", what, n)
        assert desk.last is not None
        gesture = desk.last if remembered else newest(desk)
        assert bool(gesture.before) == remembered
        ends.append((desk.undo(gesture), desk.all(SCENE)))
        store.close()

    assert ends[0] == ends[1]


def _do(desk: Desk, record_id: str, what: str, n: int) -> None:
    scene: Any = desk.find(SCENE, record_id)
    if what == "put":
        desk.put(record_id, Scene(number=record_id, pages=90 + n, set_name="MOTEL"))
    elif scene is not None and what == "delete":
        desk.delete(scene)
    elif scene is not None and what == "edit":
        desk.edit(scene, pages=10 + n, set_name=f"SET {n}")
    elif scene is not None:
        desk.edit(scene, cast=scene.cast ^ frozenset({"1", str(n)}))


def test_a_gesture_of_one_record_edited_twice_goes_back_to_its_beginning(desk: Desk) -> None:
    scene = desk.add(Scene(number="14", pages=3))
    with desk.gesture():
        desk.edit(scene, pages=5, cast=frozenset({"1"}))
        desk.edit(scene, pages=8, set_name="DINER")
    edits: tuple[Edit, ...] = newest(desk).edits

    assert [edit.values["pages"] for edit in edits] == [5, 8]
    assert desk.undo(newest(desk)).back == 1
    assert scene == desk.get(SCENE, scene.id)
