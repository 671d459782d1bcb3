"""A batch taken in parts, one after the other, for memory that does not hold it whole.

The graph has one part's activations and one set of gradients, whatever the batch; the gradients are the mean of those
of the parts. That is the batch's own gradient as far as a loss is a mean over images, and differs in two ways: the
Object Detection API divides its losses by the number of matched anchors, here by those of each part; and batch
normalisation sees the statistics of a part, and moves its averages once for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tfodkit.errors import UsageError

Compute = Callable[[Any, Any], tuple[Mapping[str, Any], Sequence[Any]]]
"""From a batch and the number of its part to the losses by name, and the gradients, ``None`` where there is none."""


def require_whole_parts(images: int, parts: int) -> None:
    """Refuse ``parts`` that do not part the ``images`` of one device equally.

    Raises:
        UsageError: they leave a rest.
    """
    if images % parts:
        fitting = [str(number) for number in range(1, images + 1) if images % number == 0]
        what = f"can't part the {images} images that a device has of a batch equally"
        raise UsageError(f"--accumulate {parts}", what, f"Give one of {', '.join(fitting)}.")


def mean_of_parts(compute: Compute, batch: Any, *, parts: int, variables: Sequence[Any]) -> Any:
    """Losses and gradients of ``batch``, a nest of tensors ``[images, …]``, as means over its parts.

    Args:
        compute: for one part; it is traced once.
        batch: what to part.
        parts: how many; they are of one size.
        variables: what the gradients are of, in their order.
    """
    import tensorflow as tf

    stacked = tf.nest.map_structure(lambda tensor: _stacked(tensor, parts), batch)
    names: list[str] = []
    is_missing: list[bool] = []

    def add_part(part: Any, losses: Any, sums: Sequence[Any]) -> Any:
        of_part, gradients = compute(tf.nest.map_structure(lambda tensor: tensor[part], stacked), part)
        names[:] = of_part
        is_missing[:] = [gradient is None for gradient in gradients]
        losses = losses.write(part, tf.stack(list(of_part.values())))
        added = [
            total if gradient is None else total + tf.convert_to_tensor(gradient)
            for total, gradient in zip(sums, gradients, strict=True)
        ]
        return part + 1, losses, added

    start = (
        tf.constant(0),
        tf.TensorArray(tf.float32, size=parts),
        [tf.zeros(variable.shape, variable.dtype) for variable in variables],
    )
    _, losses, sums = tf.while_loop(lambda part, *_: part < parts, add_part, start, parallel_iterations=1)
    means = tf.unstack(tf.reduce_mean(losses.stack(), axis=0), num=len(names))
    gradients = [None if missing else total / parts for missing, total in zip(is_missing, sums, strict=True)]
    return dict(zip(names, means, strict=True)), gradients


def _stacked(tensor: Any, parts: int) -> Any:
    """``[images, …]`` as ``[parts, images / parts, …]``."""
    import tensorflow as tf

    stacked = tf.reshape(tensor, tf.concat([[parts, -1], tf.shape(tensor)[1:]], axis=0))
    images, *rest = tensor.shape
    stacked.set_shape([parts, images and images // parts, *rest])
    return stacked
