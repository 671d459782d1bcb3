"""Which checkpoints a run keeps: the newest ones in ``last/``, the one that evaluated best in ``best/``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, get_args

from tfodkit import files
from tfodkit.errors import OutputError
from tfodkit.evaluation.result import ClassFigures, EvaluationResult
from tfodkit.odapi import weights as model_weights
from tfodkit.odapi.learner import Learner
from tfodkit.training import checkpoint_folder
from tfodkit.training.mirror import Mirror
from tfodkit.training.monitor import Monitor
from tfodkit.training.run_directory import RunDirectory, Weights, Which, read_figures

_OPERATION = re.compile(r" \[Op:\w+\]$")
"""What TensorFlow ends its messages with."""


@dataclass(frozen=True, slots=True)
class Best:
    """The best evaluation of a run: ``value`` is the monitored figure, of these weights of the checkpoint."""

    step: int
    value: float
    monitor: str
    weights: Weights

    def __str__(self) -> str:
        return f"best {self.monitor} {self.value:.4f} at step {self.step}"


@dataclass(frozen=True, slots=True)
class KeepingRule:
    """How many of the newest checkpoints are kept, and by which figure one is better than another."""

    monitor: Monitor
    keep: int = 1

    def is_better(self, value: float, than: float) -> bool:
        """Whether ``value`` is the better one, by however little."""
        return value > than if self.monitor.higher_is_better else value < than


def read_best(run: RunDirectory, monitor: Monitor) -> Best | None:
    """What ``best/`` holds, by its ``metrics.json``; None where that says nothing of it.

    So it is before the first evaluation, when a process was killed between writing the two (the evaluation is then made
    once more), and where the monitored figure was not among those evaluated, as that of a class which was added since.
    """
    content = read_figures(run, "best")
    if content is None:
        return None
    try:
        value = monitor.value(as_result(content))
    except (KeyError, TypeError):
        return None
    return Best(content["step"], value, monitor.name, Weights(content["weights"]))


class Keeper:
    """Saves what a learner has learned; ``best`` is the best evaluation so far."""

    def __init__(self, run: RunDirectory, learner: Learner, *, rule: KeepingRule, mirror: Mirror) -> None:
        """What an earlier process left half written is removed."""
        self._run, self._learner, self._rule, self._mirror = run, learner, rule, mirror
        for which in get_args(Which):
            checkpoint_folder.remove_half_written(run.folder(which))
        self._manager = learner.checkpoint_manager(run.folder("last"), rule.keep)
        self.best = read_best(run, rule.monitor)

    def save(self) -> None:
        """Save the present step in ``last/``, if it is not there yet, and bring the mirror up to date.

        Raises:
            OutputError: there is no room for it; what was saved before is whole. Or the run directory is gone.
        """
        saved = self._run.find_checkpoint("last")
        if saved is None or checkpoint_folder.step_of(saved) != self._learner.step:  # never over the only copy
            with self._saving("last"):
                self._manager.save(checkpoint_number=self._learner.step)
        self._mirror.update()

    def keep_if_best(self, result: EvaluationResult, weights: Weights) -> bool:
        """Keep the newest of ``last/`` in ``best/`` if its ``weights`` evaluate better than the best; whether they do.

        Raises:
            OutputError: there is no room for it.
        """
        return self._promote("last", result, weights)

    def keep_average(self, result: EvaluationResult) -> bool:
        """Keep the model as it is, an average of checkpoints, in ``averaged/``, and in ``best/`` if it is the best.

        Raises:
            OutputError: there is no room for it.
        """
        folder, name = self._run.folder("averaged"), f"swa-{self._learner.step}"
        with self._saving("averaged"):
            folder.mkdir(parents=True, exist_ok=True)
            model_weights.save_weights(self._learner.model, folder / name)
            checkpoint_folder.name_newest(folder, name)
        self._describe("averaged", result, Weights.AVERAGED_CHECKPOINTS)
        return self._promote("averaged", result, Weights.AVERAGED_CHECKPOINTS)

    def update_mirror(self) -> None:
        """Bring the mirror up to date, where there is one."""
        self._mirror.update()

    def _promote(self, source: Which, result: EvaluationResult, weights: Weights) -> bool:
        value = self._rule.monitor.value(result)
        if self.best is not None and not self._rule.is_better(value, self.best.value):
            return False
        with self._saving("best"):
            checkpoint_folder.copy_newest(self._run.folder(source), self._run.folder("best"))
        self._describe("best", result, weights)
        self.best = Best(self._learner.step, value, self._rule.monitor.name, weights)
        return True

    @contextmanager
    def _saving(self, which: Which) -> Iterator[None]:
        self._run.require()
        folder = self._run.folder(which)
        try:
            yield
        except _errors_of_saving() as error:
            checkpoint_folder.remove_half_written(folder)
            saved = checkpoint_folder.newest(folder)
            whole = f"{saved.name}, saved before, is whole" if saved else "nothing was saved before"
            what = f"the checkpoint of step {self._learner.step} can't be written: {_reason(error)}; {whole}"
            remedy = "Make room, then start the same command again to go on."
            raise OutputError(str(folder), what, remedy) from error

    def _describe(self, which: Which, result: EvaluationResult, weights: Weights) -> None:
        content = {
            "step": self._learner.step,
            "checkpoint": self._run.checkpoint(which).name,
            "weights": weights,
            "monitor": self._rule.monitor.name,
            "value": self._rule.monitor.value(result),
            **result.to_json(),
        }
        files.write_text(self._run.figures_path(which), json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def as_result(content: dict[str, Any]) -> EvaluationResult:
    """The evaluation in a ``metrics.json``."""
    names = {field.name for field in fields(EvaluationResult)}
    classes = tuple(ClassFigures(**figures) for figures in content["per_class"])
    return EvaluationResult(**{name: content[name] for name in names} | {"per_class": classes})


def _errors_of_saving() -> tuple[type[Exception], ...]:
    import tensorflow as tf

    return OSError, OutputError, tf.errors.OpError


def _reason(error: Exception) -> str:
    """Of all that TensorFlow says, the words that the system had for it."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    text = str(getattr(error, "message", error)).splitlines()[0]
    return _OPERATION.sub("", text.rpartition("; ")[2]).rstrip(".")
