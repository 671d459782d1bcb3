"""The folder of one training run, as people and the other commands find it.

::

    RUN/
      pipeline.config     the config that the run was started with
      label_map.pbtxt     a copy of the config's label map
      last/ckpt-N.*       the newest checkpoint: step, model, optimizer; several where that was asked for
      best/ckpt-N.*       the one that evaluated best
      best/metrics.json   its figures, and which weights of it were evaluated
      averaged/swa-N.*    the average of the last checkpoints, with its metrics.json, where one was asked for
      metrics.csv         a row a logged step; metrics.jsonl has the same
      evaluations.csv     a row an evaluation; evaluations.jsonl has the same
      curves.png          losses, average precision, learning rate and speed, drawn out of the two
      run.json            versions, machine, options, starts and what was recovered from
      train.log           what was shown, with the time of day
      report/             what tfodkit eval wrote, unless told to write elsewhere
      before-N/           what was evaluated up to step N, on other validation images
      train/, eval/       TensorBoard events, under the tags of the Object Detection API
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast, get_args

from tfodkit.errors import CheckpointError, OutputError, UsageError
from tfodkit.training import checkpoint_folder

Which = Literal["best", "last", "averaged"]
WhichOrStep: TypeAlias = Which | int
"""A checkpoint of a run, or that of a step, where it is kept."""


class Weights(StrEnum):
    """Which weights of a checkpoint were evaluated, as ``metrics.json`` says it."""

    AS_TRAINED = "as trained"
    MOVING_AVERAGES = "moving averages"
    AVERAGED_CHECKPOINTS = "averaged checkpoints"


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """Paths inside a run; nothing is created or read when it is built."""

    path: Path

    @classmethod
    def open(cls, path: Path) -> RunDirectory:
        """The run at ``path``.

        Raises:
            CheckpointError: there is no run.
        """
        run = cls(Path(path))
        if not run.config_path.is_file():
            raise CheckpointError(
                str(path),
                "this is no training run: pipeline.config is missing",
                "Name the folder that was given to tfodkit train -o.",
            )
        return run

    def require(self) -> None:
        """Refuse to write into a run that is gone: half a folder in its place would be taken for one.

        Raises:
            OutputError: its ``pipeline.config`` is gone.
        """
        if not self.config_path.is_file():
            what = "the run directory was removed or renamed while training, or its pipeline.config was"
            raise OutputError(str(self.path), what, "Put it back, then start the same command again to go on.")

    @property
    def config_path(self) -> Path:
        return self.path / "pipeline.config"

    @property
    def label_map_path(self) -> Path:
        return self.path / "label_map.pbtxt"

    @property
    def metrics_path(self) -> Path:
        return self.path / "metrics.csv"

    @property
    def evaluations_path(self) -> Path:
        return self.path / "evaluations.csv"

    @property
    def log_path(self) -> Path:
        return self.path / "train.log"

    @property
    def report_path(self) -> Path:
        return self.path / "report"

    @property
    def record_path(self) -> Path:
        return self.path / "run.json"

    def folder(self, which: Which) -> Path:
        """The folder of the best, the last or the averaged checkpoint."""
        return self.path / which

    def figures_path(self, which: Which) -> Path:
        """``metrics.json`` beside a checkpoint: its evaluation; ``last/`` has none."""
        return self.folder(which) / "metrics.json"

    def find_checkpoint(self, which: Which) -> Path | None:
        """The prefix of a checkpoint, such as ``RUN/best/ckpt-300``; ``None`` where there is none yet."""
        return checkpoint_folder.newest(self.folder(which))

    def saved_step(self) -> int:
        """The step that the run can go on from; 0 where nothing is saved."""
        last = self.find_checkpoint("last")
        return checkpoint_folder.step_of(last) if last else 0

    def checkpoint(self, which: WhichOrStep) -> Path:
        """As :meth:`find_checkpoint`, but a missing one is an error; or the checkpoint of a step that is kept.

        Raises:
            CheckpointError: the run has not saved such a checkpoint, or its files are gone.
        """
        if isinstance(which, int):
            return self._of_step(which)
        prefix = self.find_checkpoint(which)
        if prefix is None or not checkpoint_folder.is_whole(prefix):
            raise CheckpointError(
                str(self.folder(which)),
                f"the run has no {which} checkpoint",
                "Let tfodkit train reach its first checkpoint, or choose another one with --which.",
            )
        return prefix

    def _of_step(self, step: int) -> Path:
        """Of ``best/``, whose figures lie beside it, else of ``last/``; an average of checkpoints is of no one step."""
        folders = (self.folder(which) for which in ("last", "best"))  # the later one counts
        kept = [prefix for folder in folders for prefix in checkpoint_folder.kept(folder)]
        whole = [prefix for prefix in kept if prefix.name.startswith("ckpt-") and checkpoint_folder.is_whole(prefix)]
        by_step = {checkpoint_folder.step_of(prefix): prefix for prefix in whole}
        if step not in by_step:
            steps = ", ".join(map(str, sorted(by_step))) or "none"
            what = f"the run has no checkpoint of step {step:,}; those there are: {steps}"
            raise CheckpointError(str(self.path), what, "tfodkit train --keep N keeps the last N checkpoints.")
        return by_step[step]

    def has_moving_averages(self, which: WhichOrStep) -> bool | None:
        """Whether the moving averages in a checkpoint are its weights to use; None where the config has to say it."""
        content = read_figures(self, "best" if isinstance(which, int) else which)
        if content is None or (isinstance(which, int) and content["checkpoint"] != f"ckpt-{which}"):
            return None
        return bool(content["weights"] == Weights.MOVING_AVERAGES)


def read_figures(run: RunDirectory, which: Which) -> dict[str, Any] | None:
    """The ``metrics.json`` of a checkpoint; None where there is none, or it is of another checkpoint.

    Raises:
        CheckpointError: it is damaged.
    """
    path, prefix = run.figures_path(which), run.find_checkpoint(which)
    if prefix is None or not path.is_file():
        return None
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content if content.get("checkpoint") == prefix.name else None
    except (ValueError, AttributeError) as error:
        raise CheckpointError(
            str(path),
            f"holds no figures of a checkpoint ({error})",
            "Remove it; it is then as if nothing was evaluated.",
        ) from error


def parse_which(text: str) -> WhichOrStep:
    """``best``, ``last``, ``averaged`` or a step (``300``, ``step 300``) out of a flag.

    Raises:
        UsageError: none of them.
    """
    for which in get_args(Which):
        if text == which:
            return cast(Which, which)
    digits = text.removeprefix("step").strip()
    if digits.isdecimal():
        return int(digits)
    names = ", ".join(get_args(Which))
    raise UsageError("--which", f"must be one of {names} or a step, but got {text!r}", "Pass one of them.")
