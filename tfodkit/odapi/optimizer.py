"""The optimizer of a ``pipeline.config``, with what is laid around it: averages of the weights, a scale of the loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tfodkit.errors import ConfigError

LOSS_SCALE = "loss_scale"
"""Keras' name for it in a checkpoint."""


class Optimizer:
    """Upstream's optimizer, its learning rate, its moving averages, and the scale that gradients in 16 bits need."""

    def __init__(self, config: Any, *, step: Any, rate_factor: Any, scales_loss: bool) -> None:
        """Build it from the ``Optimizer`` message ``config``.

        Args:
            config: ``train_config.optimizer``.
            step: the variable that counts steps, which the schedule reads.
            rate_factor: a variable that the learning rate is multiplied by.
            scales_loss: multiply the loss by a power of two, so that no gradient falls under the least number of
                float16; found on the way, by halving it and leaving out the step where one overflows.

        Raises:
            ConfigError: the API refuses the config's values.
        """
        self.inner, scheduled = _build(config, step)
        """What a checkpoint keeps; the scale of the loss is a part of it, where there is one."""
        self.averages_weights = bool(config.use_moving_average)
        self._learning_rate = _times(scheduled, rate_factor)
        (self.inner._optimizer if self.averages_weights else self.inner).learning_rate = self._learning_rate
        self._scales_loss = scales_loss
        self._scaling: Any = None

    @property
    def learning_rate(self) -> float:
        """The rate of the next step."""
        return float(self._learning_rate())

    def begin(self) -> None:
        """Make the scale of the loss, before the first step and within the strategy's scope. Idempotent."""
        import tensorflow as tf

        if self._scales_loss and self._scaling is None:
            self._scaling = tf.keras.mixed_precision.LossScaleOptimizer(self.inner)

    def begin_as_in(self, checkpoint: Path) -> None:
        """The same before ``checkpoint`` is restored, if it has a scale: one of another precision has none."""
        import tensorflow as tf

        if any(LOSS_SCALE in name for name, _ in tf.train.list_variables(str(checkpoint))):
            self.begin()

    def create_slots(self, variables: Sequence[Any]) -> None:
        """Make the state that it has of ``variables``, which a step would make."""
        self.inner._create_all_weights(variables)

    def shadow_copy(self, model: Any) -> None:
        """Let the moving averages begin with the weights of ``model``."""
        self.inner.shadow_copy(model)

    def swap_weights(self) -> None:
        """Exchange the weights and their moving averages, outside of a replica and within the strategy's scope."""
        self.inner.swap_weights()

    def gradients(self, tape: Any, loss: Any, variables: Sequence[Any]) -> list[Any]:
        """Of ``loss``, which was computed under ``tape``; not finite where one overflowed, and the step is left out."""
        if self._scaling is None:
            found: list[Any] = tape.gradient(loss, variables)
            return found
        with tape:
            scaled = self._scaling.get_scaled_loss(loss)
        unscaled: list[Any] = self._scaling.get_unscaled_gradients(tape.gradient(scaled, variables))
        return unscaled

    def apply(self, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
        """Change the variables, on all replicas by the sum of their gradients."""
        (self._scaling or self.inner).apply_gradients(zip(gradients, variables, strict=True))


def _build(config: Any, step: Any) -> tuple[Any, Any]:
    from object_detection.builders import optimizer_builder

    try:
        optimizer, (scheduled,) = optimizer_builder.build(config, global_step=step)
    except ValueError as error:
        raise ConfigError(
            "pipeline.config",
            f"train_config.optimizer can't be built ({error})",
            "Mend the schedule: steps must grow from 1, and the warm-up must be shorter than the run.",
        ) from error
    return optimizer, scheduled


def _times(scheduled: Any, rate_factor: Any) -> Callable[[], Any]:
    def learning_rate() -> Any:
        return (scheduled() if callable(scheduled) else scheduled) * rate_factor

    return learning_rate
