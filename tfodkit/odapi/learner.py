"""What learns: model, optimizer, input and the compiled train step of one ``pipeline.config``.

The step is that of ``object_detection.model_lib_v2.train_loop``: from the same weights and images come the same losses
(a test holds it to the bit). What is around it is ours: the images are drawn by a function of the seed
(:class:`tfodkit.odapi.inputs.DrawnRecords`), the variables are made first, so that the graph is traced once, and it
is traced without AutoGraph, which the API's functions do not need and which takes most of the time.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from tfodkit.errors import CheckpointError, ConfigError, OutOfMemory, RecordError
from tfodkit.odapi import inputs, pipeline as pipelines
from tfodkit.odapi.fine_tune import FineTuneReport, load_fine_tune_checkpoint
from tfodkit.odapi.frozen import trained_variables
from tfodkit.odapi.graphs import CompiledFunction
from tfodkit.odapi.model import build_model, create_variables
from tfodkit.odapi.randomness import numbered, seed_keras
from tfodkit.odapi.settings import LearnerSettings

__all__ = ["TOTAL_LOSS", "Draws", "Learner", "LearnerSettings"]

TOTAL_LOSS = "Loss/total_loss"


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
        _require_whole_batches(self.pipeline.train_config.batch_size, strategy.num_replicas_in_sync)
        if self.settings.deterministic:
            tf.config.experimental.enable_op_determinism()
        seed_keras(seed)
        with strategy.scope():
            self.model = build_model(config_text, is_training=True)
            self._undrawn_input: Any = (
                inputs.train_dataset(self.pipeline, self.model, strategy) if draws is None else None
            )
            self._step = tf.Variable(
                0,
                trainable=False,
                dtype=tf.int64,
                name="global_step",
                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
            )
            self._rate_factor = tf.Variable(1.0, trainable=False, name="rate_factor")
            self._optimizer, self._learning_rate = _build_optimizer(
                self.pipeline.train_config.optimizer, self._step, self._rate_factor
            )
            create_variables(self.model)
            if self.averages_weights:
                self._optimizer.shadow_copy(self.model)
            self._trained = trained_variables(self.model, self.pipeline.train_config)
        self._checkpoint = tf.train.Checkpoint(
            step=self._step, model=self.model, optimizer=self._optimizer, rate_factor=self._rate_factor
        )
        self._compiled = CompiledFunction(self._distributed_step)
        self._drawn: inputs.DrawnRecords | None = None
        self._iterator: Any = None
        self._batch: Any = None
        self.waited_seconds = 0.0
        """For the input, in all steps so far."""

    @property
    def step(self) -> int:
        """The number of steps taken, over all starts of the run."""
        return int(self._step.numpy())

    @property
    def learning_rate(self) -> float:
        """The rate of the next step."""
        return float(self._learning_rate())

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
        return bool(self.pipeline.train_config.optimizer.use_moving_average)

    def start(self) -> None:
        """Open the input where the present step has to begin; once, after :meth:`resume` or :meth:`fine_tune`."""
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

        Raises:
            CheckpointError: a variable of the model or of the optimizer is not in it, or has another shape.
        """
        import tensorflow as tf

        with self.strategy.scope():
            # the slots must exist, or a missing one would be found out by nobody
            self._optimizer._create_all_weights(self._trained)
            try:
                self._checkpoint.restore(str(checkpoint)).assert_existing_objects_matched()
            except (AssertionError, ValueError, tf.errors.OpError) as error:
                raise CheckpointError(
                    str(checkpoint),
                    f"does not fit the model and optimizer of the config ({str(error).splitlines()[0]})",
                    "Go on with the config that the run was started with, or start a new run in another folder.",
                ) from error

    def take_step(self) -> Mapping[str, Any]:
        """Train on the next batch; the losses, by upstream's names, as tensors (``float()`` waits for them).

        Raises:
            OutOfMemory: the batch does not fit into the memory of the device or of the machine.
            RecordError: a training record is damaged.
        """
        import tensorflow as tf

        try:
            began = time.monotonic()
            self._batch = next(self._iterator)
            self.waited_seconds += time.monotonic() - began
            losses: Mapping[str, Any] = self._compiled(*self._batch)
        except (tf.errors.ResourceExhaustedError, MemoryError) as error:
            what = f"there is no memory left for {self.pipeline.train_config.batch_size} images a step"
            remedy = "Make the config again with a smaller --batch-size or --image-size, or free the device."
            raise OutOfMemory("train_config.batch_size", what, remedy) from error
        except tf.errors.OpError as error:
            if self._drawn is not None and self._drawn.error is not None:
                raise self._drawn.error from error
            if isinstance(error, tf.errors.DataLossError):
                what = f"a training record is damaged ({error.message.splitlines()[0]})"
                raise RecordError("train_input_reader", what, "Run make-records again.") from error
            raise
        return losses

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

    def _distributed_step(self, features: Any, labels: Any) -> Mapping[str, Any]:
        import tensorflow as tf
        from object_detection import model_lib_v2

        losses = self.strategy.run(self._replica_step, args=(features, labels))
        reduced: Mapping[str, Any] = model_lib_v2.reduce_dict(self.strategy, losses, tf.distribute.ReduceOp.SUM)
        return reduced

    def _replica_step(self, features: Any, labels: Any) -> Any:
        """As ``model_lib_v2.eager_train_step``, for the variables that are to learn."""
        import tensorflow as tf
        from object_detection import model_lib, model_lib_v2

        train_config = self.pipeline.train_config
        self.model._is_training = True
        tf.keras.backend.set_learning_phase(True)
        labels = model_lib.unstack_batch(labels, unpad_groundtruth_tensors=train_config.unpad_groundtruth_tensors)
        with self._numbered_step(), tf.GradientTape() as tape:
            losses, _ = model_lib_v2._compute_losses_and_predictions_dicts(
                self.model,
                features,
                labels,
                training_step=self._step,
                add_regularization_loss=train_config.add_regularization_loss,
            )
            losses = model_lib_v2.normalize_dict(losses, self.strategy.num_replicas_in_sync)
        gradients = tape.gradient(losses[TOTAL_LOSS], self._trained)
        if train_config.gradient_clipping_by_norm > 0:
            gradients, _ = tf.clip_by_global_norm(gradients, train_config.gradient_clipping_by_norm)
        self._optimizer.apply_gradients(zip(gradients, self._trained, strict=True))
        self._step.assign_add(1)
        return losses

    def _numbered_step(self) -> contextlib.AbstractContextManager[None]:
        """Dropout and sampling as a function of the step, where the weights have to come out the same again."""
        return numbered(self._seed, self._step) if self.settings.deterministic else contextlib.nullcontext()


def _require_whole_batches(batch_size: int, replicas: int) -> None:
    if batch_size % replicas:
        raise ConfigError(
            "pipeline.config",
            f"train_config.batch_size {batch_size} can't be shared out equally over {replicas} devices",
            f"Take a multiple of {replicas}.",
        )


def _build_optimizer(config: Any, step: Any, rate_factor: Any) -> tuple[Any, Callable[[], Any]]:
    """The optimizer, and what gives its learning rate at the present step."""
    from object_detection.builders import optimizer_builder

    try:
        optimizer, (scheduled,) = optimizer_builder.build(config, global_step=step)
    except ValueError as error:
        raise ConfigError(
            "pipeline.config",
            f"train_config.optimizer can't be built ({error})",
            "Mend the schedule: steps must grow from 1, and the warm-up must be shorter than the run.",
        ) from error

    def learning_rate() -> Any:
        return (scheduled() if callable(scheduled) else scheduled) * rate_factor

    innermost = optimizer._optimizer if config.use_moving_average else optimizer
    innermost.learning_rate = learning_rate
    return optimizer, learning_rate
