"""What is written is read here again by the schema's own numbers: slots and unions as metadata_schema.fbs has them."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import pytest

from tfodkit.exporting.tflite.metadata import label_lines, make_metadata


@dataclass(frozen=True)
class Reader:
    """A table of a FlatBuffer: four bytes back to its list of fields, two bytes each."""

    buffer: bytes
    place: int

    def field(self, slot: int) -> int:
        """Where the field lies; 0 where it is absent."""
        fields = self.place - self.number("<i", self.place)
        if 4 + 2 * slot >= self.number("<H", fields):
            return 0
        offset = self.number("<H", fields + 4 + 2 * slot)
        return self.place + offset if offset else 0

    def number(self, kind: str, place: int) -> float:
        return struct.unpack_from(kind, self.buffer, place)[0]

    def target(self, slot: int) -> int:
        place = self.field(slot)
        assert place, f"slot {slot} is absent"
        return place + self.number("<I", place)

    def table(self, slot: int) -> Reader:
        return Reader(self.buffer, self.target(slot))

    def text(self, slot: int) -> str:
        return self._text_at(self.target(slot))

    def byte(self, slot: int) -> int:
        return self.buffer[self.field(slot)] if self.field(slot) else 0

    def word(self, slot: int) -> int:
        return self.number("<I", self.field(slot)) if self.field(slot) else 0

    def numbers(self, slot: int, kind: str) -> list[float]:
        start = self.target(slot)
        return [self.number(kind, start + 4 + 4 * index) for index in range(self.number("<I", start))]

    def tables(self, slot: int) -> list[Reader]:
        return [Reader(self.buffer, place) for place in self._targets(slot)]

    def texts(self, slot: int) -> list[str]:
        return [self._text_at(place) for place in self._targets(slot)]

    def _targets(self, slot: int) -> list[int]:
        start = self.target(slot)
        places = [start + 4 + 4 * index for index in range(self.number("<I", start))]
        return [place + self.number("<I", place) for place in places]

    def _text_at(self, place: int) -> str:
        length = self.number("<I", place)
        return self.buffer[place + 4 : place + 4 + length].decode("utf-8")


@pytest.fixture
def root() -> Reader:
    buffer = make_metadata("Object detector", "ssd of 3 classes", (240, 320))
    assert buffer[4:8] == b"M001"
    return Reader(buffer, struct.unpack_from("<I", buffer)[0])


def test_the_model_names_itself_and_the_parser_it_needs(root: Reader) -> None:
    assert (root.text(0), root.text(1), root.text(7)) == ("Object detector", "ssd of 3 classes", "1.2.0")


def test_the_input_is_a_colour_picture_of_raw_values(root: Reader) -> None:
    (subgraph,) = root.tables(3)
    (image,) = subgraph.tables(2)
    content = image.table(3)
    assert (image.text(0), content.byte(0)) == ("image", 2), "ImageProperties"
    size = content.table(1).table(1)
    assert (content.table(1).byte(0), size.word(0), size.word(1)) == (1, 320, 240), "RGB, width, height"
    (unit,) = image.tables(4)
    assert unit.byte(0) == 1, "NormalizationOptions"
    assert (unit.table(1).numbers(0, "<f"), unit.table(1).numbers(1, "<f")) == ([0.0], [1.0]), "mean, std"
    assert (image.table(5).numbers(0, "<f"), image.table(5).numbers(1, "<f")) == ([255.0], [0.0]), "max, min"


def test_the_outputs_are_those_that_phones_detectors_look_for(root: Reader) -> None:
    (subgraph,) = root.tables(3)
    outputs = subgraph.tables(3)
    assert [output.text(0) for output in outputs] == ["location", "category", "score", "number of detections"]
    assert [output.table(3).byte(0) for output in outputs] == [3, 1, 1, 1], "BoundingBoxProperties, FeatureProperties"
    (group,) = subgraph.tables(8)
    assert (group.text(0), group.texts(1)) == ("detection_result", ["location", "category", "score"])


def test_boxes_are_boundaries_whose_order_is_told(root: Reader) -> None:
    location = root.tables(3)[0].tables(3)[0].table(3)
    assert location.table(1).numbers(0, "<I") == [1, 0, 3, 2], "left, top, right, bottom in ymin, xmin, ymax, xmax"
    assert location.table(1).byte(1) == 1, "BOUNDARIES"
    assert location.table(1).byte(2) == 0, "RATIO"
    assert (location.table(2).word(0), location.table(2).word(1)) == (2, 2)


def test_the_labels_belong_to_the_values_of_the_category(root: Reader) -> None:
    (labels,) = root.tables(3)[0].tables(3)[1].tables(6)
    assert (labels.text(0), labels.byte(2)) == ("labelmap.txt", 3), "TENSOR_VALUE_LABELS"


def test_a_line_of_the_labels_is_an_id_gaps_included() -> None:
    assert label_lines({1: "bagel", 3: "žemľa"}, 4) == "bagel\n???\nžemľa\n???\n"
