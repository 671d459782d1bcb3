"""An exported form tried out as its users will: in a process of its own, with its own runtime and no other.

``python -m tfodkit.exporting.trial TASK.json`` loads the form, runs it on the pictures and leaves an ``.npz``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tfodkit.errors import ExportError
from tfodkit.inference.formats import ExportedModel, format_named
from tfodkit.inference.runtime import ModelOutputs

FIELDS = ("boxes_yxyx_norm", "scores", "class_ids")
SHOWN_OF_A_TRACEBACK = 400


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What a form did: its outputs a picture, seconds to load it and the median of a picture, peak memory in bytes.

    ``imports`` are those of TensorFlow, LiteRT and ONNX Runtime that its process had loaded in the end.
    """

    outputs: tuple[ModelOutputs, ...]
    load_seconds: float
    seconds_per_picture: tuple[float, ...]
    peak_bytes: int
    imports: tuple[str, ...]


def try_out(exported: ExportedModel, pictures: Sequence[NDArray[np.uint8]]) -> Trial:
    """Run a form on RGB pictures, ``uint8 [height, width, 3]`` each, in a fresh process.

    Raises:
        ExportError: the form can't be loaded or run; with its own last line.
    """
    with tempfile.TemporaryDirectory(prefix="tfodkit-trial-") as name:
        folder = Path(name)
        for number, picture in enumerate(pictures):
            np.save(folder / f"{number}.npy", picture)
        task = {"path": str(exported.path.absolute()), "format": exported.format.name, "pictures": len(pictures)}
        (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
        command = [sys.executable, "-m", __name__, str(folder / "task.json")]
        environment = {**os.environ, "NVIDIA_TF32_OVERRIDE": "0"}  # which rounds differently from run to run
        done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1][-SHOWN_OF_A_TRACEBACK:]
            what = f"can't be loaded and run in a process of its own (exit code {done.returncode}: {last})"
            raise ExportError(exported.path.name, what, "Leave this form out with --formats, or report the config.")
        return _read_trial(folder, len(pictures))


def _read_trial(folder: Path, count: int) -> Trial:
    facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    outputs = []
    for number in range(count):
        with np.load(folder / f"{number}.npz") as arrays:
            outputs.append(ModelOutputs(**{name: arrays[name] for name in FIELDS}, limit=int(arrays["limit"])))
    return Trial(
        outputs=tuple(outputs),
        load_seconds=facts["load_seconds"],
        seconds_per_picture=tuple(facts["seconds_per_picture"]),
        peak_bytes=facts["peak_bytes"],
        imports=tuple(facts["imports"]),
    )


def _run(task_path: Path) -> None:
    import resource

    folder, task = task_path.parent, json.loads(task_path.read_text(encoding="utf-8"))
    began = time.perf_counter()
    runtime = format_named(task["format"]).load(Path(task["path"]))
    load_seconds = time.perf_counter() - began
    seconds = []
    for number in range(task["pictures"]):
        picture = np.load(folder / f"{number}.npy")
        began = time.perf_counter()
        found = runtime.run(picture[np.newaxis])[0]
        seconds.append(time.perf_counter() - began)
        np.savez(folder / f"{number}.npz", limit=found.limit, **{name: getattr(found, name) for name in FIELDS})
    facts = {
        "load_seconds": load_seconds,
        "seconds_per_picture": seconds,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "imports": [name for name in ("tensorflow", "ai_edge_litert", "onnxruntime") if name in sys.modules],
    }
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    _run(Path(sys.argv[1]))
