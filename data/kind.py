"""A kind: one record class and the facts the office needs about it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from data.errors import BadInput
from data.fields import Choice, Meaning, check_choice, label_of, least, meaning_of
from data.reach import OFFICE_ONLY, Reach
from data.record import Record, RecordId

R = TypeVar("R", bound=Record)

Nature = Literal["fact", "shared", "paper"]
"""How records meet: facts are written once, shared merges by field, paper closes by signing."""

Class = Literal["green", "amber", "red"]
"""Who may hold it: the whole unit, those who need to know, named individuals."""

Rule = Literal["lww", "review", "group", "set", "flow", "ref", "once"]
"""How values that copies wrote apart are shown, and who must look (data/conflicts.py)."""


@dataclass(frozen=True, eq=False)
class Kind(Generic[R]):
    """One sort of record: `name` on disk and on the wire, titles for people, columns for lists."""

    name: str
    model: type[R]
    title: str
    plural: str
    nature: Nature
    columns: tuple[str, ...]
    confidentiality: Class = "green"
    search: tuple[str, ...] = ()
    """Fields whose words find the record; the columns if none are named."""
    indexed: tuple[str, ...] = ()
    """Fields by whose text records are looked up, one after another, while somebody waits."""
    named_by: str = ""
    """The field that names a record in a line of text; the first column if none is named."""
    natural: Callable[[str, R], str] | None = None
    """(production id, record) -> the id of a thing that is naturally one; empty: it is not."""
    take_back: Callable[[R], R] | None = None
    """Of a fact: the new fact that voids it. Undo needs it."""
    taken_back: Callable[[Iterable[R]], frozenset[str]] | None = None
    """Of facts: the ids of those that others among them take back."""
    merge: Mapping[str, Rule] = field(default_factory=dict)
    """By field: another rule than its meaning's."""
    reach: Reach = OFFICE_ONLY
    """Whom its records concern: the row of the matrix, and whose they are."""
    meanings: Mapping[str, Meaning] = field(init=False)
    flows: tuple[str, ...] = field(init=False)
    """Fields whose rule is `flow`."""
    _readers: dict[str, TypeAdapter[Any]] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        fields = {name: info for name, info in self.model.model_fields.items() if name != "id"}
        object.__setattr__(self, "named_by", self.named_by or self.columns[0])
        object.__setattr__(self, "meanings", {n: meaning_of(info) for n, info in fields.items()})
        object.__setattr__(self, "flows", tuple(n for n in fields if self._flows(n)))
        for name in (*self.columns, *self.search, *self.indexed, *self.merge):
            if name not in fields:
                raise TypeError(f"{self.name} has no field {name!r}")

    def label(self, name: str) -> str:
        return label_of(name, self.model.model_fields[name]).text

    def is_set(self, name: str) -> bool:
        """Whether the field merges as a set of elements instead of one value."""
        return name in self.meanings and self.meanings[name].name in ("photos", "words", "looks")

    def read(self, record_id: str, document: Mapping[str, Any]) -> R:
        """The record a document says, as far as this version understands it.

        A value that this version cannot read falls back to the field's default, or to None where
        it has none: a newer app's word must not make the whole record unreadable here.
        """
        values: dict[str, Any] = {n: document[n] for n in self.meanings if n in document}
        values |= self._held_back(document)
        values["id"] = RecordId(record_id)
        try:
            return self.model.model_validate(values)
        except ValidationError as error:
            bad = {str(e["loc"][0]) for e in error.errors() if e["loc"]}
        readable = {name: value for name, value in values.items() if name not in bad}
        try:
            return self.model.model_validate(readable)
        except ValidationError:
            read = {name: self._one(name, value) for name, value in readable.items()}
            return self.model.model_construct(**{**self._blanks(), **read})

    def cells(self, record: R) -> dict[str, Any]:
        """The record's values as canonical JSON (NFC, no floats), without those left at default.

        A set is written in full: the elements of its default would be gone with the first edit.
        """
        dumped = record.model_dump(
            mode="json", by_alias=True, exclude={"id"}, exclude_defaults=True
        )
        cells = {name: canonical(value) for name, value in dumped.items() if name in self.meanings}
        sets = {n: canonical(getattr(record, n)) for n in self.meanings if self.is_set(n)}
        return cells | {name: elements for name, elements in sets.items() if elements}

    def cell(self, name: str, record: R) -> Any:
        """One value as canonical JSON, whether or not it is the default."""
        dumped = record.model_dump(mode="json", by_alias=True, include={name})
        return canonical(dumped.get(name))

    def unwritten(self, name: str) -> Any:
        """What a field says that nobody has written, as canonical JSON."""
        return self.cell(name, self.model.model_construct(**self._blanks()))

    def check(self, values: Mapping[str, Any], *, changed: Iterable[str] | None = None) -> R:
        """A new reading of `values`, or BadInput that names the field and what to write.

        Only `changed` fields must keep to their written lists: what a newer app chose stays.
        """
        try:
            record = self.model.model_validate(dict(values))
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0]) if first["loc"] else ""
            label = self.label(name) if name in self.meanings else name
            if first["type"] == "missing":
                raise BadInput(f"{label} is missing. Fill it in.", field=name) from error
            raise BadInput(f"{label}: {first['msg']}.", field=name) from error
        for name in self.meanings if changed is None else changed:
            check_choice(self.meanings[name], getattr(record, name), name)
        return record

    def one(self, name: str, value: Any) -> Any:
        """One field's value as it is read; what this version cannot read stays as it stands."""
        try:
            return self._one(name, value)
        except ValidationError:
            return value

    def least(self, name: str, values: Sequence[Any]) -> Any:
        """Of steps that copies took apart, the one that allows least."""
        return least(self.meanings[name], values)

    def _flows(self, name: str) -> bool:
        meaning = self.meanings[name]
        declared = isinstance(meaning, Choice) and meaning.flow
        return self.merge.get(name, "flow" if declared else None) == "flow"

    def _held_back(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Where copies took steps of a flow apart, the one that allows least is read."""
        if not self.flows or "_m" not in document:
            return {}
        cells = document["_m"]["c"]
        apart = [name for name in self.flows if isinstance(cells.get(name), list)]
        return {name: self.least(name, [value for _, value in cells[name]]) for name in apart}

    def _one(self, name: str, value: Any) -> Any:
        """One field's value as it is read when the record as a whole cannot be."""
        if name not in self._readers:
            info = self.model.model_fields[name]
            meaning: Any = Annotated[info.annotation, info]
            self._readers[name] = TypeAdapter(meaning)
        return self._readers[name].validate_python(value)

    def _blanks(self) -> dict[str, Any]:
        return {
            name: (info.get_default(call_default_factory=True) if not info.is_required() else None)
            for name, info in self.model.model_fields.items()
        }


def canonical(value: Any) -> Any:
    """JSON as it is merged and hashed: NFC text, sorted sets, no floats (TypeError on one)."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float):
        raise TypeError("a float has no canonical form; write a decimal as text")
    if isinstance(value, dict):
        return {canonical(k): canonical(v) for k, v in sorted(value.items()) if v is not None}
    if isinstance(value, (set, frozenset)):
        return sorted({canonical(v) for v in value})
    if isinstance(value, (list, tuple)):
        return [canonical(v) for v in value]
    return value
