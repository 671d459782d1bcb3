"""Mutations of COCO's JSON: of the values in it, of its text, of its bytes."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

from fuzz import any_bytes
from fuzz.strange_values import LABELS, NAMES, NUMBERS

RUNS = ("", "0", "~", "o" * 5000, "\0", "žž", " ", "PPYo1", "04", "1" * 20, "\x7f" * 9, "ooooooooooooooooooooP")
"""Compressed run lengths, all of them wrong for the picture."""
SIZES = (
    [0, 0],
    [-1, 5],
    [10**9, 10**9],
    [30],
    [30, 40, 1],
    ["30", "40"],
    [30.5, 40],
    None,
    [40, 30],
    30,
    [2**63, 2**63],
)
POLYGONS = (
    *(
        [],
        [[]],
        [[1]],
        [[1, 2, 3]],
        [[1, 2, 3, 4]],
        [[1, 2, 3, 4, 5]],
        [["a"] * 6],
        [[1e308] * 6],
        [[-5, -5, 99, 99, 5, 9]],
    ),
    *([[1, 1, 5, 5, 9, 1]] * 500, "[[1,2,3,4,5,6]]", [[[1, 2], [3, 4], [5, 6]]], {}, 7, [None], [[1, 1, 1, 1, 1, 1]]),
)
LITERALS = ("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 5000, "1" + "0" * 400, "-0", "1E400", "0.1e-999")
KEYPOINTS = (
    *([], [1], [1, 2, 3], [1, 2, 2] * 2, [-5, 99, 2, 1, 1, 7], ["a"] * 6, [1e300] * 6, [8.5, 8, 3, 1, 1, -1], None),
    *(["nose"], ["", ""], ["nose", "nose"], [1, 2]),
)
COUNTS = (
    *(
        *RUNS,
        [],
        [1200],
        [-1, 1201],
        [0, 0, 0, 1200],
        [10**18, 10**18],
        [600.5, 599.5],
        ["600", "600"],
        [1] * 1200,
        None,
    ),
)
BOXES = (
    *([], [1, 2, 3], [1, 2, 3, 4, 5], [5, 5, -2, 3], [0, 0, 0, 0], [0, 0, 40, 31], ["1"] * 4, None, {}, "1 2 3 4"),
    *([[1, 2, 3, 4]], [1e308, 1e308, 1e308, 1e308], [True] * 4, [10**400, 0, 1, 1], [39.5, 29.5, 0.5, 0.5]),
)
ANYTHING = (
    *(0, -1, 1, 2, 7, 40, 41, 1e18, 2**31, 2**63, -(2**63), 10**30, 0.5, 39.99, 1e-300, *NUMBERS),
    *(None, True, "x", [], {}, [[]], {"a": 1}, [1, 2]),
)
FITTING = {
    "segmentation": (*POLYGONS, *({"counts": run, "size": size} for run in RUNS for size in SIZES), {}, {"counts": []}),
    "counts": COUNTS,
    "size": SIZES,
    "file_name": NAMES,
    "name": LABELS,
    "keypoints": KEYPOINTS,
    "bbox": BOXES,
}
DEEP = "[" * 100_000 + "]" * 100_000
MARK = '"@literal@"'


def sound_coco() -> dict[str, Any]:
    """Two pictures of 40 x 30 pixels; a box alone, a polygon, run lengths of both kinds, keypoints, a crowd."""
    images = [
        {"id": i, "file_name": name, "width": 40, "height": 30} for i, name in ((1, "sound.jpg"), (7, "victim.jpg"))
    ]
    categories = [
        {"id": 1, "name": "mug", "supercategory": "thing"},
        {"id": 3, "name": "person", "keypoints": ["nose", "tail"], "skeleton": [[1, 2]]},
    ]
    runs = {"counts": [6 * 30 + 4, 4, 30 * 40 - 6 * 30 - 8], "size": [30, 40]}
    packed = {"counts": "f93k000000Rh0", "size": [30, 40]}
    annotations = [
        {"image_id": 1, "category_id": 1, "segmentation": []},
        {"image_id": 7, "category_id": 1, "segmentation": [[4, 6, 20, 6, 20, 24, 4, 24]]},
        {"image_id": 7, "category_id": 3, "keypoints": [8, 8, 2, 0, 0, 0], "num_keypoints": 1},
        {"image_id": 7, "category_id": 1, "segmentation": runs, "iscrowd": 1},
        {"image_id": 7, "category_id": 1, "segmentation": packed},
    ]
    for number, annotation in enumerate(annotations, start=1):
        annotation |= {"id": number, "bbox": [4, number, 16, 18], "area": 288}
    return {"info": {}, "images": images, "annotations": annotations, "categories": categories}


def mutate(content: dict[str, Any], draw: Random) -> bytes:
    content = copy.deepcopy(content)
    literal = "null"
    for _ in range(draw.choice((1, 1, 1, 3))):
        container, key = draw.choice(list(_places(content)))
        kind = draw.random()
        if kind < 0.6:
            container[key] = _strange(key, draw)
        elif kind < 0.75:
            container[key] = MARK[1:-1]
            literal = draw.choice((*LITERALS, DEEP))
        elif kind < 0.9 or not isinstance(container, list):
            del container[key]
        else:
            container.insert(draw.randint(0, len(container)), copy.deepcopy(container[key]))
    text = json.dumps(content, ensure_ascii=draw.random() < 0.5, indent=draw.choice((None, 1))).replace(MARK, literal)
    encoding = draw.choice(("utf-8",) * 8 + ("utf-16", "utf-8-sig", "latin-1"))
    written = text.encode(encoding, errors="replace")
    return draw.choice(any_bytes.MUTATIONS)(written, draw) if draw.random() < 0.2 else written


def _places(content: Any) -> Any:
    """``(container, key)`` of every value, at every depth."""
    keys = content.keys() if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ()
    for key in keys:
        yield content, key
        yield from _places(content[key])


def _strange(key: object, draw: Random) -> Any:
    """A value that may suit the key; now and then one that suits another."""
    if key in FITTING and draw.random() < 0.8:
        return draw.choice(FITTING[key])
    return draw.choice(ANYTHING)
