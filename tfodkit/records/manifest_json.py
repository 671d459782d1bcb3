"""The schema of ``manifest.json``: JSON text → plain values of the right types, or an error that names the field."""

from __future__ import annotations

import json
from typing import Any

from tfodkit.dataset.label_map import BACKGROUND
from tfodkit.errors import RecordError

_REMEDY = "The manifest is damaged: run make-records again."

_COUNTS_END = 1 << 31
"""The Object Detection API's messages hold counts in 32 bits."""

_TOP = {
    "format_version": int,
    "tfodkit_version": str,
    "seed": int,
    "split": float,
    "classes": list,
    "files": list,
    "dropped": list,
}
_CLASS = {"id": int, "name": str}
_FILE = {
    "name": str,
    "split": str,
    "home_class": str,
    "images": int,
    "boxes": dict,
    "images_with": dict,
    "max_boxes_per_image": int,
    "bytes": int,
    "sha256": str,
}
_DROPPED = {"reason": str, "where": list, "count": int}


def manifest_values(text: str, *, where: str, format_version: int) -> dict[str, Any]:
    """The manifest's fields by name: every field there, no other, each of its type; ``classes`` as (name, id) pairs.

    Raises:
        RecordError: not JSON, a field missing, unknown or of another type, or a version above ``format_version``.
    """
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise RecordError(f"{where}:{error.lineno}", f"not JSON: {error.msg}", _REMEDY) from error
    except (ValueError, RecursionError) as error:
        raise RecordError(where, f"not JSON: {error}", _REMEDY) from error
    _refuse_other_version(values, where, format_version)
    _check(values, _TOP, "the manifest", where)
    for index, file in enumerate(values["files"]):
        _check_file(file, f"files[{index}]", where)
    for index, dropped in enumerate(values["dropped"]):
        _check_dropped(dropped, f"dropped[{index}]", where)
    _refuse_double_files(values["files"], where)
    values["classes"] = _classes(values["classes"], where)
    _refuse_unknown_classes(values, where)
    return dict(values)


def _refuse_other_version(values: Any, where: str, format_version: int) -> None:
    version = values.get("format_version") if isinstance(values, dict) else None
    if type(version) is not int or version < 1:
        raise RecordError(where, "not a manifest of make-records: format_version is missing", _REMEDY)
    if version > format_version:
        what = f"format_version {version}, but this tfodkit reads up to {format_version}"
        raise RecordError(where, what, "Update tfodkit, or run make-records again with this one.")


def _check(values: Any, fields: dict[str, type], name: str, where: str) -> None:
    if not isinstance(values, dict):
        raise RecordError(where, f"{name} must be an object, but got {values!r:.80}", _REMEDY)
    if missing := sorted(fields.keys() - values.keys()):
        raise RecordError(where, f"{name} lacks {', '.join(missing)}", _REMEDY)
    if unknown := sorted(values.keys() - fields.keys()):
        raise RecordError(where, f"{name} has unknown fields: {', '.join(unknown)}", _REMEDY)
    for field, kind in fields.items():
        if not _is(values[field], kind):
            raise RecordError(where, f"{name}: {field} must be {kind.__name__}, but got {values[field]!r:.80}", _REMEDY)


def _is(value: Any, kind: type) -> bool:
    if kind is float:
        return type(value) in (int, float)
    return type(value) is kind  # bool is an int elsewhere; here it is a damaged count


def _is_count(value: Any) -> bool:
    return _is(value, int) and 0 <= value < _COUNTS_END


def _check_file(file: Any, name: str, where: str) -> None:
    _check(file, _FILE, name, where)
    if file["split"] not in ("train", "val"):
        raise RecordError(where, f"{name}: split must be train or val, but got {file['split']!r}", _REMEDY)
    if file["name"] in ("", ".", "..") or {"/", "\\", "\0"} & set(file["name"]):
        raise RecordError(where, f"{name}: name must be a plain file name, but got {file['name']!r}", _REMEDY)
    for field in ("boxes", "images_with"):
        if not all(map(_is_count, file[field].values())):
            raise RecordError(where, f"{name}: {field} must be counts, but got {file[field]!r:.80}", _REMEDY)
    for field in ("images", "max_boxes_per_image"):
        if not _is_count(file[field]):
            raise RecordError(where, f"{name}: {field} must be a count, but got {file[field]!r:.80}", _REMEDY)


def _check_dropped(dropped: Any, name: str, where: str) -> None:
    _check(dropped, _DROPPED, name, where)
    if not all(isinstance(place, str) for place in dropped["where"]):
        raise RecordError(where, f"{name}: where must be names, but got {dropped['where']!r:.80}", _REMEDY)
    if dropped["count"] != len(dropped["where"]):
        raise RecordError(where, f"{name}: count {dropped['count']}, but {len(dropped['where'])} names", _REMEDY)


def _classes(items: list[Any], where: str) -> list[tuple[str, int]]:
    for index, item in enumerate(items):
        _check(item, _CLASS, f"classes[{index}]", where)
    pairs = [(item["name"], item["id"]) for item in items]
    if not pairs or [class_id for _, class_id in pairs] != list(range(1, len(pairs) + 1)):
        raise RecordError(where, "the ids of classes must be 1, 2, … in order", _REMEDY)
    if len({name for name, _ in pairs}) < len(pairs) or not all(name.strip() for name, _ in pairs):
        raise RecordError(where, "the names of classes must be unique and not blank", _REMEDY)
    return pairs


def _refuse_double_files(files: list[dict[str, Any]], where: str) -> None:
    names = [file["name"] for file in files]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise RecordError(where, f"files[{index}]: {name!r} stands twice", _REMEDY)


def _refuse_unknown_classes(values: dict[str, Any], where: str) -> None:
    names = {name for name, _ in values["classes"]}
    for index, file in enumerate(values["files"]):
        if file["home_class"] not in {*names, BACKGROUND}:
            what = f"files[{index}]: home_class is {file['home_class']!r}, which is not in classes"
            raise RecordError(where, what, _REMEDY)
        if unknown := sorted((file["boxes"].keys() | file["images_with"].keys()) - names):
            raise RecordError(where, f"files[{index}]: counts of {unknown[0]!r}, which is not in classes", _REMEDY)
