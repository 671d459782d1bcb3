"""A pass over the validation records that the machine has no room for."""

from __future__ import annotations

import pytest

from tfodkit.errors import TrainingError
from tfodkit.odapi.detection import ValidationPass
from tfodkit.odapi.install import install


@pytest.mark.tensorflow
def test_an_evaluation_without_memory_says_what_to_do() -> None:
    install()
    import tensorflow as tf

    def fail(*_batch: object) -> None:
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    one_pass = ValidationPass.__new__(ValidationPass)
    one_pass._dataset, one_pass._compiled = [({"image": [0, 0, 0]}, {})], fail
    with pytest.raises(
        TrainingError, match=r"no memory left to evaluate 3 images at once\. Make the config again with"
    ):
        list(one_pass.detect())
