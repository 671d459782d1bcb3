"""The proof: every record is read again with the trainer's eyes, and what it sees is held against the annotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tfodkit.errors import Problem, RecordError
from tfodkit.records.columns import aligned
from tfodkit.records.features import Features, KindError
from tfodkit.records.manifest import LABEL_MAP, RecordManifest
from tfodkit.records.sources import RecordSource
from tfodkit.records.tfrecord import read_tfrecord
from tfodkit.records.trainers_eyes import Classes, Sight, look_at

Expected = Mapping[str, Mapping[str, int]]
"""Boxes in the annotations by split and class."""

_NAME = "image/filename"
_REMEDY = "Write the records anew with make-records, which checks them."


@dataclass(frozen=True, slots=True)
class LostBox:
    """One object of a record that the trainer does not see."""

    split: str
    file: str
    record: int
    """In its file, from 1."""
    image: str
    """The picture's name; blank where the record has none."""
    number: int
    """In its picture, from 1."""
    label: str
    reason: str

    @property
    def problem(self) -> Problem:
        """As part of an error."""
        what = f'object {self.number} "{self.label}" is lost to the trainer: {self.reason}'
        return Problem(_where(self.file, self.record, self.image), what, _REMEDY)


@dataclass(frozen=True, slots=True)
class ProofRow:
    """The boxes of one class, in one split or in all of them."""

    split: str
    """``all`` where it is a total."""
    label: str
    annotated: int
    """In the annotations; where nobody knows those, in the records."""
    seen: int
    """By the trainer."""

    @property
    def lost(self) -> int:
        """Below 0 where the trainer sees more than was annotated."""
        return self.annotated - self.seen


@dataclass(frozen=True, slots=True)
class Proof:
    """What the trainer sees of a set of records."""

    rows: tuple[ProofRow, ...]
    """One for each split and class: classes in the order of ids, then unknown ones by name."""
    lost: tuple[LostBox, ...]
    """In the order of the records."""
    stops: tuple[Problem, ...]
    """What ends training or evaluation, in the order of the records."""
    files: tuple[tuple[str, int], ...]
    """The name of each record file, and how many records it has, up to where it is damaged."""

    @property
    def records(self) -> int:
        """Read in all."""
        return sum(count for _, count in self.files)

    @property
    def holds(self) -> bool:
        """True where the trainer sees every annotated box as it was labelled, and nothing else."""
        return not (self.stops or self.lost or self._unaccounted())

    def totals(self) -> tuple[ProofRow, ...]:
        """One row for each class, all splits together, in the order of the rows."""
        annotated: Counter[str] = Counter()
        seen: Counter[str] = Counter()
        for row in self.rows:
            annotated[row.label] += row.annotated
            seen[row.label] += row.seen
        return tuple(ProofRow("all", label, annotated[label], seen[label]) for label in annotated)

    def problems(self) -> list[Problem]:
        """Everything that is wrong: what ends the run, every lost box, every count that does not add up."""
        return [*self.stops, *(box.problem for box in self.lost), *self._unaccounted()]

    def lines(self) -> list[str]:
        """The table as plain text, one line for each class, and one for all of them."""
        totals = self.totals()
        summed = ProofRow("all", "all", sum(row.annotated for row in totals), sum(row.seen for row in totals))
        cells = [
            ("class", "boxes recorded", "boxes the trainer sees", "lost"),
            *((row.label, str(row.annotated), str(row.seen), str(row.lost)) for row in (*totals, summed)),
        ]
        return aligned(cells)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for ``--json``."""
        return {
            "holds": self.holds,
            "records": self.records,
            "classes": [{**asdict(row), "lost": row.lost} for row in self.rows],
            "lost": [asdict(box) for box in self.lost],
            "stops": [{"where": problem.where, "what": problem.what} for problem in self.stops],
        }

    def _unaccounted(self) -> list[Problem]:
        lost = Counter((box.split, box.label) for box in self.lost)
        problems = []
        for row in self.rows:
            missing = row.lost - lost[row.split, row.label]
            if missing > 0:
                what = f'{missing} of {row.annotated} boxes of "{row.label}" in the annotations are in no record'
                problems.append(Problem(row.split, what, _REMEDY))
            elif missing < 0:
                what = f'the records hold {-missing} boxes of "{row.label}" more than the annotations'
                problems.append(Problem(row.split, what, _REMEDY))
        return problems


def prove(folder: Path, manifest: RecordManifest, expected: Expected) -> Proof:
    """Read every record of a folder of make-records again, as the trainer will with a config of make-config.

    ``expected`` are the boxes in the annotations by split and class. Such a config takes its classes from the folder's
    label map, and has room for all boxes of an image. What is damaged is a part of the proof and raises nothing.

    Raises:
        RecordError: the label map can't be read.
    """
    sources = [RecordSource(folder / file.name, file.split) for file in manifest.files]
    return prove_records(sources, Classes.read(folder / LABEL_MAP), expected)


def prove_records(
    sources: Iterable[RecordSource], classes: Classes, expected: Expected | None = None, *, max_boxes: int | None = None
) -> Proof:
    """Read any records as a trainer who knows these ``classes``.

    ``max_boxes`` is ``max_number_of_boxes`` of the config's reader, None for one that has room for all. Without
    ``expected`` the objects in the records stand for the annotations. What is damaged is a part of the proof.
    """
    tally = _Tally()
    for source in sources:
        tally.files[source.path] = 0
        for number, sight, features in _sights(source, classes, max_boxes, tally):
            tally.add(source, number, sight, features)
    annotated = {(split, label): count for split, counts in (expected or {}).items() for label, count in counts.items()}
    return tally.proof(tally.recorded if expected is None else annotated, classes)


class _Tally:
    """What has been counted so far."""

    def __init__(self) -> None:
        self.files: Counter[Path] = Counter()
        self.recorded: Counter[tuple[str, str]] = Counter()
        """Objects by split and class, whether they are seen or not."""
        self.stops: list[Problem] = []
        self._lost: list[LostBox] = []

    def add(self, source: RecordSource, number: int, sight: Sight, features: Features | None) -> None:
        self.files[source.path] += 1
        for label in sight.labels:
            self.recorded[source.split, label] += 1
        if not (sight.stop or sight.lost):
            return
        image = _image_name(features)
        if sight.stop:
            what = f"{sight.stop}; training or evaluation ends here"
            self.stops.append(Problem(_where(source.path.name, number, image), what, _REMEDY))
        self._lost.extend(
            LostBox(source.split, source.path.name, number, image, index + 1, sight.labels[index], reason)
            for index, reason in sorted(sight.lost.items())
        )

    def proof(self, annotated: Mapping[tuple[str, str], int], classes: Classes) -> Proof:
        lost = Counter((box.split, box.label) for box in self._lost)
        order = {name: class_id for class_id, name in classes.names.items()}
        splits = list(dict.fromkeys(split for split, _ in (*annotated, *self.recorded)))
        keys = sorted(
            {*annotated, *self.recorded},
            key=lambda key: (splits.index(key[0]), order.get(key[1], len(order) + 1), key[1]),
        )
        rows = [
            ProofRow(split, label, annotated.get((split, label), 0), self.recorded[split, label] - lost[split, label])
            for split, label in keys
        ]
        files = tuple((path.name, count) for path, count in self.files.items())
        return Proof(tuple(rows), tuple(self._lost), tuple(self.stops), files)


def _sights(
    source: RecordSource, classes: Classes, max_boxes: int | None, tally: _Tally
) -> Iterator[tuple[int, Sight, Features | None]]:
    number = 0
    try:
        for number, record in enumerate(read_tfrecord(source.path), start=1):
            try:
                features = Features.of(record, where=source.path.name)
            except RecordError as error:
                yield number, Sight((), {}, error.problems[0].what), None
                continue
            yield number, look_at(features, classes, max_boxes), features
    except RecordError as error:
        tally.stops.extend(error.problems)
        return
    if not number:
        what = "the file has no record; training that draws from it by weight would hang for ever"
        tally.stops.append(Problem(source.path.name, what, "Delete the file, and take it out of the config."))


def _image_name(features: Features | None) -> str:
    try:
        name = features.texts(_NAME) if features else ()
    except KindError:
        return ""
    return name[0].decode(errors="replace") if name else ""


def _where(file: str, record: int, image: str) -> str:
    return f"{file}: record {record} ({image})" if image else f"{file}: record {record}"
