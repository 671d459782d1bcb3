"""Starting from somebody's weights: a checkpoint of the zoo, or of an earlier run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfodkit.errors import CheckpointError
from tfodkit.odapi import variables


@dataclass(frozen=True, slots=True)
class FineTuneReport:
    """What a fine-tune checkpoint gave: counts of the model's variables, and the names of those left as initialised.

    ``other_shape`` are in the checkpoint but with another shape, as class heads are; ``missing`` are not in it.
    """

    matched: int
    total: int
    other_shape: tuple[str, ...]
    missing: tuple[str, ...]

    def __str__(self) -> str:
        parts = [f"{self.matched} of {self.total} variables restored"]
        if self.other_shape:
            parts.append(
                f"{len(self.other_shape)} with another shape left as initialised: {', '.join(self.other_shape)}"
            )
        if self.missing:
            parts.append(f"{len(self.missing)} not in the checkpoint: {', '.join(self.missing)}")
        return "; ".join(parts)


def load_fine_tune_checkpoint(model: Any, checkpoint: Path, checkpoint_type: str) -> FineTuneReport:
    """Assign what a checkpoint holds to a model whose variables exist.

    Args:
        model: a ``DetectionModel``.
        checkpoint: the prefix of an object-based checkpoint, such as ``…/checkpoint/ckpt-0``.
        checkpoint_type: ``detection`` restores every variable of the same place and shape, thus all but the class
            heads where the classes differ; ``full`` the same but nothing may be left; ``classification`` the
            backbone only, from a checkpoint of a classifier; others, which some models define, what the Object
            Detection API restores for them.

    Raises:
        CheckpointError: unreadable, name-based, of another model, or incomplete where ``full`` is asked.
    """
    reader = variables.open_checkpoint(checkpoint)
    object_graph = variables.read_object_graph(reader, checkpoint)
    stored = variables.match_variables(_root(model, checkpoint_type), object_graph)
    shapes = reader.get_variable_to_shape_map()
    fitting = [item for item in stored if item.fits(shapes)]
    report = _report(stored, fitting)
    if not fitting:
        raise CheckpointError(
            str(checkpoint),
            f"none of the model's {report.total} variables is in the checkpoint",
            "Use the checkpoint of the same model as the template.",
        )
    if checkpoint_type == "full" and report.matched < report.total:
        raise CheckpointError(
            str(checkpoint),
            f"fine_tune_checkpoint_type is full, but only {report}",
            'Use fine_tune_checkpoint_type: "detection".',
        )
    for item in fitting:
        item.variable.assign(reader.get_tensor(item.key))
    return report


def _root(model: Any, checkpoint_type: str) -> Any:
    import tensorflow as tf

    if checkpoint_type in {"detection", "full"}:
        return tf.train.Checkpoint(model=model)
    return tf.train.Checkpoint(**model.restore_from_objects(fine_tune_checkpoint_type=checkpoint_type))


def _report(stored: list[variables.StoredVariable], fitting: list[variables.StoredVariable]) -> FineTuneReport:
    rest = [item for item in stored if item not in fitting]
    return FineTuneReport(
        matched=len(fitting),
        total=len(stored),
        other_shape=tuple(item.path for item in rest if item.key),
        missing=tuple(item.path for item in rest if not item.key),
    )
