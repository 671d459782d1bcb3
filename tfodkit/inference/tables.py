"""Lists of all that was found: ``detections.json``, CSV for spreadsheets, and COCO's results."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tfodkit.files import write_bytes
from tfodkit.inference.detections_json import PIXEL_DECIMALS, SCORE_DECIMALS, PictureResult, result_entries, to_json
from tfodkit.inference.options import DetectOptions, Output

JSON_NAME = "detections.json"
CSV_NAME = "detections.csv"
COCO_NAME = "coco_results.json"
COLUMNS = ("file", "class", "score", "xmin", "ymin", "xmax", "ymax", "width", "height")
"""``width`` and ``height`` are the picture's; boxes are in pixels of the upright picture, half-open."""


def write_lists(
    folder: Path, results: Sequence[PictureResult], class_names: Mapping[int, str], options: DetectOptions
) -> None:
    """Write ``detections.json``, and of the others what is asked for, into ``folder``."""
    texts = {JSON_NAME: to_json(results, class_names, options.threshold, options.thresholds)}
    if Output.CSV in options.outputs:
        texts[CSV_NAME] = to_csv(results, class_names)
    if Output.COCO in options.outputs:
        texts[COCO_NAME] = to_coco_results(results)
    for name, text in texts.items():
        # what is no text in a file's name: as JSON escapes it
        write_bytes(folder / name, text.encode("utf-8", "backslashreplace"))


def to_csv(results: Sequence[PictureResult], class_names: Mapping[int, str]) -> str:
    """A row an object under ``COLUMNS``, picture by picture, highest score first."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in results:
        found = result.detections
        rows = zip(found.class_ids.tolist(), found.scores.tolist(), found.boxes_xyxy.tolist(), strict=True)
        for class_id, score, xyxy in rows:
            sides = (round(side, PIXEL_DECIMALS) for side in xyxy)
            size = (result.width, result.height)
            writer.writerow(
                [
                    result.path.as_posix(),
                    class_names.get(class_id, f"class {class_id}"),
                    round(score, SCORE_DECIMALS),
                    *sides,
                    *size,
                ]
            )
    return text.getvalue()


def to_coco_results(results: Sequence[PictureResult]) -> str:
    """COCO's list: ``image_id`` (from 1, as in ``detections.json``), ``category_id``, ``bbox`` and ``score``."""
    return json.dumps(result_entries(results), indent=1) + "\n"
