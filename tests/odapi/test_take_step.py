"""What can go wrong in a step, told in the user's words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tfodkit.errors import RecordError, TfodkitError, TrainingError
from tfodkit.odapi.install import install
from tfodkit.odapi.learner import Learner


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("ResourceExhaustedError", TrainingError, r"no memory left for 32 images a step\. Make the config again"),
        ("DataLossError", RecordError, r"a training record is damaged \(broken\)\. Run make-records again"),
    ],
)
def test_a_step_that_fails_says_what_to_do(name: str, kind: type[TfodkitError], message: str) -> None:
    install()
    import tensorflow as tf

    def fail(_iterator: object) -> None:
        raise getattr(tf.errors, name)(None, None, "broken\nat some operation")

    learner = Learner.__new__(Learner)
    learner.pipeline = SimpleNamespace(train_config=SimpleNamespace(batch_size=32))
    learner._compiled, learner._iterator = fail, None
    with pytest.raises(kind, match=message):
        learner.take_step()
