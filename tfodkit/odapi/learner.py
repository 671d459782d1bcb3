"""What learns: model, optimizer, input and the compiled train step of one ``pipeline.config``.

The order of events is that of ``object_detection.model_lib_v2.train_loop``, down to the operations inside the step, and
with it the random numbers: the same seed and config give the losses of upstream (a test holds it).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tfodkit.errors import CheckpointError, ConfigError, RecordError, TrainingError
from tfodkit.odapi import inputs, pipeline as pipelines
from tfodkit.odapi.fine_tune import FineTuneReport, load_fine_tune_checkpoint
from tfodkit.odapi.model import build_model, create_variables

TOTAL_LOSS = "Loss/total_loss"


class Learner:
    """A model in training. Build it, then :meth:`start` it once, then :meth:`take_step` as often as needed."""

    def __init__(self, config_text: str, *, strategy: Any, seed: int) -> None:
        import tensorflow as tf

        tf.random.set_seed(seed)
        self.pipeline = pipelines.parse(config_text)
        self.strategy = strategy
        _require_whole_batches(self.pipeline.train_config.batch_size, strategy.num_replicas_in_sync)
        with strategy.scope():
            self.model = build_model(config_text, is_training=True)
            self._dataset = inputs.train_dataset(self.pipeline, self.model, strategy)
            self._step = tf.Variable(
                0,
                trainable=False,
                dtype=tf.int64,
                name="global_step",
                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
            )
            self._optimizer, self._learning_rate = _build_optimizer(self.pipeline.train_config.optimizer, self._step)
        self._checkpoint = tf.train.Checkpoint(step=self._step, model=self.model, optimizer=self._optimizer)
        self._has_variables = False
        self._compiled = tf.function(self._distributed_step)
        self._iterator: Any = None

    @property
    def step(self) -> int:
        """The number of steps taken, over all starts of the run."""
        return int(self._step.numpy())

    @property
    def learning_rate(self) -> float:
        """The rate of the next step."""
        rate = self._learning_rate
        return float(rate() if callable(rate) else rate)

    @property
    def averages_weights(self) -> bool:
        """Whether the optimizer keeps moving averages of the weights."""
        return bool(self.pipeline.train_config.optimizer.use_moving_average)

    def start(self) -> None:
        """Open the input; make the variables first where the optimizer averages them, or several replicas share them.

        For one replica without averages they come with the first step, as upstream's do, so that the seeds agree.
        """
        if self.averages_weights or self.strategy.num_replicas_in_sync > 1:
            self.create_variables()
        self._iterator = iter(self._dataset)

    def create_variables(self) -> None:
        """Make all variables of the model, and the moving averages, if they are not there yet."""
        if self._has_variables:
            return
        with self.strategy.scope():
            create_variables(self.model)
            if self.averages_weights:
                self._optimizer.shadow_copy(self.model)
        self._has_variables = True

    def fine_tune(self) -> FineTuneReport | None:
        """Load the config's ``fine_tune_checkpoint``; ``None`` where it names none.

        Raises:
            CheckpointError: it is unreadable or of another model.
        """
        train_config = self.pipeline.train_config
        if not train_config.fine_tune_checkpoint:
            return None
        self.create_variables()
        kind = train_config.fine_tune_checkpoint_type or "detection"
        with self.strategy.scope():
            return load_fine_tune_checkpoint(self.model, Path(train_config.fine_tune_checkpoint), kind)

    def resume(self, checkpoint: Path) -> None:
        """Go on from a checkpoint that :meth:`checkpoint_manager` saved: step, weights and the optimizer's state.

        Raises:
            CheckpointError: a variable of the model or of the optimizer is not in it, or has another shape.
        """
        import tensorflow as tf

        self.create_variables()
        with self.strategy.scope():
            # the slots must exist, or a missing one would be found out by nobody
            self._optimizer._create_all_weights(self.model.trainable_variables)
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
            TrainingError: the batch does not fit into the device's memory.
            RecordError: a training record is damaged.
        """
        import tensorflow as tf

        try:
            losses: Mapping[str, Any] = self._compiled(self._iterator)
        except tf.errors.ResourceExhaustedError as error:
            what = f"the device has no memory left for {self.pipeline.train_config.batch_size} images a step"
            remedy = "Make the config again with a smaller --batch-size or --image-size, or free the device."
            raise TrainingError("train_config.batch_size", what, remedy) from error
        except tf.errors.DataLossError as error:
            what = f"a training record is damaged ({error.message.splitlines()[0]})"
            raise RecordError("train_input_reader", what, "Run make-records again.") from error
        self._has_variables = True
        return losses

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

    def _distributed_step(self, iterator: Any) -> Mapping[str, Any]:
        import tensorflow as tf
        from object_detection import model_lib_v2

        features, labels = iterator.get_next()
        losses = self.strategy.run(self._replica_step, args=(features, labels))
        reduced: Mapping[str, Any] = model_lib_v2.reduce_dict(self.strategy, losses, tf.distribute.ReduceOp.SUM)
        return reduced

    def _replica_step(self, features: Any, labels: Any) -> Any:
        from object_detection import model_lib_v2

        train_config = self.pipeline.train_config
        losses = model_lib_v2.eager_train_step(
            self.model,
            features,
            labels,
            train_config.unpad_groundtruth_tensors,
            self._optimizer,
            training_step=self._step,
            add_regularization_loss=train_config.add_regularization_loss,
            clip_gradients_value=train_config.gradient_clipping_by_norm or None,
            num_replicas=self.strategy.num_replicas_in_sync,
        )
        self._step.assign_add(1)
        return losses


def _require_whole_batches(batch_size: int, replicas: int) -> None:
    if batch_size % replicas:
        raise ConfigError(
            "pipeline.config",
            f"train_config.batch_size {batch_size} can't be shared out equally over {replicas} devices",
            f"Take a multiple of {replicas}.",
        )


def _build_optimizer(config: Any, step: Any) -> tuple[Any, Any]:
    from object_detection.builders import optimizer_builder

    try:
        optimizer, (learning_rate,) = optimizer_builder.build(config, global_step=step)
    except ValueError as error:
        raise ConfigError(
            "pipeline.config",
            f"train_config.optimizer can't be built ({error})",
            "Mend the schedule: steps must grow from 1, and the warm-up must be shorter than the run.",
        ) from error
    return optimizer, learning_rate
