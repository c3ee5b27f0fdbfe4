"""What may happen next in a run, and how often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from data.edit import Write
from tests.simulator.copies import Copy, OfficeCopy
from tests.simulator.disk import Fault, Fuse, Image
from tests.simulator.hands import Hands
from tests.simulator.net import DAY, HOUR, SECOND
from tests.simulator.people import People
from tests.simulator.scopes import Personnel
from tests.simulator.world import USERS, World

MOST_DEVICES = 6
MOST_IMAGES = 3


class Rule(NamedTuple):
    """`feature`: the swarm's word for it; empty, if it is in every run."""

    weight: float
    feature: str
    happens: Callable[[], None]


class Rules:
    """Everything that people, chance and misfortune do to a world."""

    def __init__(self, world: World) -> None:
        self.world, self.rng = world, world.rng
        self.people = People(world.rng, world.swarm)
        self.personnel = Personnel(world.rng, USERS)
        self.hands = Hands(world)
        self._backups: list[Image] = []
        self._copies: dict[str, list[Image]] = {}
        rules = (
            Rule(9.0, "", self.edit),
            Rule(3.0, "office edits", self.edit_at_office),
            Rule(6.0, "", self.sync),
            Rule(1.5, "listen", self.listen),
            Rule(0.8, "kill", self.kill),
            Rule(1.6, "kill", self.kill_soon),
            Rule(0.8, "power", self.power_cut),
            Rule(1.6, "power", self.kill_soon),
            Rule(1.0, "full", self.disk_full),
            Rule(1.0, "refuse", self.disk_refuses),
            Rule(1.0, "restore", self.back_up),
            Rule(0.5, "restore", self.restore),
            Rule(1.0, "untold", self.back_up),
            Rule(0.5, "untold", self.restore_untold),
            Rule(1.0, "two offices", self.back_up),
            Rule(0.4, "two offices", self.second_office),
            Rule(0.8, "old copy", self.copy_device),
            Rule(0.5, "old copy", self.old_copy),
            Rule(0.8, "clone", self.copy_device),
            Rule(0.4, "clone", self.clone),
            Rule(0.8, "jumps", self.jump),
            Rule(1.5, "compact", self.compact),
            Rule(1.0, "apart", self.apart),
            Rule(0.8, "deaf", self.deaf),
            Rule(0.3, "absence", self.absence),
            Rule(0.6, "gather", self.gather),
            Rule(0.6, "close", self.close),
            Rule(0.8, "scopes", lambda: self._writes(self.personnel.give)),
            Rule(0.8, "scopes", lambda: self._writes(self.personnel.end)),
            Rule(0.4, "scopes", lambda: self._writes(self.personnel.change_cell)),
            Rule(1.0, "scopes", lambda: self._writes(self.personnel.move)),
            Rule(3.0, "neighbours", self.hands.hand_over),
            Rule(3.0, "neighbours", self.hands.take),
            Rule(4.0, "neighbours", self.hands.swap),
            Rule(1.0, "neighbours", self.hands.bring),
            Rule(3.0, "liars", self.hands.lie),
        )
        self._rules = [rule for rule in rules if not rule.feature or rule.feature in world.swarm]
        self._weights = [rule.weight for rule in self._rules]

    def next(self) -> None:
        """One of them."""
        self.world.steps += 1
        self.rng.choices(self._rules, self._weights)[0].happens()

    # ---- people -------------------------------------------------------------------------------

    def edit(self) -> None:
        self._edit_at(self.rng.choice(self.world.devices))

    def edit_at_office(self) -> None:
        self._edit_at(self.rng.choice(self.world.offices))

    def sync(self) -> None:
        device = self.rng.choice(self.world.devices)
        if device.on and device.name not in self.world.lines:
            self.world.open_line(device)

    def listen(self) -> None:
        device = self.rng.choice(self.world.devices)
        if device.on and device.name not in self.world.lines:
            self.world.open_line(device, listen=True)

    def _edit_at(self, copy: Copy) -> None:
        if not copy.on:
            return
        self._write(copy, self.people.gesture(copy))

    def _writes(self, what: Callable[[Copy], list[Write]]) -> None:
        """Mostly the office does; who does it on a phone must have the right to."""
        world = self.world
        copy: Copy = world.office if self.rng.random() < 0.7 else self.rng.choice(world.devices)
        if copy.on and (changes := what(copy)):
            self._write(copy, changes)

    def _write(self, copy: Copy, changes: list[Write]) -> None:
        world, user = self.world, self.world.user_of(copy)
        said = "; ".join(
            f"{change.id} " + ("deleted" if change.delete else _told(change)) for change in changes
        )
        world.tell(copy.name, f"{user} writes {said}")
        with world.machine(copy):
            copy.commit(changes, user)

    # ---- machines -----------------------------------------------------------------------------

    def kill(self) -> None:
        copy = self._any()
        if copy.on:
            self.world.down(copy, power=False)

    def power_cut(self) -> None:
        copy = self._any()
        if copy.on:
            self.world.down(copy, power=True)

    def kill_soon(self) -> None:
        self._light("stop", self.rng.randint(1, 6))

    def disk_full(self) -> None:
        self._light("full", 1, self.rng.randint(1, 4))

    def disk_refuses(self) -> None:
        self._light("refuse", self.rng.randint(1, 4), self.rng.choice((1, 1, 2, 3)))

    def compact(self) -> None:
        """A slice of the next generation, or all that is left of it."""
        copy = self._any()
        if not copy.on:
            return
        storage = copy.store.storage
        with self.world.machine(copy):
            if storage.slow is None:
                # What `tend` does when enough has come together: here there is never so much.
                storage.slow = storage._files.next(storage.tables, storage._books)
                self.world.tell(copy.name, "begins a new generation")
            for _ in range(self.rng.choice((1, 2, 4, 99))):
                if storage.slow is not None:
                    storage._step()
            if storage.slow is None:
                self.world.tell(copy.name, storage.trouble or "has made a new generation")

    def close(self) -> None:
        copy = self._any()
        if copy.on:
            self.world.tell(copy.name, "is closed")
            self.world.lines.pop(copy.name, None)
            with self.world.machine(copy):
                copy.close()
            self.world.at(SECOND, "start", copy)

    def _light(self, fault: Fault, after: int, times: int = 1) -> None:
        copy = self._any()
        copy.disk.fuse = Fuse(fault, after, times)
        words = {"stop": "will stop", "full": "will be full", "refuse": "will refuse"}[fault]
        self.world.tell(copy.name, f"its disk {words} at call {copy.disk.calls + after}")

    def _any(self) -> Copy:
        world = self.world
        return (
            self.rng.choice(world.offices)
            if self.rng.random() < 0.35
            else self.rng.choice(world.devices)
        )

    # ---- older copies -------------------------------------------------------------------------

    def back_up(self) -> None:
        if self.world.office.on:
            self._keep(self._backups, self.world.office)

    def restore(self) -> None:
        self._restore(told=True)

    def restore_untold(self) -> None:
        self._restore(told=False)

    def second_office(self) -> None:
        """The laptop is thought to be lost, and was only flat; or its folder was copied."""
        world = self.world
        if not self._backups or len(world.offices) > 1:
            return
        office = world.add_office(self.rng.choice(self._backups))
        world.tell(office.name, "is made from a backup while the office lives")
        if office.on and self.rng.random() < 0.6:
            self._say_put_back(office)

    def copy_device(self) -> None:
        device = self.rng.choice(self.world.devices)
        if device.on:
            self._keep(self._copies.setdefault(device.name, []), device)

    def old_copy(self) -> None:
        images = [(name, image) for name, kept in self._copies.items() for image in kept]
        if images:
            name, image = self.rng.choice(images)
            device = next(device for device in self.world.devices if device.name == name)
            self._put_back(device, image)

    def clone(self) -> None:
        images = [(name, image) for name, kept in self._copies.items() for image in kept]
        if images and len(self.world.devices) < MOST_DEVICES:
            name, image = self.rng.choice(images)
            device = self.world.add_device()
            self.world.tell(device.name, f"is made from a copy of {name}")
            self._put_back(device, image)

    def _restore(self, *, told: bool) -> None:
        if self._backups:
            office = self.world.office
            self._put_back(office, self.rng.choice(self._backups), told=told)

    def _keep(self, images: list[Image], copy: Copy) -> None:
        if copy.in_doubt:
            return
        self.world.tell(copy.name, f"its folder is copied, order {copy.store.order.top}")
        images.append(copy.disk.image())
        if len(images) > MOST_IMAGES:
            images.pop(self.rng.randrange(MOST_IMAGES))

    def _put_back(self, copy: Copy, image: Image, *, told: bool = False) -> None:
        world = self.world
        world.lines.pop(copy.name, None)
        copy.put_back(image)
        gone = world.model.only([copy.held for copy in world.copies])
        world.tell(copy.name, f"is put back to an older copy; {gone} edits were nowhere else")
        world.start(copy)
        if told and isinstance(copy, OfficeCopy) and copy.on:
            self._say_put_back(copy)

    def _say_put_back(self, office: OfficeCopy) -> None:
        self.world.tell(office.name, "says that it was put back")
        with self.world.machine(office):
            office.front.office.new_epoch()

    # ---- time and distance --------------------------------------------------------------------

    def jump(self) -> None:
        copy = self._any()
        copy.clock += self.rng.choice((-3 * DAY, -DAY, -HOUR, 5 * SECOND, HOUR, 2 * DAY, 40 * DAY))
        self.world.tell(copy.name, f"its clock is wrong by {copy.clock / HOUR:.1f} hours")

    def absence(self) -> None:
        days = self.rng.choice((1, 4, 35))
        self.world.now += days * DAY
        self.world.tell("everybody", f"{days} days pass")

    def gather(self) -> None:
        """Four times, with a break of some weeks: long enough to forget what was deleted."""
        for days in (0, 1, 36, 38):
            self.world.at(days * DAY, "gather", None)

    def apart(self) -> None:
        self._apart("both")

    def deaf(self) -> None:
        self._apart(self.rng.choice(("in", "out")))

    def _apart(self, way: str) -> None:
        device = self.rng.choice(self.world.devices)
        self.world.net.apart[device.name] = way
        self.world.tell(device.name, f"is out of reach, {way}")
        self.world.at(self.rng.choice((SECOND, 60 * SECOND, HOUR, 3 * DAY)), "reach", device.name)


def pauses(world: World) -> Iterator[int]:
    """Milliseconds between two things that people or misfortune do."""
    while True:
        longest = world.rng.choice((30, 300, 300, 3 * SECOND, 60 * SECOND, HOUR))
        yield world.rng.randint(1, longest)


def run(world: World) -> None:
    """Everything until the end of the misfortunes."""
    rules, moment = Rules(world), 0
    for pause in pauses(world):
        moment = world.now + pause
        while world.due(moment) and world.steps < world.swarm.steps:
            world.next()
        if world.steps >= world.swarm.steps:
            return
        world.now = max(world.now, moment)
        rules.next()


def _told(change: Write) -> str:
    parts = [f"{name}={value!r}" for name, value in change.values.items()]
    parts += [f"+{name} {', '.join(elements)}" for name, elements in change.add.items()]
    parts += [f"-{name} {', '.join(elements)}" for name, elements in change.remove.items()]
    return " ".join(parts) or "touched"
