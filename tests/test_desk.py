"""A desk: what a person reads, writes, and takes back as one gesture."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from data.canonical import decode, encode
from data.desk import Desk
from data.edit import Write
from data.errors import BadInput, NotFound, Refused
from data.fields import Meal
from data.files import DiskFolder
from data.journal import Journal
from data.kinds import ALL
from data.kinds.attendance import check_in
from data.kinds.people import PERSON, Person
from data.kinds.production import PRODUCTION
from data.kinds.schedule import DAY, SCENE, Scene, ShootDay, scene_id
from data.kinds.times import TIME, events_of
from data.record import RecordId
from data.stamp import Clock, Sources
from data.store import Gesture, Store
from tests.small_show import PRODUCTION as SHOW
from tests.small_show import TODAY, SmallShow, Wall


def last(desk: Desk) -> Gesture:
    assert desk.last is not None
    return desk.last


def said(desk: Desk, record_id: str) -> dict[str, Any]:
    return {k: v for k, v in (desk.store.document(record_id) or {}).items() if k != "_m"}


def commits(desk: Desk) -> int:
    journal = Journal(DiskFolder(desk.store.home), 1, writer=False)
    journal.open()
    return sum(1 for _ in journal.commits(last=True, now=desk.now()))


# ---- reading and writing ----------------------------------------------------------------------


def test_what_was_added_is_read_back(desk: Desk) -> None:
    day = desk.add(
        ShootDay(date=TODAY, number=2, lunch=Meal(out=750, back=780), note="Bring\nwellies")
    )

    assert day == desk.get(DAY, day.id)
    assert [day] == desk.all(DAY)
    assert said(desk, day.id)["lunch"] == {"o": 750, "i": 780}


def test_text_is_kept_in_one_form_of_unicode(desk: Desk) -> None:
    person = desk.add(Person(name="  Zoe\u0308   Lefe\u0300vre ", position=""))

    assert desk.get(PERSON, person.id).name == "Zoë Lefèvre"
    assert said(desk, person.id) == {"name": "Zoë Lefèvre"}


def test_what_a_desk_writes_the_office_can_read(desk: Desk) -> None:
    scene = desk.add(Scene(number="14", cast=frozenset({"1", "", "  "}), set_name="\x00‮ѬZoë"))
    state = desk.store.state(scene.id)
    assert state is not None

    assert state == decode(encode(state))
    assert desk.get(SCENE, scene.id).cast == {"1"}


def test_only_what_differs_is_written(desk: Desk) -> None:
    day = desk.add(ShootDay(date=TODAY, number=2, location="Stage 2"))
    before = commits(desk)
    same = desk.edit(day, location="Stage 2", number=2)
    assert before == commits(desk)

    new = desk.edit(same, location="Stage 2", number=3)
    assert last(desk).edits[0].values == {"number": 3}
    assert new == desk.get(DAY, day.id)


def test_a_value_set_back_to_its_default_is_written(desk: Desk) -> None:
    day = desk.add(ShootDay(date=TODAY, number=2))
    desk.edit(desk.get(DAY, day.id), number=0)

    assert desk.get(DAY, day.id).number == 0


def test_sets_are_edited_by_element(desk: Desk) -> None:
    scene = desk.add(Scene(number="14", cast=frozenset({"1", "2"})))
    desk.edit(scene, cast=frozenset({"2", "3"}))
    edit = last(desk).edits[0]

    assert (edit.add, list(edit.remove["cast"])) == ({"cast": ("3",)}, ["1"])
    assert desk.get(SCENE, scene.id).cast == {"2", "3"}


def test_a_refused_value_names_its_field_and_writes_nothing(desk: Desk) -> None:
    day = desk.add(ShootDay(date=TODAY, number=2))
    before = commits(desk)
    with pytest.raises(BadInput, match="General call") as refused:
        desk.edit(day, general_call=9999)
    assert refused.value.field == "general_call"

    with pytest.raises(BadInput, match="INTERIOR"):
        desk.add(Scene(number="14", int_ext="INTERIOR"))
    assert before == commits(desk)


def test_a_deleted_record_is_in_no_list_and_a_link_to_it_dangles(desk: Desk) -> None:
    person = desk.add(Person(name="Gus"))
    desk.delete(person)

    assert desk.all(PERSON) == []
    assert desk.find(PERSON, person.id) is None
    with pytest.raises(NotFound):
        desk.get(PERSON, person.id)
    assert desk.find(PERSON, None) is None


def test_having_finds_by_an_index_that_keeps_up(desk: Desk) -> None:
    monday, tuesday = RecordId("monday"), RecordId("tuesday")
    scene = desk.add(Scene(number="12", day=monday))
    assert [scene] == desk.having(SCENE, "day", monday)

    desk.add(Scene(number="13", day=monday))
    desk.edit(scene, day=tuesday)
    assert [s.number for s in desk.having(SCENE, "day", monday)] == ["13"]
    assert [s.number for s in desk.having(SCENE, "day", tuesday)] == ["12"]

    desk.delete(scene)
    assert desk.having(SCENE, "day", tuesday) == []


def test_having_asks_only_where_the_kind_declares_an_index(desk: Desk) -> None:
    desk.add(Person(name="Gus", department="GRIP"))

    with pytest.raises(TypeError, match="no index"):
        desk.having(PERSON, "department", "GRIP")


def test_the_author_is_who_wrote_last(hub: Store) -> None:
    person = Desk(hub, ALL, user="Ada").add(Person(name="Gus"))
    other = Desk(hub, ALL, user="Bea")
    assert other.author(person.id) == "Ada"

    other.edit(person, phone="+1 505 555 0100")
    assert other.author(person.id) == "Bea"
    assert other.author("nobody") == ""


# ---- facts, natural ids, and apps that are newer ----------------------------------------------


def test_a_fact_is_neither_changed_nor_deleted_nor_written_twice(show: SmallShow) -> None:
    event = check_in(show.desk, show.day, show["Gus"])

    for attempt in (
        lambda: show.desk.edit(event, reason="x"),
        lambda: show.desk.delete(event),
        lambda: show.desk.add(event, record_id=event.id),
    ):
        with pytest.raises(Refused, match="fact"):
            attempt()


def test_two_copies_that_make_one_thing_apart_make_one_record(desk: Desk, device: Store) -> None:
    device.set_meta(production=SHOW)
    there = Desk(device, ALL, user="Bea")
    for one in (desk, there):
        one.put(scene_id(SHOW, "14a"), Scene(number="14A", pages=3))
    there.put(scene_id(SHOW, "14A"), Scene(number="14A", pages=5))
    state = device.state(scene_id(SHOW, "14A"))
    assert state is not None
    desk.store.receive([state])

    assert len(desk.all(SCENE)) == 1
    assert sorted(desk.store.state(state.id).cells["pages"].values()) == [3, 5]  # type: ignore[union-attr]


def test_put_at_a_deleted_record_says_all_it_says(desk: Desk) -> None:
    record_id = scene_id(SHOW, "14")
    first = desk.put(record_id, Scene(number="14", pages=5, set_name="DINER", cast=frozenset("1")))
    desk.delete(first)
    desk.put(record_id, Scene(number="14", set_name="MOTEL"))

    again = desk.get(SCENE, record_id)
    assert (again.pages, again.set_name, again.cast) == (0, "MOTEL", frozenset())


def test_put_at_a_deleted_record_brings_it_back_unchanged(desk: Desk) -> None:
    record_id = scene_id(SHOW, "14")
    desk.delete(desk.put(record_id, Scene(number="14", pages=5)))
    desk.put(record_id, Scene(number="14", pages=5))

    assert desk.get(SCENE, record_id).pages == 5


def newer(desk: Desk, **values: Any) -> str:
    """A scene as an app newer than this one wrote it."""
    desk.store.commit([Write("scene", "s", {"number": "14", **values})], user="Newt")
    return "s"


def test_an_edit_keeps_the_fields_this_version_does_not_know(desk: Desk) -> None:
    scene = desk.get(SCENE, newer(desk, mood={"colour": "blue"}))
    desk.edit(scene, pages=3)

    assert said(desk, "s")["mood"] == {"colour": "blue"}


def test_a_newer_apps_choice_is_shown_and_does_not_stop_other_edits(desk: Desk) -> None:
    scene = desk.get(SCENE, newer(desk, int_ext="VIRTUAL"))
    assert scene.int_ext == "VIRTUAL"
    desk.edit(scene, pages=3)

    assert (desk.get(SCENE, "s").int_ext, desk.get(SCENE, "s").pages) == ("VIRTUAL", 3)


def test_a_value_that_cannot_be_read_falls_back_alone(desk: Desk) -> None:
    scene = desk.get(SCENE, newer(desk, pages="three", set_name="DINER", position=None))

    assert (scene.number, scene.pages, scene.set_name, scene.position) == ("14", 0, "DINER", 0)
    assert said(desk, "s")["pages"] == "three"


def test_an_unreadable_needed_value_leaves_the_others_readable(desk: Desk) -> None:
    values = {"date": "soon", "lunch": {"o": 750, "i": 780}, "number": 4}
    desk.store.commit([Write("day", "d", values)], user="Newt")
    day = desk.get(DAY, "d")

    assert day.date is None
    assert (day.lunch, day.number) == (Meal(out=750, back=780), 4)


# ---- what the person saw ----------------------------------------------------------------------


def test_a_value_that_came_while_the_form_was_open_is_kept_beside_theirs(desk: Desk) -> None:
    seen = desk.add(Person(name="Gus", phone="1"))
    shown = desk.shown(seen.id)
    desk.edit(seen, phone="2", email="gus@example.com")
    desk.edit(seen, shown=shown, phone="3", email="g@example.com")
    state = desk.store.state(seen.id)

    assert state is not None
    assert sorted(state.cells["phone"].values()) == ["2", "3"]
    assert sorted(state.cells["email"].values()) == ["g@example.com", "gus@example.com"]


def test_saving_over_what_was_shown_settles_it(desk: Desk) -> None:
    seen = desk.add(Person(name="Gus", phone="1"))
    desk.edit(seen, phone="2")
    desk.edit(seen, shown={}, phone="3")
    desk.edit(desk.get(PERSON, seen.id), shown=desk.shown(seen.id), phone="4")
    state = desk.store.state(seen.id)

    assert state is not None
    assert list(state.cells["phone"].values()) == ["4"]


# ---- gestures and undo ------------------------------------------------------------------------


def test_a_gesture_is_one_commit_and_a_refusal_in_it_writes_nothing(desk: Desk) -> None:
    before = commits(desk)

    def half() -> None:
        with desk.gesture():
            desk.add(Person(name="Gus"))
            raise Refused("no")

    with pytest.raises(Refused):
        half()
    assert (before, []) == (commits(desk), desk.all(PERSON))

    with desk.gesture():
        desk.add(Person(name="Gus"))
        with desk.gesture():
            desk.add(Person(name="Grete"))
    assert (before + 1, 2) == (commits(desk), len(desk.all(PERSON)))
    assert len({edit.gesture for edit in last(desk).edits}) == 1


def test_undo_puts_back_what_stood_before(desk: Desk) -> None:
    scene = desk.add(Scene(number="14", pages=3, cast=frozenset({"1", "2"})))
    desk.edit(scene, pages=5, set_name="DINER", cast=frozenset({"2", "3"}))
    undone = desk.undo(last(desk))

    assert (undone.back, undone.changed_since) == (1, ())
    assert scene == desk.get(SCENE, scene.id)


def test_undo_of_undo_does_it_again(desk: Desk) -> None:
    scene = desk.add(Scene(number="14", pages=3))
    desk.edit(scene, pages=5)
    desk.undo(last(desk))
    desk.undo(last(desk))

    assert desk.get(SCENE, scene.id).pages == 5


def test_undo_of_an_addition_deletes_and_of_a_deletion_restores(desk: Desk) -> None:
    person = desk.add(Person(name="Gus"))
    added = last(desk)
    desk.delete(person)
    desk.undo(last(desk))
    assert desk.all(PERSON) == [person]

    again = desk.add(Person(name="Grete"))
    desk.undo(last(desk))
    assert desk.find(PERSON, again.id) is None

    assert desk.undo(added).changed_since == (person.id,)  # it has been deleted and restored since


def test_undo_of_many_leaves_what_somebody_has_changed_since(desk: Desk) -> None:
    people = [desk.add(Person(name=name)) for name in ("Gus", "Grete", "Cam")]
    with desk.gesture():
        for person in people:
            desk.edit(person, department="GRIP")
    gesture = last(desk)
    desk.edit(desk.get(PERSON, people[1].id), department="CAMERA")
    undone = desk.undo(gesture)

    assert (undone.back, undone.changed_since) == (2, (people[1].id,))
    assert [p.department for p in desk.all(PERSON)] == ["", "CAMERA", ""]


def test_an_added_record_that_somebody_went_on_with_is_not_undone(desk: Desk) -> None:
    person = desk.add(Person(name="Gus"))
    added = last(desk)
    desk.edit(person, phone="+1 505 555 0100")

    assert desk.undo(added).changed_since == (person.id,)
    assert desk.all(PERSON)[0].phone == "+1 505 555 0100"


def test_undo_of_two_edits_of_one_record_in_one_gesture(desk: Desk) -> None:
    scene = desk.add(Scene(number="14", pages=3))
    with desk.gesture():
        desk.edit(scene, pages=5)
        desk.edit(scene, pages=8, set_name="DINER")

    assert desk.undo(last(desk)).back == 1
    assert scene == desk.get(SCENE, scene.id)


def test_undo_puts_back_a_value_that_came_without_its_history(desk: Desk, device: Store) -> None:
    scene = desk.add(Scene(number="14", pages=3))
    state = desk.store.state(scene.id)
    assert state is not None
    device.receive([state])
    there = Desk(device, ALL, user="Bea")
    there.edit(there.get(SCENE, scene.id), pages=5)
    there.undo(last(there))

    assert there.get(SCENE, scene.id).pages == 3


def test_undo_of_a_fact_takes_it_back_by_a_new_one(show: SmallShow) -> None:
    check_in(show.desk, show.day, show["Gus"])
    show.desk.undo(last(show.desk))

    assert events_of(show.desk, show.day) == []
    assert [event.what for event in show.desk.all(TIME)] == ["in", "void"]


def test_a_desk_at_an_empty_copy_has_nothing_and_says_so(tmp_path: Path, wall: Wall) -> None:
    sources = Sources(clock=Clock(wall), rng=random.Random(5))
    store = Store(tmp_path / "empty", sources=sources, hub=False)
    desk = Desk(store, ALL, user="Bea")

    assert [desk.all(kind) for kind in ALL] == [[] for _ in ALL]
    assert desk.all(PRODUCTION) == []
    assert wall() == desk.now()
    store.close()
