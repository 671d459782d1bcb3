"""How a learner computes, as apart from what it learns, which is the config's."""

from __future__ import annotations

from dataclasses import dataclass

PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerSettings:
    """The same config learns the same under all of these, but for rounding and the statistics of smaller batches."""

    precision: str = "float32"
    """Of the activations, by Keras' names of policies; weights are float32 in all of them."""
    xla: bool = False
    """Let XLA compile the networks of the model."""
    accumulate: int = 1
    """Batches whose gradients are averaged into one step; the batch that a step is made of stays the config's."""
    deterministic: bool = False
    """The same seed gives the same weights to the bit, on the same machine and versions; slower."""
    batch_size: int | None = None
    """Instead of the config's."""
    data_service: str | None = None
    """The address of a tf.data service that reads and augments, such as ``grpc://localhost:5000``."""

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}, but got {self.precision!r}")
        if self.accumulate < 1:
            raise ValueError(f"accumulate must be 1 or more, but got {self.accumulate}")
