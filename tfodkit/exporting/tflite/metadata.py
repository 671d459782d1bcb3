"""The metadata of a detector, as the libraries that run models on phones want them.

The TensorFlow Lite Task Library and MediaPipe's ObjectDetector find out from them what to feed and what comes out. The
schema is ``metadata_schema.fbs`` of tflite-support, version 1.2.0 (tensor groups came with it).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tfodkit.exporting.tflite.flat_tables import Byte, Table, Word, flat_buffer
from tfodkit.inference.tflite_metadata import (
    CATEGORY,
    COUNT,
    LABELS_FILE,
    LOCATION,
    NO_CLASS,
    NORMALIZATION,
    RESIZING_FILE,
    SCORE,
    ModelSlot,
    SubgraphSlot,
    TensorSlot,
)

IDENTIFIER = "M001"
PARSER_VERSION = "1.2.0"
LEFT_TOP_RIGHT_BOTTOM = (1, 0, 3, 2)
"""Where the schema's four boundaries stand in ``(ymin, xmin, ymax, xmax)``."""

FEATURE, IMAGE, BOUNDING_BOX = 1, 2, 3  # the union ContentProperties
RGB = 1
BOUNDARIES = 1
DESCRIPTIONS, TENSOR_VALUE_LABELS = 1, 3  # AssociatedFileType


def make_metadata(name: str, description: str, size: tuple[int, int]) -> bytes:
    """The FlatBuffer for a detector that takes pictures of ``size``, height and width, values 0 to 255.

    Its outputs are the location, category, score and number of detections, in this order.
    """
    subgraph: Table = {
        SubgraphSlot.INPUTS: [_image(size)],
        SubgraphSlot.OUTPUTS: _outputs(),
        SubgraphSlot.OUTPUT_GROUPS: [{0: "detection_result", 1: [LOCATION, CATEGORY, SCORE]}],
    }
    root: Table = {
        ModelSlot.NAME: name,
        ModelSlot.DESCRIPTION: description,
        ModelSlot.SUBGRAPHS: [subgraph],
        ModelSlot.FILES: [_file(RESIZING_FILE, "how tfodkit brings a picture to the size of the input", DESCRIPTIONS)],
        ModelSlot.MIN_PARSER_VERSION: PARSER_VERSION,
    }
    return flat_buffer(root, IDENTIFIER)


def label_lines(class_names: Mapping[int, str], num_classes: int) -> str:
    """The labels file: line ``i``, from 0, names the class of id ``i + 1``; ``???`` where there is none."""
    return "".join(f"{class_names.get(class_id, NO_CLASS)}\n" for class_id in range(1, num_classes + 1))


def _image(size: tuple[int, int]) -> Table:
    height, width = size
    numbers = {name: np.array([value], np.float32) for name, value in (("0", 0), ("1", 1), ("255", 255))}
    normalization: Table = {0: numbers["0"], 1: numbers["1"]}
    return {
        TensorSlot.NAME: "image",
        TensorSlot.DESCRIPTION: f"An RGB picture of {width} by {height} pixels, values 0 to 255.",
        TensorSlot.CONTENT: {0: Byte(IMAGE), 1: {0: Byte(RGB), 1: {0: Word(width), 1: Word(height)}}},
        TensorSlot.PROCESS_UNITS: [{0: Byte(NORMALIZATION), 1: normalization}],
        TensorSlot.STATS: {0: numbers["255"], 1: numbers["0"]},
    }


def _outputs() -> list[str | Table]:
    per_detection: Table = {0: Word(2), 1: Word(2)}
    box: Table = {0: np.array(LEFT_TOP_RIGHT_BOTTOM, np.uint32), 1: Byte(BOUNDARIES)}
    labels = _file(LABELS_FILE, "the names of the classes, a line each", TENSOR_VALUE_LABELS)
    return [
        {
            TensorSlot.NAME: LOCATION,
            TensorSlot.DESCRIPTION: "The boxes found: ymin, xmin, ymax, xmax, in shares of the input.",
            TensorSlot.CONTENT: {0: Byte(BOUNDING_BOX), 1: box, 2: per_detection},
        },
        {
            TensorSlot.NAME: CATEGORY,
            TensorSlot.DESCRIPTION: "The classes of the boxes, from 0: lines of the labels file.",
            TensorSlot.CONTENT: {0: Byte(FEATURE), 1: {}, 2: per_detection},
            TensorSlot.FILES: [labels],
        },
        {
            TensorSlot.NAME: SCORE,
            TensorSlot.DESCRIPTION: "The scores of the boxes, 0 to 1, falling.",
            TensorSlot.CONTENT: {0: Byte(FEATURE), 1: {}, 2: per_detection},
        },
        {
            TensorSlot.NAME: COUNT,
            TensorSlot.DESCRIPTION: "How many of the boxes are meant.",
            TensorSlot.CONTENT: {0: Byte(FEATURE), 1: {}},
        },
    ]


def _file(name: str, description: str, kind: int) -> Table:
    return {0: name, 1: description, 2: Byte(kind)}
