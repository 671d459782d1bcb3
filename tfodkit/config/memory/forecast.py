"""Memory that training takes, foretold from a config, without TensorFlow.

::

    process          TensorFlow, its libraries and the compiled step                                   a constant
    variables        weights, gradients, the optimizer's slots, moving averages         x parameters of the model
    activations      what a step keeps of its pictures until their gradients are there    x batch x input pixels
    shuffle buffers  records, as they lie on disk                                x shuffle_buffer_size x input paths
    pictures         decoded and resized ahead of the step               x batch x num_parallel_batches x input pixels

The figures of each model are in :mod:`tfodkit.config.memory.facts`, with how they were found and how far off they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from tfodkit.config.learning.optimizers import optimizer_name
from tfodkit.config.memory.facts import MODEL_FACTS, PROCESS_BYTES, SCORE_BYTES, STEP_OVERHEAD, ModelFacts
from tfodkit.config.model.architecture import ARCHITECTURES
from tfodkit.config.model.image_size import input_size
from tfodkit.config.pipeline import Message
from tfodkit.config.record_files import shuffle_bytes
from tfodkit.records.manifest import RecordManifest

_FLOAT = 4
_RGB = 3
_SLOTS = {"momentum": 1, "adam": 2, "rms_prop": 2}
_WEIGHTS_AND_GRADIENTS = 2
_CENTER_NET_STRIDE = 4
_OWN_BATCH = 1
"""The batch that the step works on, beside those that wait."""


@dataclass(frozen=True, slots=True)
class Need:
    """Bytes of one memory: what is there in any case, and what grows with the batch."""

    fixed: int
    an_image: int
    images: int
    """Of a batch, on this device."""

    @property
    def total(self) -> int:
        return self.fixed + self.an_image * self.images

    def most_images(self, memory: int) -> int:
        """With which :attr:`total` is within ``memory`` bytes; 0 where even one is too many."""
        return max(0, (memory - self.fixed) // self.an_image)


@dataclass(frozen=True, slots=True)
class MemoryForecast:
    """Bytes by what they are for."""

    batch_size: int
    process: int
    variables: int
    activations: int
    """Of the whole batch."""
    shuffle_buffers: int
    """0 where no manifest tells how large the records are."""
    pictures: int
    """Of all batches in advance."""

    @property
    def total(self) -> int:
        """All of it, wherever it lies."""
        return self.process + self.variables + self.activations + self.shuffle_buffers + self.pictures

    def without_gpu(self) -> Need:
        """Of the computer, where all of it lies there."""
        fixed = self.process + self.variables + self.shuffle_buffers
        return Need(fixed, (self.activations + self.pictures) // self.batch_size, self.batch_size)

    def beside_gpu(self) -> Need:
        """Of the computer, where the model is on a GPU."""
        return Need(self.process + self.shuffle_buffers, self.pictures // self.batch_size, self.batch_size)

    def of_gpu(self, gpus: int = 1) -> Need:
        """Of each of ``gpus``, which share out a batch."""
        return Need(self.variables, self.activations // self.batch_size, -(-self.batch_size // gpus))


def forecast_memory(pipeline: Message, manifest: RecordManifest | None = None) -> MemoryForecast | None:
    """What training a config takes, on one device; None where its model or the size of its input is not known.

    Args:
        pipeline: a ``TrainEvalPipelineConfig``.
        manifest: of the training records, for their sizes.
    """
    facts, batch = model_facts(pipeline), pipeline.train_config.batch_size
    pixels = _input_pixels(pipeline) if facts else None
    if facts is None or pixels is None or batch < 1:
        return None
    return MemoryForecast(
        batch_size=batch,
        process=PROCESS_BYTES,
        variables=round(_width(pipeline) ** 2 * facts.parameters * _FLOAT * _copies(pipeline.train_config.optimizer)),
        activations=round(STEP_OVERHEAD * _activations(pipeline, facts, pixels)),
        shuffle_buffers=round(shuffle_bytes(pipeline.train_input_reader, manifest)) if manifest else 0,
        pictures=_pictures(pipeline, pixels),
    )


def gigabytes(size: int) -> str:
    """``6.2 GB``: in 10^9 bytes."""
    return f"{size / 1e9:.1f} GB"


def model_facts(pipeline: Message) -> ModelFacts | None:
    """The figures of a config's model; None where nobody measured them."""
    kind = pipeline.model.WhichOneof("model")
    if kind not in ARCHITECTURES:
        return None
    name = getattr(pipeline.model, kind).feature_extractor.type
    return MODEL_FACTS.get(f"{name} masks" if _has_masks(pipeline) else name)


def _input_pixels(pipeline: Message) -> int | None:
    try:
        size = input_size(pipeline, "")
    except ValueError:  # sides of 0
        return None
    return size.width * size.height if size else None


def _copies(optimizer: Message) -> int:
    slots = _SLOTS.get(optimizer_name(optimizer) or "", 0)
    return _WEIGHTS_AND_GRADIENTS + slots + int(optimizer.use_moving_average)


def _activations(pipeline: Message, facts: ModelFacts, pixels: int) -> float:
    batch: int = pipeline.train_config.batch_size
    kept = _width(pipeline) * facts.bytes_per_pixel * pixels
    kept += facts.bytes_per_proposal * int(pipeline.model.faster_rcnn.second_stage_batch_size)
    scores = SCORE_BYTES * _score_places(pipeline, pixels) * _classes(pipeline)
    return batch * kept + max(batch * scores, _heat_maps(pipeline, pixels))


def _width(pipeline: Message) -> float:
    """Of the backbone's layers, where a MobileNet is asked for narrower or wider ones than the published."""
    extractor = getattr(pipeline.model, pipeline.model.WhichOneof("model")).feature_extractor
    return float(getattr(extractor, "depth_multiplier", 1.0))


def _classes(pipeline: Message) -> int:
    return int(getattr(pipeline.model, pipeline.model.WhichOneof("model")).num_classes)


def _score_places(pipeline: Message, pixels: int) -> float:
    """Where each class gets a score and its loss: anchors of a pyramid, points of a heat map."""
    if pipeline.model.HasField("center_net"):
        return pixels / _CENTER_NET_STRIDE**2
    anchors = pipeline.model.ssd.anchor_generator.multiscale_anchor_generator
    cells: float = sum(pixels / 4**level for level in range(anchors.min_level, anchors.max_level + 1))
    return cells * len(anchors.aspect_ratios) * int(anchors.scales_per_octave)


def _heat_maps(pipeline: Message, pixels: int) -> int:
    """CenterNet draws a heat map for each object and class, of one picture at a time, before it takes their maximum."""
    if not pipeline.model.HasField("center_net"):
        return 0
    boxes: int = pipeline.train_input_reader.max_number_of_boxes
    return _FLOAT * boxes * _classes(pipeline) * pixels // _CENTER_NET_STRIDE**2


def _pictures(pipeline: Message, pixels: int) -> int:
    reader = pipeline.train_input_reader
    planes = _RGB + (reader.max_number_of_boxes if reader.load_instance_masks else 0)
    batches = reader.num_parallel_batches + reader.num_prefetch_batches + _OWN_BATCH
    return int(pipeline.train_config.batch_size * batches * planes * pixels * _FLOAT)


def _has_masks(pipeline: Message) -> bool:
    predictor = pipeline.model.faster_rcnn.second_stage_box_predictor.mask_rcnn_box_predictor
    return bool(predictor.predict_instance_masks)
