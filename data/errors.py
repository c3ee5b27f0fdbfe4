"""Every way the office can say no, in one tree.

OfficeError
├── BadInput          what was typed or imported cannot be read
│   └── NotAPhoto     the file is not a picture that we can keep
├── Refused           it can be read but must not be done (a fact twice, a closed paper)
│   ├── NotFound      the record is not here
│   └── ReadOnly      this copy was opened for reading
├── NotSaved          the disk would not take it; nothing has changed
├── Busy              another process is writing this production
├── Damaged           bytes on disk are not what was written
├── NoOffice          the office cannot be reached, or is not ours
└── Malformed         a message or state breaks the rules of the wire
    └── ReplicaCloned one dot with two contents: a copy of a database has written under a used name
"""

from __future__ import annotations


class OfficeError(Exception):
    """A refusal with a stable `code` for programs and a sentence that tells a person what to do."""

    code = "office"

    def __init__(self, sentence: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        if code is not None:
            self.code = code


class BadInput(OfficeError):
    """What was typed or imported cannot be read; `field` names where, if it is a form's field."""

    code = "bad-input"


class NotAPhoto(BadInput):
    """The file is no picture that can be kept and printed."""

    code = "not-a-photo"


class Refused(OfficeError):
    """It is understood and must not be done."""

    code = "refused"


class NotFound(Refused):
    """The record is not on this copy."""

    code = "not-found"


class ReadOnly(Refused, PermissionError):
    """This copy was opened for reading; also the OSError that TinyDB's own storage raises."""

    code = "read-only"


class NotSaved(OfficeError):
    """The disk did not take the gesture; memory and disk are as before it."""

    code = "not-saved"


class Busy(OfficeError):
    """Another process holds this production for writing."""

    code = "busy"


class Damaged(OfficeError):
    """Bytes on disk are not the bytes that were written."""

    code = "damaged"


class NoOffice(OfficeError):
    """The office copy cannot be reached, or it belongs to another production."""

    code = "no-office"


class Malformed(OfficeError):
    """A message or a record state breaks the rules of the wire; it is set aside whole."""

    code = "malformed"


class ReplicaCloned(Malformed):
    """One dot came with two contents: two copies write under one replica's name."""

    code = "replica-cloned"
