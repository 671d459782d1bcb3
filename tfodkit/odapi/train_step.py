"""The compiled step: losses, gradients, new weights, on every replica."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tfodkit.odapi.accumulation import mean_of_parts
from tfodkit.odapi.graphs import CompiledFunction
from tfodkit.odapi.optimizer import Optimizer
from tfodkit.odapi.randomness import numbered

TOTAL_LOSS = "Loss/total_loss"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What a step changes: ``variables`` of ``model``, by ``optimizer``; ``step`` counts."""

    model: Any
    variables: Sequence[Any]
    optimizer: Optimizer
    step: Any


class TrainStep:
    """As ``model_lib_v2.eager_train_step``, for the variables that are to learn, and for a batch taken in parts."""

    def __init__(
        self, trained: Trained, train_config: Any, *, strategy: Any, parts: int = 1, seed: int | None = None
    ) -> None:
        """``seed`` makes dropout and sampling a function of the step, where weights have to come out the same again."""
        self._trained, self._config, self._strategy = trained, train_config, strategy
        self._parts, self._seed = parts, seed
        self._compiled = CompiledFunction(self._distributed)
        self._in_a_row = CompiledFunction(self._steps_of)

    def __call__(self, batch: tuple[Any, Any]) -> Mapping[str, Any]:
        """Learn from one batch, ``(features, labels)``; the losses, by upstream's names."""
        losses: Mapping[str, Any] = self._compiled(*batch)
        return losses

    def repeat(self, iterator: Any, count: int) -> None:
        """Learn from the next ``count`` batches of ``iterator`` without a look at Python in between."""
        import tensorflow as tf

        self._in_a_row(iterator, tf.constant(count))

    def _steps_of(self, iterator: Any, count: Any) -> Any:
        import tensorflow as tf

        def step(taken: Any) -> Any:
            self._compiled(*iterator.get_next())
            return taken + 1

        return tf.while_loop(lambda taken: taken < count, step, [tf.constant(0)], parallel_iterations=1)

    def _distributed(self, features: Any, labels: Any) -> Mapping[str, Any]:
        import tensorflow as tf
        from object_detection import model_lib_v2

        losses = self._strategy.run(self._on_replica, args=(features, labels))
        reduced: Mapping[str, Any] = model_lib_v2.reduce_dict(self._strategy, losses, tf.distribute.ReduceOp.SUM)
        return reduced

    def _on_replica(self, features: Any, labels: Any) -> Any:
        import tensorflow as tf

        trained = self._trained
        if self._parts == 1:
            losses, gradients = self._gradients((features, labels), tf.constant(0))
        else:
            losses, gradients = mean_of_parts(
                self._gradients, (features, labels), parts=self._parts, variables=trained.variables
            )
        if self._config.gradient_clipping_by_norm > 0:
            gradients, _ = tf.clip_by_global_norm(gradients, self._config.gradient_clipping_by_norm)
        trained.optimizer.apply(gradients, trained.variables)
        trained.step.assign_add(1)
        return losses

    def _gradients(self, batch: Any, part: Any) -> tuple[Mapping[str, Any], list[Any]]:
        import tensorflow as tf
        from object_detection import model_lib, model_lib_v2

        trained, (features, labels) = self._trained, batch
        trained.model._is_training = True
        tf.keras.backend.set_learning_phase(True)
        labels = model_lib.unstack_batch(labels, unpad_groundtruth_tensors=self._config.unpad_groundtruth_tensors)
        with self._numbered(part), tf.GradientTape() as tape:
            losses, _ = model_lib_v2._compute_losses_and_predictions_dicts(
                trained.model,
                features,
                labels,
                training_step=trained.step,
                add_regularization_loss=self._config.add_regularization_loss,
            )
            losses = model_lib_v2.normalize_dict(losses, self._strategy.num_replicas_in_sync)
        return losses, trained.optimizer.gradients(tape, losses[TOTAL_LOSS], trained.variables)

    def _numbered(self, part: Any) -> contextlib.AbstractContextManager[None]:
        import tensorflow as tf

        if self._seed is None:
            return contextlib.nullcontext()
        return numbered(self._seed, self._trained.step * self._parts + tf.cast(part, tf.int64))
