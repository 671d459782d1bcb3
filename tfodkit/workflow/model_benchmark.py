"""``tfodkit benchmark``: what each model takes to train, evaluate and export here, one after the other.

Each model has a process of its own (``python -m tfodkit.workflow.model_benchmark TASK.json``), so that one does not
find what another left in TensorFlow, and one that dies is a row with the reason.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tfodkit.config import PipelineOptions, make_config
from tfodkit.config.pipeline import read_pipeline
from tfodkit.config.templates import read_template
from tfodkit.errors import TfodkitError
from tfodkit.example import draw_example
from tfodkit.exporting.forms import FORMS
from tfodkit.exporting.job import open_job
from tfodkit.records import make_records
from tfodkit.training.model_speed import STEPS, ModelSpeed, measure_speed

DRAWN_PICTURES = 48
MEASURED_FORMS = ("saved_model", "frozen_graph")
SHOWN_OF_A_TRACEBACK = 200
"""Letters of its last line."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ExportCost:
    """The seconds from a checkpoint to SavedModel and frozen graph, and the bytes of each; not compared."""

    seconds: float
    saved_model_bytes: int
    frozen_graph_bytes: int


@dataclass(frozen=True, slots=True)
class MeasuredModel:
    """A row of the table: both figures, or the reason why there are none."""

    template: str
    speed: ModelSpeed | None = None
    export: ExportCost | None = None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {**asdict(self), "reason": self.reason or None}


def benchmark(
    templates: Sequence[str],
    *,
    records: Path | None = None,
    image_size: int | str | None = None,
    batch_size: int | None = None,
    steps: int = STEPS,
    tell: Tell | None = None,
) -> Iterator[MeasuredModel]:
    """Measure each template, in turn, on ``records`` or, unless given, on pictures of the built-in example.

    Args:
        templates: names of templates, or configs of the user's own.
        records: a folder that make-records wrote.
        image_size: of all of them; else each has its own.
        batch_size: of all of them; else each has its own, 8 at most.
        steps: of which the median is taken, after the first.
        tell: told in words what begins.

    Raises:
        UsageError: an unknown template, or an option that can't be meant: before anything is measured.
        RecordError: the records can't be drawn.
    """
    options = PipelineOptions(image_size=image_size, batch_size=batch_size)
    for template in templates:
        read_template(template, asked_as="model")
    return _measured(templates, records, options, steps=steps, tell=tell or _say_nothing)


def _measured(
    templates: Sequence[str], records: Path | None, options: PipelineOptions, *, steps: int, tell: Tell
) -> Iterator[MeasuredModel]:
    with tempfile.TemporaryDirectory(prefix="tfodkit-benchmark-") as name:
        folder = Path(name)
        if records is None:
            tell(f"drawing {DRAWN_PICTURES} pictures to measure on")
            records = folder / "records"
            draw_example(folder / "pictures", images=DRAWN_PICTURES)
            make_records(folder / "pictures", records)
        for number, template in enumerate(templates, start=1):
            tell(f"{number} of {len(templates)}: {template}")
            yield _measured_alone(template, records, options, place=folder / str(number), steps=steps)


def _measured_alone(
    template: str, records: Path, options: PipelineOptions, *, place: Path, steps: int
) -> MeasuredModel:
    place.mkdir()
    try:
        make_config(template, records, place / "pipeline.config", options)
    except TfodkitError as error:
        return MeasuredModel(template, reason=_first_line(error))
    task = place / "task.json"
    task.write_text(json.dumps({"config": str(place / "pipeline.config"), "steps": steps}), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(task)], capture_output=True, text=True, errors="replace", check=False
    )
    try:
        result = json.loads((place / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return MeasuredModel(template, reason=_death(done.returncode, done.stderr))
    if "reason" in result:
        return MeasuredModel(template, reason=result["reason"])
    return MeasuredModel(template, ModelSpeed(**result["speed"]), ExportCost(**result["export"]))


def measure_here(config: Path, *, steps: int) -> dict[str, Any]:
    """Measure the model of a config in this process; plain values, with a ``reason`` alone where it can't be."""
    try:
        speed = measure_speed(config, config.parent / "checkpoints", steps=steps)
        return {"speed": asdict(speed), "export": asdict(_export_cost(config))}
    except TfodkitError as error:
        return {"reason": _first_line(error)}


def _export_cost(config: Path) -> ExportCost:
    began, sizes = time.perf_counter(), {}
    (checkpoint,) = (config.parent / "checkpoints").glob("*.index")
    label_map = Path(read_pipeline(config).train_input_reader.label_map_path)
    job = open_job(config, checkpoint.with_suffix(""), label_map, averaged=False)
    for form in FORMS:
        if form.format.name in MEASURED_FORMS:
            place = config.parent / form.format.place
            form.write(job, place)
            sizes[form.format.name] = sum(path.stat().st_size for path in (place, *place.rglob("*")) if path.is_file())
    return ExportCost(time.perf_counter() - began, sizes["saved_model"], sizes["frozen_graph"])


def _first_line(error: TfodkitError) -> str:
    problem = error.problems[0]
    return f"{problem.where}: {problem.what}"


def _death(code: int, errors: str) -> str:
    """Why a process left no result."""
    if code == -signal.SIGKILL:
        return "the system killed it, most likely because memory did not suffice"
    if code < 0:
        return f"it died of {signal.Signals(-code).name}"
    last = (errors.strip().splitlines() or ["it said nothing"])[-1]
    return f"it failed with exit code {code}: {last[:SHOWN_OF_A_TRACEBACK]}"


def _say_nothing(message: str) -> None:
    """Progress for nobody."""


if __name__ == "__main__":
    task = Path(sys.argv[1])
    asked = json.loads(task.read_text(encoding="utf-8"))
    found = measure_here(Path(asked["config"]), steps=asked["steps"])
    task.with_name("result.json").write_text(json.dumps(found), encoding="utf-8")
