"""Runs for the tests of training, without TensorFlow: checkpoints of a few letters, a learner that only counts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tfodkit.evaluation.result import COCO_FIGURES, ClassFigures, EvaluationResult
from tfodkit.odapi.learner import TOTAL_LOSS
from tfodkit.training import checkpoint_folder
from tfodkit.training.metrics import StepTable
from tfodkit.training.run_directory import RunDirectory


def save(folder: Path, *steps: int, name: str = "ckpt") -> Path:
    """A folder that keeps checkpoints of these steps, the last being the newest; as TensorFlow writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    for step in steps:
        (folder / f"{name}-{step}.index").write_text(f"index {step}")
        (folder / f"{name}-{step}.data-00000-of-00001").write_text(f"data {step}")
    lines = [f'model_checkpoint_path: "{name}-{steps[-1]}"']
    lines += [f'all_model_checkpoint_paths: "{name}-{step}"' for step in steps]
    (folder / "checkpoint").write_text("\n".join([*lines, "last_preserved_timestamp: 1.5", ""]))
    return folder


def begun_run(path: Path) -> RunDirectory:
    """A run directory that has its config, an empty one, and nothing else."""
    run = RunDirectory(path)
    path.mkdir(parents=True, exist_ok=True)
    run.config_path.touch()
    return run


@dataclass
class Learner:
    """Counts its steps; ``in_step`` is called in each, and gives its loss."""

    folder: Path
    step: int = 0
    in_step: Callable[[int], float] = lambda _step: 1.0
    learning_rate: float = 0.1
    saved: list[str] = field(default_factory=list)
    pipeline: Any = field(
        default_factory=lambda: SimpleNamespace(
            train_config=SimpleNamespace(optimizer=SimpleNamespace(use_moving_average=False))
        )
    )
    model: Any = None

    def take_step(self, count: int = 1) -> dict[str, float]:
        for _ in range(count):
            loss = self.in_step(self.step + 1)
            self.step += 1
        return {TOTAL_LOSS: loss}

    @contextlib.contextmanager
    def averaged_weights(self) -> Iterator[None]:
        yield

    def images_of_step(self, step: int) -> tuple[str, ...]:
        return (f"{step}a.jpg", f"{step}b.jpg")

    def checkpoint_manager(self, folder: Path, keep: int = 1) -> SimpleNamespace:
        def save_step(checkpoint_number: int) -> None:
            kept = [checkpoint_folder.step_of(prefix) for prefix in checkpoint_folder.kept(folder)]
            save(folder, *[*kept, checkpoint_number][-keep:])
            self.saved.append(f"{folder.name}/ckpt-{checkpoint_number}")

        return SimpleNamespace(save=save_step)


class Evaluator:
    """Finds these figures, one after the other; an exception among them is raised."""

    detections: Sequence[Any] = ()

    def __init__(self, *figures: float | BaseException) -> None:
        self._figures = iter(figures)

    def evaluate(self) -> EvaluationResult:
        figure = next(self._figures)
        if isinstance(figure, BaseException):
            raise figure
        figures: dict[str, float | None] = {name: figure for name, _, _ in COCO_FIGURES}
        mug = ClassFigures(name="mug", ground_truths=1, ap=figure, ap50=figure, ar100=figure)
        return EvaluationResult(images=1, detections=1, figures=figures, per_class=(mug,), losses={TOTAL_LOSS: 1.0})


class Journal:
    """Writes the two tables, as the real one does, and nothing else."""

    def __init__(self, run: RunDirectory, learner: Learner) -> None:
        self._learner = learner
        self._metrics = StepTable(run.metrics_path, resume_at=learner.step)
        self._evaluations = StepTable(run.evaluations_path, resume_at=learner.step)

    def stepped(self, losses: Mapping[str, float], *, is_logged: bool, **_: object) -> None:
        if is_logged:
            self._metrics.add(self._learner.step, losses)

    def evaluated(self, result: EvaluationResult, _detections: object, **_: object) -> None:
        self._evaluations.add(self._learner.step, result.figures)
