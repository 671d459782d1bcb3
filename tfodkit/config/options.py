"""What can be asked of make-config, as one value: each option is spelled once, as a field with its flag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfodkit.config.learning.freezing import FREEZABLE
from tfodkit.config.learning.optimizers import OPTIMIZERS
from tfodkit.config.learning.schedule_specs import SCHEDULES
from tfodkit.config.metrics import METRICS
from tfodkit.config.option_fields import flags_for, option, read_options
from tfodkit.config.option_values import (
    UnfitOptionError,
    count,
    each,
    list_text,
    listed,
    named,
    named_text,
    number,
    one_of,
    shortest,
)
from tfodkit.config.spec import spec_reader
from tfodkit.errors import UsageError

TRAINING, MODEL, AUGMENTATION, EVALUATION = "Training", "Model", "Augmentation", "Evaluation"
CHECKPOINT_TYPES = ("detection", "classification", "full")
RESIZERS = ("fixed", "keep-ratio", "pad")
LEAST_IMAGE_SIZE, LARGEST_IMAGE_SIZE = 64, 4096
LEAST_RATE = 1e-12
"""Less moves no weight that a 32-bit float holds."""
_SIDE = count(LEAST_IMAGE_SIZE, LARGEST_IMAGE_SIZE)


def _image_size(given: Any) -> int | tuple[int, int]:
    """``640``, or ``640x480`` as width and height."""
    sides = given.lower().split("x") if isinstance(given, str) else given
    if isinstance(sides, int):
        return int(_SIDE(sides))
    if not isinstance(sides, list | tuple) or len(sides) not in (1, 2):
        raise UnfitOptionError(
            f"must be a side or WIDTHxHEIGHT, but got {given!r}", "Give 640 or 640x480, for example."
        )
    width, height = _SIDE(sides[0]), _SIDE(sides[-1])
    return int(width) if len(sides) == 1 else (int(width), int(height))


def _image_size_text(size: int | tuple[int, int]) -> str:
    return str(size) if isinstance(size, int) else f"{size[0]}x{size[1]}"


def _weights(given: Any) -> Any:
    from tfodkit.config.weights import check_weight, parse_weights

    if isinstance(given, str):
        parse_weights(given)
        return given
    for name, weight in given.items():
        check_weight(name, weight)
    return given


def _weights_text(given: Any) -> str:
    from tfodkit.config.weights import format_weights

    return format_weights(given)


def _overrides(given: Any) -> tuple[str, ...]:
    from tfodkit.config.overrides import parse_overrides

    parse_overrides(given)
    return tuple(given)


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineOptions:
    """How the config is to differ from its template. None leaves the choice to :func:`tfodkit.make_config`.

    What has a name and parameters is written as at the command line: ``schedule="cosine:warm_up=0.1"``.

    Raises:
        UsageError: a value that can't be meant; it names the flag.
    """

    batch_size: int | None = option(
        "Images a step; the template's, 8 at most, unless given.", panel=TRAINING, metavar="N", read=count()
    )
    """On all devices together. A file of the user's keeps its own."""
    steps: int | None = option(
        "Training steps; the template's, 5,000 at most, unless given.", panel=TRAINING, metavar="N", read=count()
    )
    """A file of the user's keeps its own."""
    epochs: float | None = option(
        "In place of --steps: how often each training image is drawn, on average.",
        panel=TRAINING,
        metavar="X",
        read=number(0, 1e6, example="50", without_least=True),
        text=shortest,
    )
    """In place of ``steps``; the last, broken step is run."""
    learning_rate: float | None = option(
        "After the warm-up; the template's, scaled to the batch, unless given.",
        panel=TRAINING,
        metavar="X",
        read=number(LEAST_RATE, 100, example="0.01"),
        text=shortest,
    )
    optimizer: str | None = option(
        "momentum:momentum=0.9, adam:epsilon=1e-08, or rms_prop with momentum, decay, epsilon; the template's unless "
        "given.",
        panel=TRAINING,
        metavar="NAME[:…]",
        read=spec_reader(OPTIMIZERS, "optimizer"),
    )
    """Another one than the template's needs ``learning_rate`` too."""
    schedule: str | None = option(
        "constant; exponential with decay_factor, decay_steps, staircase, burn_in, burn_in_rate, lowest; multi-step "
        "with warm_up, at (again for more), factor; cosine with warm_up, warm_up_from, hold; one-cycle with warm_up, "
        "warm_up_from. Durations below 1 are shares of the run; rates are shares of the learning rate. The "
        "template's, fitted, unless given.",
        panel=TRAINING,
        metavar="NAME[:…]",
        read=spec_reader(SCHEDULES, "schedule"),
    )
    """``learning/schedule_specs.py`` tells each. The template's own, by its name alone, is fitted to the run."""
    ema: float | None = option(
        "Average the weights with this decay, such as 0.999, and evaluate and export the averages.",
        panel=TRAINING,
        metavar="DECAY",
        read=number(0, 1, example="0.999", without_least=True, without_most=True),
        text=shortest,
    )
    gradient_clipping: float | None = option(
        "The most that the norm of a gradient may be; 0 for off; the template's unless given.",
        panel=TRAINING,
        metavar="NORM",
        read=number(0, 1e6, example="10"),
        text=shortest,
    )
    freeze: str | None = option(
        "Don't train this part: backbone.", panel=TRAINING, metavar="PART", read=one_of(FREEZABLE, "part to freeze")
    )
    fine_tune_checkpoint: Path | None = option(  # noqa: RUF009 - it makes a field, as the others
        "Fine-tune this: …/ckpt-0, or the folder of a zoo model; or zoo: the template's own, fetched if need be.",
        panel=TRAINING,
        flag="--checkpoint",
        metavar="PATH|zoo",
        read=Path,
    )
    """``…/ckpt-0``, its ``.index`` file, or a folder with checkpoints; None starts from random weights."""
    fine_tune_checkpoint_type: str = option(
        "What to restore: detection (all but the class heads; unless given), classification (backbone), full.",
        panel=TRAINING,
        flag="--checkpoint-type",
        metavar="TYPE",
        read=one_of(CHECKPOINT_TYPES, "checkpoint type"),
        default="detection",
    )

    image_size: int | tuple[int, int] | str | None = option(
        "Input in pixels: 640, or 640x480 as width and height; the template's unless given.",
        panel=MODEL,
        metavar="SIZE",
        read=_image_size,
        text=_image_size_text,
    )
    """The side of a square, or width and height; one number is the short side of a resizer that keeps the ratio."""
    resizer: str | None = option(
        "How images come to that size: fixed stretches them, keep-ratio fits them in, pad does and fills a square.",
        panel=MODEL,
        metavar="NAME",
        read=one_of(RESIZERS, "resizer"),
    )
    anchor_scales: tuple[float, ...] | str | None = option(
        "Sizes of anchors. SSD: the smallest and the largest, or one for each feature map, as shares of the input; "
        "with a pyramid: one, in strides; Faster R-CNN: one or more, of 256 pixels.",
        panel=MODEL,
        metavar="X,…",
        read=listed(number(0, 10_000, example="0.1", without_least=True), "0.1,0.9"),
        text=list_text,
    )
    """``anchors/values.py`` tells their units."""
    aspect_ratios: tuple[float, ...] | str | None = option(
        "Widths of anchors over their heights, such as 1,2,0.5.",
        panel=MODEL,
        metavar="X,…",
        read=listed(number(0, 10_000, example="0.5", without_least=True), "1,2,0.5"),
        text=list_text,
    )
    loss_weights: Mapping[str, float] | str | None = option(
        "Of the parts of the loss: classification=1,localization=2 for SSD.",
        panel=MODEL,
        metavar="NAME=X,…",
        read=named(number(0, 1e6, example="1"), "classification=1,localization=2"),
        text=named_text,
    )
    """``model/loss_weights.py`` tells the parts of each meta-architecture."""
    max_detections: int | None = option(
        "Objects found in an image at most; the template's, or as many as an image has, unless given.",
        panel=MODEL,
        metavar="N",
        read=count(1, 100_000),
    )
    nms_iou: float | None = option(
        "Of two boxes that overlap by more than this IoU, the weaker is dropped.",
        panel=MODEL,
        metavar="X",
        read=number(0, 1, example="0.6", without_least=True),
        text=shortest,
    )
    score_threshold: float | None = option(
        "Boxes below this score are dropped before all else.",
        panel=MODEL,
        metavar="X",
        read=number(0, 1, example="0.01", without_most=True),
        text=shortest,
    )

    weights: Mapping[str, float] | str | None = option(
        "How often each class's record is drawn: bagel=1.5,mug=1, balanced, sqrt or effective-number:0.999.",
        panel=AUGMENTATION,
        metavar="…",
        read=_weights,
        text=_weights_text,
    )
    """By class, or a rule by its name (``weights.py``). None: every image equally often."""
    augment: tuple[str, ...] | None = option(
        "In place of the template's steps: NAME, NAME:parameter=value,…, a file.yaml, or a preset: none, light, ssd, "
        "strong, top-down, colour-critical; again for more.",
        panel=AUGMENTATION,
        metavar="NAME[:…]",
        read=tuple,
        is_repeated=True,
    )

    metrics: tuple[str, ...] | None = option(
        "A metrics set to evaluate by, coco_detection_metrics unless given; again for more.",
        panel=EVALUATION,
        metavar="NAME",
        read=each(one_of(METRICS, "metrics set")),
        is_repeated=True,
    )

    overrides: tuple[str, ...] = option(
        "Any field of the config, last of all, and that alone: eval_config.batch_size=4; again for more.",
        panel="",
        flag="--set",
        metavar="PATH=VALUE",
        read=_overrides,
        default=(),
        is_repeated=True,
    )
    """Set in this order (``overrides.py``)."""

    def __post_init__(self) -> None:
        read_options(self)
        if self.steps is not None and self.epochs is not None:
            remedy = "Give one of them; steps are epochs x images / batch."
            raise UsageError(f"--epochs {shortest(self.epochs)}", f"--steps {self.steps} is given too", remedy)

    def flags(self) -> list[str]:
        """The command-line flags that ask for the same; nothing for what is left to make-config."""
        return flags_for(self)
