"""What learns: model, optimizer, input and the compiled train step of one ``pipeline.config``.

The step is that of ``object_detection.model_lib_v2.train_loop``: from the same weights and images come the same losses
(a test holds it to the bit). What is around it is ours: the images are drawn by a function of the seed
(:class:`tfodkit.odapi.inputs.DrawnRecords`), the variables are made first, so that the graph is traced once, and it
is traced without AutoGraph, which the API's functions do not need and which takes most of the time.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from tfodkit.errors import CheckpointError, ConfigError, OutOfMemory, RecordError, TrainingError
from tfodkit.odapi import inputs, pipeline as pipelines
from tfodkit.odapi.accumulation import require_whole_parts
from tfodkit.odapi.devices import require_one_step
from tfodkit.odapi.fine_tune import FineTuneReport, load_fine_tune_checkpoint
from tfodkit.odapi.frozen import trained_variables
from tfodkit.odapi.model import build_model, create_variables
from tfodkit.odapi.optimizer import Optimizer
from tfodkit.odapi.precision import FLOAT32, NEEDS_LOSS_SCALE, layers_in, predict_in_float32
from tfodkit.odapi.randomness import seed_keras
from tfodkit.odapi.settings import LearnerSettings
from tfodkit.odapi.train_step import TOTAL_LOSS, Trained, TrainStep
from tfodkit.odapi.xla import compile_networks, is_refusal

__all__ = ["TOTAL_LOSS", "Draws", "Learner", "LearnerSettings"]


class Draws(Protocol):
    """Which image is drawn as which: ``tfodkit.records.draws.DrawOrder`` is one."""

    def record(self, draw: int) -> bytes:
        """The serialized example of a draw, by its number from 0."""

    def image_names(self, draws: Sequence[int]) -> tuple[str, ...]:
        """The file names of the images of draws."""


class Learner:
    """A model in training. Build it, then :meth:`start` it once, then :meth:`take_step` as often as needed."""

    def __init__(
        self,
        config_text: str,
        *,
        strategy: Any,
        seed: int,
        settings: LearnerSettings | None = None,
        draws: Draws | None = None,
    ) -> None:
        """Build the model, its optimizer and the variables.

        Args:
            config_text: the text of a whole ``pipeline.config`` that has been checked.
            strategy: a ``tf.distribute`` strategy.
            seed: of the initial weights and of the augmentation, below 2**32.
            settings: how to compute.
            draws: the images; None lets the API read and shuffle what the config names, without an order that could be
                gone on with.

        Raises:
            ConfigError: the API refuses a value, or the batch can't be shared out over the replicas.
        """
        import tensorflow as tf

        self.settings = settings or LearnerSettings()
        self.pipeline = pipelines.parse(config_text)
        if self.settings.batch_size is not None:
            self.pipeline.train_config.batch_size = self.settings.batch_size
        self.strategy = strategy
        self._seed, self._draws = seed, draws
        batch_size = self.pipeline.train_config.batch_size
        _require_whole_batches(batch_size, strategy.num_replicas_in_sync)
        require_whole_parts(batch_size // strategy.num_replicas_in_sync, self.settings.accumulate)
        if self.settings.deterministic:
            tf.config.experimental.enable_op_determinism()
        seed_keras(seed)
        with strategy.scope():
            self.model, self._undrawn_input = self._build_model(config_text)
            self._step = tf.Variable(
                0,
                trainable=False,
                dtype=tf.int64,
                name="global_step",
                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
            )
            self._rate_factor = tf.Variable(1.0, trainable=False, name="rate_factor")
            self._optimizer = Optimizer(
                self.pipeline.train_config.optimizer,
                step=self._step,
                rate_factor=self._rate_factor,
                scales_loss=self.settings.precision == NEEDS_LOSS_SCALE,
            )
            if self.averages_weights:
                self._optimizer.shadow_copy(self.model)
            variables = trained_variables(self.model, self.pipeline.train_config)
        self._trained = Trained(model=self.model, variables=variables, optimizer=self._optimizer, step=self._step)
        self._checkpoint = tf.train.Checkpoint(
            step=self._step, model=self.model, optimizer=self._optimizer.inner, rate_factor=self._rate_factor
        )
        self._train_step = TrainStep(
            self._trained,
            self.pipeline.train_config,
            strategy=strategy,
            parts=self.settings.accumulate,
            seed=seed if self.settings.deterministic else None,
        )
        self._drawn: inputs.DrawnRecords | None = None
        self._iterator: Any = None
        self._batch: Any = None
        self.waited_seconds = 0.0
        """For the input, in all steps so far."""

    def _build_model(self, config_text: str) -> tuple[Any, Any]:
        """The model with its variables, and the API's own input where nothing else draws: its seeds come first."""
        dataset = None
        with layers_in(self.settings.precision):
            model = build_model(config_text, is_training=True)
            if self._draws is None:
                service = self.settings.data_service
                dataset = inputs.train_dataset(self.pipeline, model, self.strategy, service=service)
            create_variables(model)
        if self.settings.precision != FLOAT32:
            predict_in_float32(model)
        if self.settings.xla:
            compile_networks(model)
        return model, dataset

    @property
    def step(self) -> int:
        """The number of steps taken, over all starts of the run."""
        return int(self._step.numpy())

    @property
    def learning_rate(self) -> float:
        """The rate of the next step."""
        return self._optimizer.learning_rate

    @property
    def rate_factor(self) -> float:
        """What the config's learning rate is multiplied by; a checkpoint keeps it."""
        return float(self._rate_factor.numpy())

    @rate_factor.setter
    def rate_factor(self, value: float) -> None:
        self._rate_factor.assign(value)

    @property
    def averages_weights(self) -> bool:
        """Whether the optimizer keeps moving averages of the weights."""
        return self._optimizer.averages_weights

    def start(self) -> None:
        """Open the input where the present step has to begin; once, after :meth:`resume` or :meth:`fine_tune`.

        Raises:
            CheckpointError: processes that learn together stand at different steps.
        """
        require_one_step(self.strategy, self._step)
        with self.strategy.scope():
            self._optimizer.begin()
        if self._draws is None:
            self._iterator = iter(self._undrawn_input)
            return
        batch_size = self.pipeline.train_config.batch_size
        self._drawn = inputs.DrawnRecords(self._draws.record, first=self.step * batch_size, seed=self._seed)
        dataset = inputs.train_dataset(self.pipeline, self.model, self.strategy, self._drawn)
        self._iterator = iter(dataset)

    def fine_tune(self) -> FineTuneReport | None:
        """Load the config's ``fine_tune_checkpoint``; ``None`` where it names none.

        Raises:
            CheckpointError: it is unreadable or of another model.
        """
        train_config = self.pipeline.train_config
        if not train_config.fine_tune_checkpoint:
            return None
        kind = train_config.fine_tune_checkpoint_type or "detection"
        with self.strategy.scope():
            return load_fine_tune_checkpoint(self.model, Path(train_config.fine_tune_checkpoint), kind)

    def resume(self, checkpoint: Path) -> None:
        """Go on from a checkpoint that :meth:`checkpoint_manager` saved: step, weights and the optimizer's state.

        It may have been saved in another precision.

        Raises:
            CheckpointError: a variable of the model or of the optimizer is not in it, or has another shape.
        """
        import tensorflow as tf

        with self.strategy.scope():
            # the slots must exist, or a missing one would be found out by nobody
            self._optimizer.create_slots(self._trained.variables)
            try:
                self._optimizer.begin_as_in(checkpoint)
                self._checkpoint.restore(str(checkpoint)).assert_existing_objects_matched().expect_partial()
            except (AssertionError, ValueError, tf.errors.OpError) as error:
                raise CheckpointError(
                    str(checkpoint),
                    f"does not fit the model and optimizer of the config ({str(error).splitlines()[0]})",
                    "Go on with the config that the run was started with, or start a new run in another folder.",
                ) from error

    def take_step(self, count: int = 1) -> Mapping[str, Any]:
        """Train on the next batch; the losses, by upstream's names, as tensors (``float()`` waits for them).

        With ``count``, on so many batches in one call, in which nothing can be seen of them; the losses are the last
        batch's, and the time that the others were waited for is not told.

        Raises:
            OutOfMemory: the batch does not fit into the memory of the device or of the machine.
            RecordError: a training record is damaged.
            TrainingError: XLA, which was asked for, can't compile the model.
        """
        import tensorflow as tf

        try:
            if count > 1:
                self._train_step.repeat(self._iterator, count - 1)
            began = time.monotonic()
            self._batch = next(self._iterator)
            self.waited_seconds += time.monotonic() - began
            return self._train_step(self._batch)
        except (tf.errors.ResourceExhaustedError, MemoryError) as error:
            at_once = self.pipeline.train_config.batch_size // self.settings.accumulate
            what = f"there is no memory left for {at_once} images at once"
            remedy = (
                "Take a batch in more parts with --accumulate, a smaller one with --batch-size, or free the device."
            )
            raise OutOfMemory("train_config.batch_size", what, remedy) from error
        except tf.errors.OpError as error:
            if self._drawn is not None and self._drawn.error is not None:
                raise self._drawn.error from error
            if isinstance(error, tf.errors.DataLossError):
                what = f"a training record is damaged ({error.message.splitlines()[0]})"
                raise RecordError("train_input_reader", what, "Run make-records again.") from error
            if self.settings.xla and is_refusal(error):
                what = f"XLA can't compile this model here ({error.message.splitlines()[0]})"
                raise TrainingError("--xla", what, "Start again without --xla.") from error
            raise

    def images_of_step(self, step: int) -> tuple[str, ...]:
        """The file names of the images of a step, by its number from 1; none where the API draws them."""
        if self._draws is None:
            return ()
        batch_size = self.pipeline.train_config.batch_size
        return self._draws.image_names(range((step - 1) * batch_size, step * batch_size))

    def batch_preview(self) -> tuple[Any, list[Any], list[Any]]:
        """The newest batch of the first replica, as the model saw it.

        Returns:
            ``images`` uint8 ``[N, H, W, 3]``, spread over 0 to 255 as the model's own scaling is not undone; for each
            image its boxes ``[n, 4]``, ``yxyx_norm``, and their class ids ``[n]``, from 1.
        """
        features, labels = (self.strategy.experimental_local_results(part)[0] for part in self._batch)
        images = features["image"].numpy().astype("float32")
        low, high = images.min(), images.max()
        images = ((images - low) / max(high - low, 1e-6) * 255).astype("uint8")
        counts = labels["num_groundtruth_boxes"].numpy()
        boxes = [found[:count] for found, count in zip(labels["groundtruth_boxes"].numpy(), counts, strict=True)]
        one_hot = labels["groundtruth_classes"].numpy()
        return images, boxes, [hot[:count].argmax(-1) + 1 for hot, count in zip(one_hot, counts, strict=True)]

    def checkpoint_manager(self, folder: Path, keep: int = 1) -> Any:
        """A ``tf.train.CheckpointManager`` that saves step, model and optimizer as ``folder/ckpt-STEP``."""
        import tensorflow as tf

        return tf.train.CheckpointManager(self._checkpoint, str(folder), max_to_keep=keep)

    @contextlib.contextmanager
    def averaged_weights(self) -> Iterator[None]:
        """Inside, the model holds the moving averages, where the config evaluates them; after it, its own weights."""
        if not pipelines.evaluates_averages(self.pipeline):
            yield
            return
        with self.strategy.scope():
            self._optimizer.swap_weights()
        try:
            yield
        finally:
            with self.strategy.scope():
                self._optimizer.swap_weights()


def _require_whole_batches(batch_size: int, replicas: int) -> None:
    if batch_size % replicas:
        raise ConfigError(
            "pipeline.config",
            f"train_config.batch_size {batch_size} can't be shared out equally over {replicas} devices",
            f"Take a multiple of {replicas}.",
        )
