"""What make-config did: the value that it returns, and that the header and the summary tell of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tfodkit.config.drawn import DrawnClass
from tfodkit.config.memory.forecast import MemoryForecast
from tfodkit.config.model_section import ModelSetup
from tfodkit.config.training_section import TrainingSetup
from tfodkit.config.weights import DrawnGroup


@dataclass(frozen=True, slots=True)
class MadeConfig:
    """What was written, and what it comes to."""

    path: Path
    template: str
    classes: tuple[str, ...]
    train_images: int
    """Those of weight 0 not counted."""
    val_images: int
    training: TrainingSetup
    model: ModelSetup
    metrics: tuple[str, ...]
    epochs: float
    """How often each training image is drawn, on average: steps x batch / images."""
    fine_tune_checkpoint: str | None
    records: tuple[DrawnGroup, ...]
    """The groups of training records, in the order of ``input_path``."""
    notes: tuple[str, ...]
    """What was left out of the template or changed unasked, a sentence each."""
    drawn_classes: tuple[DrawnClass, ...] = ()
    """Each class's share of what is drawn, in the order of ids."""
    warnings: tuple[str, ...] = ()
    """What may spoil the run, a text each; what the linter warns of ends with its code."""
    memory: MemoryForecast | None = None
    """What training takes; None where nobody measured the model."""
