"""What an export may be asked for: forms, limits of what the model gives, a fixed shape of its input, and the proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tfodkit.config.model.architecture import architecture
from tfodkit.config.model.detections import set_max_detections, set_suppression
from tfodkit.config.pipeline import Message
from tfodkit.errors import UsageError
from tfodkit.exporting.sample import SAMPLE_SIZE


@dataclass(frozen=True, slots=True)
class DetectionLimits:
    """What the exported model gives of what it finds; the config's own value where one is ``None``.

    ``score_threshold`` is the lowest score, 0 to below 1; ``nms_iou`` the IoU from which on the lower of two boxes of a
    class is dropped, above 0 to 1; ``max_detections`` the most of a picture, of one class or of many, 1 or more.
    """

    score_threshold: float | None = None
    nms_iou: float | None = None
    max_detections: int | None = None

    def __post_init__(self) -> None:
        _require("--score-threshold", self.score_threshold, lambda value: 0 <= value < 1, "0 to below 1")
        _require("--nms-iou", self.nms_iou, lambda value: 0 < value <= 1, "above 0, and 1 at most")
        _require("--max-detections", self.max_detections, lambda value: value >= 1, "1 or more")

    def __bool__(self) -> bool:
        return self != DetectionLimits()

    def apply(self, pipeline: Message, where: str) -> None:
        """Set them in a ``TrainEvalPipelineConfig`` message, in place; ``where`` names it in errors.

        Raises:
            ConfigError: it has no model of an architecture that is known.
            UsageError: a CenterNet that suppresses nothing has no place for a threshold.
        """
        model, kind = architecture(pipeline, where), pipeline.model.WhichOneof("model")
        set_suppression(kind, model, nms_iou=self.nms_iou, score_threshold=self.score_threshold)
        if self.max_detections is not None:
            set_max_detections(kind, model, self.max_detections)


@dataclass(frozen=True, slots=True)
class FixedInput:
    """The shape of the SavedModel's further signature ``fixed``: pictures a call, and their height and width in pixels.

    ``None`` for what may differ from call to call; there is no such signature where all is.
    """

    batch: int | None = None
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        _require("--batch", self.batch, lambda value: value >= 1, "1 or more")
        for side in self.size or ():
            _require("--input-size", side, lambda value: value >= 1, "1 or more a side")

    def __bool__(self) -> bool:
        return self != FixedInput()


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What is written, and on how much it is proven.

    ``formats`` are the forms, by name; all that can hold the model unless given. ``pictures`` is the most validation
    pictures on which each form is compared with the checkpoint, 1 or more.
    """

    formats: tuple[str, ...] | None = None
    pictures: int = SAMPLE_SIZE
    limits: DetectionLimits = field(default_factory=DetectionLimits)
    fixed: FixedInput = field(default_factory=FixedInput)

    def __post_init__(self) -> None:
        _require("--pictures", self.pictures, lambda value: value >= 1, "1 or more")
        if self.fixed and self.formats is not None and "saved_model" not in self.formats:
            what = "a fixed input is a signature of the saved_model, which is not among --formats"
            raise UsageError("--batch, --input-size", what, "Leave them out, or add saved_model to --formats.")


def parse_sides(text: str) -> tuple[int, int]:
    """Height and width of ``640`` or of width x height, as ``--image-size`` has them.

    >>> parse_sides("640x480")
    (480, 640)

    Raises:
        UsageError: it is neither.
    """
    sides = text.lower().replace("×", "x").split("x")
    if len(sides) not in (1, 2) or not all(side.strip().isdecimal() for side in sides):
        raise UsageError("--input-size", f"must be a side or width x height, but got {text!r}", "Pass 640 or 640x480.")
    return int(sides[-1]), int(sides[0])


def _require(flag: str, value: float | None, is_right: Callable[[float], bool], wanted: str) -> None:
    if value is not None and not is_right(value):
        raise UsageError(flag, f"must be {wanted}, but got {value:g}", "Pass another number, or leave it out.")
