"""One contender, once: what it took to count the figures, and which they are. Arguments: whose, the drawn set.

What is timed begins when the truth and the detections lie in memory in the contender's own form: columns for ours,
indexed dictionaries for the others, which take a while longer to come by.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from drawn import DrawnSet

from tfodkit.evaluation.columns import EvaluationSet, FoundColumns, TruthColumns

ABSENT = -1.0
Figures = list[float]


def ours(images: EvaluationSet) -> Callable[[], Figures]:
    from tfodkit.evaluation.accuracy.coco import measure_coco

    return lambda: [ABSENT if value is None else value for value in measure_coco(images).figures.values()]


def pycocotools(images: EvaluationSet) -> Callable[[], Figures]:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    return _evaluation(images, COCO, COCOeval)


def faster_coco_eval(images: EvaluationSet) -> Callable[[], Figures]:
    from faster_coco_eval import COCO, COCOeval_faster

    return _evaluation(images, COCO, COCOeval_faster)


def _evaluation(images: EvaluationSet, make_coco: Any, make_evaluation: Any) -> Callable[[], Figures]:
    truth, found = make_coco(), make_coco()
    with contextlib.redirect_stdout(io.StringIO()):
        for coco, rows in ((truth, _truth_rows(images.truth)), (found, _found_rows(images.found))):
            coco.dataset = {
                "info": {},
                "images": [{"id": number} for number in range(len(images.images))],
                "categories": [{"id": class_id, "name": name} for class_id, name in images.class_names.items()],
                "annotations": rows,
            }
            coco.createIndex()
        evaluation = make_evaluation(truth, found, "bbox")

    def run() -> Figures:
        with contextlib.redirect_stdout(io.StringIO()):
            evaluation.evaluate()
            evaluation.accumulate()
            evaluation.summarize()
        figures: Figures = np.asarray(evaluation.stats[:12], float).tolist()
        return figures

    return run


def _truth_rows(truth: TruthColumns) -> list[dict[str, Any]]:
    crowds = truth.is_crowd.astype(int).tolist()
    return [{**row, "iscrowd": crowd} for row, crowd in zip(_rows(truth), crowds, strict=True)]


def _found_rows(found: FoundColumns) -> list[dict[str, Any]]:
    scores = found.score.tolist()
    return [{**row, "score": score, "iscrowd": 0} for row, score in zip(_rows(found), scores, strict=True)]


def _rows(columns: TruthColumns | FoundColumns) -> list[dict[str, Any]]:
    sides = columns.boxes_xyxy[:, 2:] - columns.boxes_xyxy[:, :2]
    boxes = np.hstack([columns.boxes_xyxy[:, :2], sides]).tolist()
    return [
        {"id": number, "image_id": image, "category_id": class_id, "bbox": box, "area": box[2] * box[3]}
        for number, (image, class_id, box) in enumerate(
            zip(columns.image.tolist(), columns.class_id.tolist(), boxes, strict=True), 1
        )
    ]


if __name__ == "__main__":
    contenders = {"ours": ours, "pycocotools": pycocotools, "faster-coco-eval": faster_coco_eval}
    run = contenders[sys.argv[1]](DrawnSet(**json.loads(sys.argv[2])).draw())
    began, cpu_began = time.perf_counter(), time.process_time()
    figures = run()
    spent, cpu_spent = time.perf_counter() - began, time.process_time() - cpu_began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": spent, "cpu_seconds": cpu_spent, "peak_bytes": peak, "figures": figures}))
