"""The schema of ``manifest.json``: JSON text → plain values of the right types, or an error that names the field.

Older versions are given as the newest: 2 had no sample of the boxes; 1 besides had one split share, per-class records
only, and no checksum that is read any more.
"""

from __future__ import annotations

import json
import math
from typing import Any

from tfodkit.dataset.label_map import BACKGROUND
from tfodkit.errors import RecordError

REMEDY = "The manifest is damaged: run make-records again."

_SPLITS = ("train", "val", "test")

_COUNTS_END = 1 << 31
"""The Object Detection API's messages hold counts in 32 bits."""

_Kinds = tuple[type, ...]
_OPTIONAL_INT, _OPTIONAL_STR = (int, type(None)), (str, type(None))

_TOP: dict[str, _Kinds] = {
    "format_version": (int,),
    "tfodkit_version": (str,),
    "annotations": (str,),
    "options": (dict,),
    "classes": (list,),
    "files": (list,),
    "dropped": (list,),
    "changed": (list,),
    "warnings": (list,),
    "fingerprint": (str,),
    "box_sample": (dict,),
}
_OPTIONS: dict[str, _Kinds] = {
    "shares": (dict,),
    "seed": (int,),
    "lists": _OPTIONAL_STR,
    "group_by": _OPTIONAL_STR,
    "near_duplicates": (bool,),
    "grouping": (str,),
    "shard_bytes": _OPTIONAL_INT,
    "policies": (dict,),
    "verify": (str,),
}
_CLASS: dict[str, _Kinds] = {"id": (int,), "name": (str,)}
_FILE: dict[str, _Kinds] = {
    "name": (str,),
    "split": (str,),
    "group": (str,),
    "images": (int,),
    "boxes": (dict,),
    "images_with": (dict,),
    "max_boxes_per_image": (int,),
    "bytes": (int,),
    "crc32c": _OPTIONAL_STR,
}
_AFFECTED: dict[str, _Kinds] = {"code": (str,), "reason": (str,), "where": (list,), "count": (int,)}

_SAMPLED: tuple[tuple[str, _Kinds], ...] = (
    *((name, (float, int)) for name in ("xmin", "ymin", "width", "height")),
    *((name, (int,)) for name in ("class id", "image width", "image height")),
)
"""The numbers of one row of ``box_sample``, in their order."""

_TOP_2 = {name: kinds for name, kinds in _TOP.items() if name != "box_sample"}
_SINCE_2 = ("annotations", "options", "changed", "warnings", "fingerprint")
_TOP_1 = {name: kinds for name, kinds in _TOP_2.items() if name not in _SINCE_2}
_TOP_1 |= {"seed": (int,), "split": (float,)}
_FILE_1 = {name: kinds for name, kinds in _FILE.items() if name not in ("group", "crc32c")}
_FILE_1 |= {"home_class": (str,), "sha256": (str,)}
_AFFECTED_1 = {name: kinds for name, kinds in _AFFECTED.items() if name != "code"}


def manifest_values(text: str, *, where: str, format_version: int) -> dict[str, Any]:
    """The manifest's fields by name: every field there, no other, each of its type; ``classes`` as (name, id) pairs.

    What ``options`` mean is for who reads them; here they have their types.

    Raises:
        RecordError: not JSON, a field missing, unknown or of another type, or a version above ``format_version``.
    """
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise RecordError(f"{where}:{error.lineno}", f"not JSON: {error.msg}", REMEDY) from error
    except (ValueError, RecursionError) as error:
        raise RecordError(where, f"not JSON: {error}", REMEDY) from error
    _refuse_other_version(values, where, format_version)
    if values["format_version"] == 1:
        values = _as_version_2(values, where)
    if values["format_version"] == 2:  # noqa: PLR2004
        values = _as_version_3(values, where)
    _check(values, _TOP, "the manifest", where)
    _check(values["options"], _OPTIONS, "options", where)
    for index, file in enumerate(values["files"]):
        _check_file(file, f"files[{index}]", where)
    for name in ("dropped", "changed", "warnings"):
        for index, affected in enumerate(values[name]):
            _check_affected(affected, f"{name}[{index}]", where)
    _refuse_double_files(values["files"], where)
    values["classes"] = _classes(values["classes"], where)
    _refuse_unknown_classes(values, where)
    for split, rows in values["box_sample"].items():
        _check_sample(split, rows, len(values["classes"]), where)
    return dict(values)


def _refuse_other_version(values: Any, where: str, format_version: int) -> None:
    version = values.get("format_version") if isinstance(values, dict) else None
    if type(version) is not int or version < 1:
        raise RecordError(where, "not a manifest of make-records: format_version is missing", REMEDY)
    if version > format_version:
        what = f"format_version {version}, but this tfodkit reads up to {format_version}"
        raise RecordError(where, what, "Update tfodkit, or run make-records again with this one.")


def _as_version_2(values: dict[str, Any], where: str) -> dict[str, Any]:
    _check(values, _TOP_1, "the manifest", where)
    for index, file in enumerate(values["files"]):
        _check(file, _FILE_1, f"files[{index}]", where)
    for index, dropped in enumerate(values["dropped"]):
        _check(dropped, _AFFECTED_1, f"dropped[{index}]", where)
    options = {
        "shares": {"train": values["split"], "val": round(1 - values["split"], 9), "test": 0.0},
        "seed": values["seed"],
        "policies": {},
        **dict.fromkeys(("lists", "group_by", "shard_bytes")),
        "near_duplicates": False,
        "grouping": "class",
        "verify": "full",
    }
    return {
        **{name: value for name, value in values.items() if name in _TOP_2},
        "format_version": 2,
        "annotations": "voc",
        "options": options,
        "files": [_file_as_version_2(file) for file in values["files"]],
        "dropped": [{**dropped, "code": ""} for dropped in values["dropped"]],
        "changed": [],
        "warnings": [],
        "fingerprint": "",
    }


def _as_version_3(values: dict[str, Any], where: str) -> dict[str, Any]:
    _check(values, _TOP_2, "the manifest", where)
    return {**values, "format_version": 3, "box_sample": {}}


def _file_as_version_2(file: dict[str, Any]) -> dict[str, Any]:
    same = {name: value for name, value in file.items() if name in _FILE}
    return {**same, "group": file["home_class"], "crc32c": None}


def _check(values: Any, fields: dict[str, _Kinds], name: str, where: str) -> None:
    if not isinstance(values, dict):
        raise RecordError(where, f"{name} must be an object, but got {values!r:.80}", REMEDY)
    if missing := sorted(fields.keys() - values.keys()):
        raise RecordError(where, f"{name} lacks {', '.join(missing)}", REMEDY)
    if unknown := sorted(values.keys() - fields.keys()):
        raise RecordError(where, f"{name} has unknown fields: {', '.join(unknown)}", REMEDY)
    for field, kinds in fields.items():
        if not _is(values[field], kinds):
            wanted = kinds[0].__name__
            raise RecordError(where, f"{name}: {field} must be {wanted}, but got {values[field]!r:.80}", REMEDY)


def _is(value: Any, kinds: _Kinds) -> bool:
    if float in kinds:
        return type(value) in (int, float)
    return type(value) in kinds  # bool is an int elsewhere; here it is a damaged count


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < _COUNTS_END


def _check_file(file: Any, name: str, where: str) -> None:
    _check(file, _FILE, name, where)
    if file["split"] not in _SPLITS:
        raise RecordError(where, f"{name}: split must be train, val or test, but got {file['split']!r}", REMEDY)
    if file["name"] in ("", ".", "..") or {"/", "\\", "\0"} & set(file["name"]):
        raise RecordError(where, f"{name}: name must be a plain file name, but got {file['name']!r}", REMEDY)
    for field in ("boxes", "images_with"):
        if not all(map(_is_count, file[field].values())):
            raise RecordError(where, f"{name}: {field} must be counts, but got {file[field]!r:.80}", REMEDY)
    for field in ("images", "max_boxes_per_image"):
        if not _is_count(file[field]):
            raise RecordError(where, f"{name}: {field} must be a count, but got {file[field]!r:.80}", REMEDY)


def _check_sample(split: str, rows: Any, classes: int, where: str) -> None:
    if split not in _SPLITS or not isinstance(rows, list):
        raise RecordError(where, f"box_sample must hold lists of train, val and test, but got {split!r}", REMEDY)
    for index, row in enumerate(rows):
        if not _is_sampled_box(row, classes):
            wanted = ", ".join(name for name, _ in _SAMPLED)
            what = f"box_sample.{split}[{index}] must be {wanted}, but got {row!r:.80}"
            raise RecordError(where, what, REMEDY)


def _is_sampled_box(row: Any, classes: int) -> bool:
    if not isinstance(row, list) or len(row) != len(_SAMPLED):
        return False
    if not all(type(value) in kinds for value, (_, kinds) in zip(row, _SAMPLED, strict=True)):
        return False
    *shares, class_id, width, height = row
    return all(map(math.isfinite, shares)) and 1 <= class_id <= classes and min(width, height) >= 1


def _check_affected(affected: Any, name: str, where: str) -> None:
    _check(affected, _AFFECTED, name, where)
    if not all(isinstance(place, str) for place in affected["where"]):
        raise RecordError(where, f"{name}: where must be names, but got {affected['where']!r:.80}", REMEDY)
    if affected["count"] != len(affected["where"]):
        raise RecordError(where, f"{name}: count {affected['count']}, but {len(affected['where'])} names", REMEDY)


def _classes(items: list[Any], where: str) -> list[tuple[str, int]]:
    for index, item in enumerate(items):
        _check(item, _CLASS, f"classes[{index}]", where)
    pairs = [(item["name"], item["id"]) for item in items]
    if not pairs or [class_id for _, class_id in pairs] != list(range(1, len(pairs) + 1)):
        raise RecordError(where, "the ids of classes must be 1, 2, … in order", REMEDY)
    if len({name for name, _ in pairs}) < len(pairs) or not all(name.strip() for name, _ in pairs):
        raise RecordError(where, "the names of classes must be unique and not blank", REMEDY)
    return pairs


def _refuse_double_files(files: list[dict[str, Any]], where: str) -> None:
    names = [file["name"] for file in files]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise RecordError(where, f"files[{index}]: {name!r} stands twice", REMEDY)


def _refuse_unknown_classes(values: dict[str, Any], where: str) -> None:
    names = {name for name, _ in values["classes"]}
    for index, file in enumerate(values["files"]):
        if values["options"]["grouping"] == "class" and file["group"] not in {*names, BACKGROUND}:
            what = f"files[{index}]: group is {file['group']!r}, which is not in classes"
            raise RecordError(where, what, REMEDY)
        if unknown := sorted((file["boxes"].keys() | file["images_with"].keys()) - names):
            raise RecordError(where, f"files[{index}]: counts of {unknown[0]!r}, which is not in classes", REMEDY)
