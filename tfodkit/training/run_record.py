"""``run.json``: where a run came from, each start of it, what was recovered from, and what came out.

::

    {"format": 1, "tfodkit": "0.2.0", "versions": {"python": "3.11.9", "tensorflow": "2.20.0", …},
     "machine": {"system": …, "processors": 8, "memory_bytes": …, "devices": "1 GPU", "gpus": ["Tesla T4"]},
     "config_sha256": …, "manifest_sha256": …, "data": {"train": …, "validation": …}, "seed": 0, "options": {…},
     "starts": [{"began": "2026-01-31T12:00:00+00:00", "from_step": 0, "ended": …, "to_step": 500,
                 "why_ended": "all steps taken", "phases": {"evaluating": 12.5, …}}],
     "recoveries": [{"step": 120, "what": "the loss is no number", "did": "went back to step 100"}],
     "result": {…}}

Versions, machine and options are those of the newest start. A start that was killed has said nothing of its end.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tfodkit import __version__, files
from tfodkit.errors import OutputError
from tfodkit.training.data_fingerprint import DataFingerprint
from tfodkit.training.resources_used import gpu_models, machine_bytes

FORMAT = 1
KILLED = "it was killed"
PACKAGES = (
    "tensorflow",
    "tf-keras",
    "tf-models-official",
    "tf-models-research-object-detection",
    "tf-slim",
    "numpy",
    "protobuf",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a start is made from; ``options`` are plain values, ``devices`` in words."""

    config_text: str
    manifest: Path | None
    data: DataFingerprint
    seed: int
    options: Mapping[str, Any]
    devices: str


class RunRecord:
    """The file ``run.json``, written anew, whole, with each change."""

    def __init__(self, path: Path, origin: Origin, *, from_step: int) -> None:
        """Go on with the record at ``path``, or begin it, with a new start.

        Raises:
            OutputError: something else is at ``path``, or it can't be written.
        """
        self._path = path
        found = read_record(path)
        starts = [*found.get("starts", [])]
        if starts and starts[-1]["ended"] is None:
            starts[-1]["why_ended"] = KILLED
        start = {"began": _now(), "from_step": from_step, "ended": None, "to_step": None, "why_ended": None}
        self._content = {
            "format": FORMAT,
            "tfodkit": __version__,
            "versions": _versions(),
            "machine": _machine(origin.devices),
            "config_sha256": hashlib.sha256(origin.config_text.encode()).hexdigest(),
            "manifest_sha256": files.sha256(origin.manifest) if origin.manifest else None,
            "data": dataclasses.asdict(origin.data),
            "seed": origin.seed,
            "options": dict(origin.options),
            "starts": [*starts, {**start, "phases": {}}],
            "recoveries": found.get("recoveries", []),
            "result": found.get("result"),
        }
        self._write()

    def keep_phases(self, phases: Mapping[str, float]) -> None:
        """The seconds that each phase of this start has taken so far."""
        self._start["phases"] = {name: round(seconds, 3) for name, seconds in phases.items()}
        self._write()

    def recovered(self, step: int, *, what: str, did: str) -> None:
        """At ``step`` something went wrong, and something was done about it."""
        self._content["recoveries"].append({"step": step, "what": what, "did": did})
        self._write()

    def ended(self, *, to_step: int, why: str, result: Mapping[str, Any] | None = None) -> None:
        """This start is over; ``result`` is what the run has come to."""
        self._start.update(ended=_now(), to_step=to_step, why_ended=why)
        if result is not None:
            self._content["result"] = dict(result)
        self._write()

    @property
    def remedies(self) -> tuple[str, ...]:
        """What was done about what went wrong, over all starts, in its order."""
        return tuple(recovery["did"] for recovery in self._content["recoveries"])

    @property
    def _start(self) -> dict[str, Any]:
        start: dict[str, Any] = self._content["starts"][-1]
        return start

    def _write(self) -> None:
        files.write_text(self._path, json.dumps(self._content, indent=2, ensure_ascii=False) + "\n")


def read_result(path: Path) -> Mapping[str, Any] | None:
    """What a run has come to by its record; None where there is no record, or no result yet.

    Raises:
        OutputError: something else is at ``path``.
    """
    return read_record(path).get("result")


def read_data(path: Path) -> DataFingerprint | None:
    """What a run was last started with; None where there is no record, or an older tfodkit wrote it.

    Raises:
        OutputError: something else is at ``path``.
    """
    found = read_record(path).get("data")
    return None if found is None else DataFingerprint(**found)


def read_record(path: Path) -> dict[str, Any]:
    """All that the record at ``path`` says, as above; nothing where there is none.

    Raises:
        OutputError: something else is at ``path``.
    """
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] == FORMAT:
            return dict(content)
        problem = f"its format is {content['format']!r}, not {FORMAT}"
    except (ValueError, KeyError, TypeError, OSError) as error:
        problem = f"{type(error).__name__}: {error}"
    remedy = "Move it away; only the history of earlier starts is lost."
    raise OutputError(str(path), f"is no record of a run that this version can go on with ({problem})", remedy)


def _versions() -> dict[str, str | None]:
    return {"python": platform.python_version(), **{package: _version(package) for package in PACKAGES}}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _machine(devices: str) -> dict[str, Any]:
    return {
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "memory_bytes": machine_bytes(),
        "devices": devices,
        "gpus": gpu_models(),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
