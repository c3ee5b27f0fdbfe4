"""One run: a queue of events in virtual time, the copies, and the story of what happened."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from data.errors import NoOffice, NotSaved, OfficeError
from sync.calls import Answer, Call, Together
from tests.simulator.copies import Copy, DeviceCopy, Ever, OfficeCopy
from tests.simulator.disk import Image, Stopped
from tests.simulator.model import Model
from tests.simulator.net import DAY, HOUR, SECOND, Line, SimNet
from tests.simulator.scopes import beginning
from tests.simulator.swarm import Swarm
from tests.simulator.wrong import diverged

USERS = ("Ada", "Ben", "Cam", "Dee", "Eve", "Fay")


class World:
    """A show with its copies. `step` lets one event happen."""

    def __init__(self, rng: Random, swarm: Swarm, tell: Callable[[str], None]) -> None:
        self.rng, self.swarm = rng, swarm
        self.now = 0
        self.steps = 0
        self.model = Model()
        self.net = SimNet(rng, swarm, self.at)
        self.ever: Ever = {}
        self.offices: list[OfficeCopy] = []
        self.devices: list[DeviceCopy] = []
        self.lines: dict[str, Line] = {}
        self._tell = tell
        self._queue: list[tuple[int, int, str, Any]] = []
        self._count = 0
        self.start(self._an_office("office"))
        self.whose = {
            f"phone {n + 1}": USERS[(n + 1) % len(USERS)]
            for n in range(swarm.devices if "scopes" in swarm else 0)
        }
        """Where there are rights: the person, by device."""
        if self.whose:
            self.office.commit(beginning(self.office, USERS, self.whose), "office")
        for _ in range(swarm.devices):
            self.add_device()

    # ---- copies -------------------------------------------------------------------------------

    @property
    def office(self) -> OfficeCopy:
        """The office; where there are two, the newer one."""
        return self.offices[-1]

    @property
    def copies(self) -> list[Copy]:
        return [*self.offices, *self.devices]

    def add_office(self, image: Image) -> OfficeCopy:
        """Another laptop becomes the office, from a backup; the first is still there."""
        office = self._an_office(f"office {len(self.offices) + 1}")
        office.put_back(image)
        self.start(office)
        return office

    def _an_office(self, name: str) -> OfficeCopy:
        office = OfficeCopy(
            name,
            self.rng,
            self._time,
            self.model,
            self.ever,
            judged="judge" in self.swarm,
            scoped="scopes" in self.swarm,
        )
        office.neighbours = "neighbours" in self.swarm
        self.offices.append(office)
        return office

    def retire(self) -> None:
        """All laptops but one are found not to be the office, and are put away."""
        while len(self.offices) > 1:
            old = self.offices.pop(0)
            if old.on:
                old.stop(power=False)
            gone = self.model.only([copy.held for copy in self.copies])
            self.tell(old.name, f"is put away; {gone} edits were nowhere else")

    def add_device(self) -> DeviceCopy:
        device = DeviceCopy(
            f"phone {len(self.devices) + 1}",
            self.rng,
            self._time,
            self.model,
            self.offices,
            scoped="scopes" in self.swarm,
        )
        device.neighbours = "neighbours" in self.swarm
        device.left_behind = lambda record: self._left_behind(device, record)
        if "clocks" in self.swarm:
            device.clock = self.rng.choice((0, 0, 90 * SECOND, -HOUR, -2 * DAY, 3 * DAY))
        self.devices.append(device)
        self.start(device)
        return device

    def _left_behind(self, device: DeviceCopy, record: str) -> None:
        """The last to hold it let go of it, on the word of an office that is no more."""
        gone = self.model.only([copy.held for copy in self.copies])
        self.tell(device.name, f"lets go of {record}; {gone} edits were nowhere else")

    def user_of(self, copy: Copy) -> str:
        """Mostly each copy has a person of its own."""
        if isinstance(copy, DeviceCopy) and self.whose and self.rng.random() < 0.95:
            return self.whose[copy.store.meta["device"]]
        if "same person" in self.swarm and self.rng.random() < 0.3:
            return self.rng.choice(USERS[:2])
        return USERS[self.copies.index(copy) % len(USERS)]

    def down(self, copy: Copy, *, power: bool, why: str = "") -> None:
        """The copy's process dies, and is started again after a while."""
        how = "loses its power" if power else "is killed"
        self.tell(copy.name, f"{how}{why}")
        copy.stop(power=power, between=not why)
        self.lines.pop(copy.name, None)
        self.at(self.rng.choice((SECOND, SECOND, 60 * SECOND, HOUR)), "start", copy)

    @contextmanager
    def machine(self, copy: Copy) -> Iterator[None]:
        """Inside, the copy's disk may stop its machine; outside nobody hears of it but the story.
        A refusal by the disk is told to the story too."""
        try:
            yield
        except Stopped:
            power = "power" in self.swarm and self.rng.random() < 0.7
            self.down(copy, power=power, why=f" at call {copy.disk.calls} of its disk")
        except NotSaved as error:
            self.tell(copy.name, f"says: {error.sentence}")

    # ---- time ---------------------------------------------------------------------------------

    def at(self, delay: int, what: str, about: Any) -> None:
        self._count += 1
        heapq.heappush(self._queue, (self.now + delay, self._count, what, about))

    def due(self, moment: int) -> bool:
        """Whether something is to happen before that moment."""
        return bool(self._queue) and self._queue[0][0] <= moment

    def next(self) -> None:
        """The next event of the queue."""
        moment, _, what, about = heapq.heappop(self._queue)
        self.now = max(self.now, moment)
        self.steps += 1
        if what == "start":
            self.start(about)
        elif what == "arrive":
            self._arrive(*about)
        elif what == "deliver":
            self._deliver(*about)
        elif what == "give up":
            self._give_up(*about)
        elif what == "gather":
            self.gather()
        else:
            self.net.apart.pop(about, None)
            self.tell(about, "is in reach again")

    def forget_queue(self) -> None:
        self._queue.clear()

    def tell(self, who: str, words: str) -> None:
        seconds, ms = divmod(self.now, SECOND)
        days, seconds = divmod(seconds, 86400)
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"
        self._tell(f"day {days} {clock}  {who}: {words}")

    # ---- conversations ------------------------------------------------------------------------

    def open_line(self, device: DeviceCopy, *, listen: bool = False) -> None:
        talk = device.session.listen(25.0) if listen else device.session.whole()
        old = len(self.offices) > 1 and self.rng.random() < 0.4
        line = Line(device, self.offices[0] if old else self.office, talk, whole=not listen)
        self.lines[device.name] = line
        self._go_on(line, lambda: next(talk))

    def gather(self) -> None:
        """Everybody comes to the office at once."""
        self.tell("everybody", "comes to the office")
        for device in self.devices:
            if device.on and device.name not in self.lines:
                self.open_line(device)

    def answer(self, office: OfficeCopy, call: Call) -> Answer | None:
        """What the office says; None: it stopped meanwhile."""
        with self.machine(office):
            return office.front.answer(call)
        return None

    def bound(self) -> int:
        """More calls than any line may need."""
        return 40 + 2 * len(self.model.record_of)

    def start(self, copy: Copy) -> None:
        if copy.on:
            return
        self.tell(copy.name, "is started")
        with self.machine(copy):
            copy.start()
        if not copy.on:  # the disk would not have it
            copy.disk.fuse = None
            self.at(60 * SECOND, "start", copy)

    def _arrive(self, line: Line, number: int, call: Call) -> None:
        name, office = line.device.name, line.office
        said = f"{call.method} {call.path.partition('?')[0]} from {name}"
        if not office.on:
            self.tell(office.name, f"is not there for {said}")
            self.net.nobody(line, number)
            return
        if call.wait and not self._news(office, call):
            later = call._replace(path=call.path.replace("wait=25", "wait=0"), wait=0.0)
            self.at(self.rng.randint(1, 25 * SECOND), "arrive", (line, number, later))
            return
        answer = self.answer(office, call)
        if answer is None:
            self.net.nobody(line, number)
            return
        fate = self.net.reply(line, number, answer)
        self.tell(office.name, f"answers {answer.status} to {said} {fate}".rstrip())

    def _news(self, office: OfficeCopy, call: Call) -> bool:
        try:
            return office.front.has_news(call)
        except OfficeError:
            return True

    def _deliver(self, line: Line, number: int, answer: Answer) -> None:
        if self._under_way(line, number):
            self._go_on(line, lambda: line.talk.send(answer))

    def _give_up(self, line: Line, number: int) -> None:
        if self._under_way(line, number):
            self.tell(line.device.name, "gives up waiting")
            lost = NoOffice("The office cannot be reached.", code="unreachable")
            self._go_on(line, lambda: line.talk.throw(lost))

    def _under_way(self, line: Line, number: int) -> bool:
        name = line.device.name
        return self.lines.get(name) is line and line.call == number

    def _go_on(self, line: Line, move: Callable[[], Call | Together]) -> None:
        device = line.device
        call = None
        with self.machine(device):
            try:
                call = move()
            except StopIteration:
                self.tell(device.name, "has ended its session")
                if line.whole:
                    device.holds_no_more()
            except NotSaved:
                raise
            except OfficeError as error:
                self.tell(device.name, f"ends its session: {error.code}")
        if call is None:
            if self.lines.get(device.name) is line:
                del self.lines[device.name]
            return
        if line.call > self.bound():
            raise diverged(f"{device.name}: a session of more than {line.call} calls")
        assert isinstance(call, Call), "only photos go side by side, and nobody here has any"
        fate = self.net.send(line, call._replace(token=device.store.meta["device"]))
        self.tell(device.name, f"{call.method} {call.path.partition('?')[0]} {fate}".rstrip())
        if call.meanwhile is not None:
            with self.machine(device):
                call.meanwhile()

    def _time(self) -> int:
        return self.now
