"""Where a copy stands with its office, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo


@dataclass(frozen=True, slots=True)
class LinkState:
    """Where this copy stands with its office: saved here, or at the office too."""

    records: int = 0
    photos: int = 0
    """Not at the office yet; on this copy they are safe."""
    aside: int = 0
    """What the office would not take; it stays on this copy."""
    met: bool = False
    """It has met its office at some time, in this run or before."""
    reached: bool = False
    verified: bool = False
    """When last asked, both copies had the same sums over all records."""
    busy: bool = False
    """In the middle of sending and fetching."""
    last_contact: datetime | None = None
    lost_since: datetime | None = None
    older: bool = False
    """The office is an older copy than one this device has met."""
    trouble: str = ""
    update: str = ""
    """What the office says to an app that is too old."""
    door: str = ""
    """Why the office does not let this device in: the code of its refusal."""
    why: str = ""
    """While it is not reached: the code of what was in the way last."""
    wiped: bool = False
    """The office had this device forget everything; the copy is closed."""

    @property
    def equal(self) -> bool:
        """Everything of this copy is at the office, and the office answers."""
        owed = self.records or self.photos or self.aside or self.trouble
        return self.reached and not (owed or self.busy)

    def words(self, zone: tzinfo = UTC) -> str:
        """The state in one or two sentences, times as the clock on the wall has them."""
        said = [self.stands(zone)]
        if self.aside:
            said.append(f"The office put {self.aside} aside; they stay on this device.")
        said += [self.update, self.trouble]
        return " ".join(sentence for sentence in said if sentence)

    def stands(self, zone: tzinfo = UTC) -> str:
        """Where the records are, and whether the office answers; what is in the way is not said."""
        said = []
        owed = [_counted(self.records, "record"), _counted(self.photos, "photo")]
        here = " and ".join(words for words in owed if words)
        if here:
            said.append(f"Saved on this device: {here} not yet at the office.")
        elif self.older:
            said.append("Saved on this device.")
        elif self.aside:
            said.append(f"At the office, but for {self.aside} that it put aside.")
        elif self.verified and self.last_contact is not None:
            at = f"{self.last_contact.astimezone(zone):%H:%M}"
            said.append(f"At the office; both copies were equal at {at}.")
        elif self.met or self.last_contact is not None:
            said.append("At the office.")
        if self.lost_since is not None and not self.trouble:
            since = f"{self.lost_since.astimezone(zone):%H:%M}"
            said.append(f"The office cannot be reached since {since}.")
        elif not (self.met or self.last_contact or self.trouble):
            said.append("This device has not met its office yet.")
        return " ".join(said)


def _counted(n: int, what: str) -> str:
    return "" if not n else f"{n} {what}{'' if n == 1 else 's'}"
