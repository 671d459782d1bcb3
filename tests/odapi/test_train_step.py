"""What the settings of a learner change of a step, and what they leave as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfodkit.config import read_checked_pipeline
from tfodkit.errors import UsageError
from tfodkit.odapi.install import install
from tfodkit.odapi.learner import TOTAL_LOSS, Learner, LearnerSettings
from tfodkit.training.draw_order import draw_order

pytestmark = pytest.mark.slow

MakeLearner = Callable[..., Learner]


@pytest.fixture
def make_learner(drawn_config: Path) -> MakeLearner:
    def make(**settings: Any) -> Learner:
        install()
        import tensorflow as tf

        pipeline = read_checked_pipeline(drawn_config)
        # dropout is drawn anew in each step, and at a high rate a rounding becomes another loss within a few steps
        text = pipeline.text.replace("box_code_size", "use_dropout: false box_code_size")
        return Learner(
            re.sub("learning_rate: [0-9.]+", "learning_rate: 0.00001", text),
            strategy=tf.distribute.get_strategy(),
            seed=3,
            settings=LearnerSettings(**settings),
            draws=draw_order(pipeline, seed=3),
        )

    return make


def losses_of(learner: Learner, steps: int) -> list[float]:
    learner.start()
    return [float(learner.take_step()[TOTAL_LOSS]) for _ in range(steps)]


def test_two_parts_give_the_mean_of_the_gradients_of_the_halves(make_learner: MakeLearner) -> None:
    import tensorflow as tf

    learner = make_learner(accumulate=2)
    batch = next(iter(opened(learner)))
    halves = [tf.nest.map_structure(lambda t: t[:2], batch), tf.nest.map_structure(lambda t: t[2:], batch)]
    step = learner._train_step
    by_hand = [step._gradients(half, tf.constant(0)) for half in halves]
    applied: list[Any] = []
    learner._optimizer.apply = lambda gradients, _variables: applied.extend(gradients)  # type: ignore[method-assign]
    losses = step._on_replica(*batch)
    means = [(one + other) / 2 for one, other in zip(*(gradients for _, gradients in by_hand), strict=True)]
    assert any(float(tf.norm(mean)) > 0.1 for mean in means)
    for got, mean in zip(applied, means, strict=True):
        np.testing.assert_allclose(got.numpy(), mean.numpy(), rtol=1e-3, atol=1e-4)
    assert float(losses[TOTAL_LOSS]) == pytest.approx(np.mean([float(loss[TOTAL_LOSS]) for loss, _ in by_hand]))
    assert learner.step == 1


def opened(learner: Learner) -> Any:
    learner.start()
    return [next(learner._iterator)]


def test_parts_learn_nearly_what_the_whole_batch_does(make_learner: MakeLearner) -> None:
    whole, parts = make_learner(), make_learner(accumulate=4)
    expected = losses_of(whole, 3)
    assert losses_of(parts, 3) == pytest.approx(expected, rel=0.3)
    assert (parts.step, parts.images_of_step(3)) == (3, whole.images_of_step(3))


def test_parts_that_leave_a_rest_are_refused(make_learner: MakeLearner) -> None:
    message = r"--accumulate 3: can't part the 4 images that a device has of a batch equally\. Give one of 1, 2, 4\."
    with pytest.raises(UsageError, match=message):
        make_learner(accumulate=3)


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_half_the_bits_give_nearly_the_same_losses(make_learner: MakeLearner, precision: str) -> None:
    import tensorflow as tf

    learner = make_learner(precision=precision)
    assert tf.keras.mixed_precision.global_policy().name == "float32"
    assert {variable.dtype for variable in learner.model.trainable_variables} == {tf.float32}
    assert losses_of(learner, 3) == pytest.approx(losses_of(make_learner(), 3), rel=0.05)


def test_a_step_that_overflows_is_left_out_and_the_scale_halved(make_learner: MakeLearner, tmp_path: Path) -> None:
    import tensorflow as tf

    learner = make_learner(precision="mixed_float16")
    learner.start()
    scale = learner._optimizer._scaling._loss_scale
    scale._current_loss_scale.assign(2.0**127)
    before = [variable.numpy() for variable in learner.model.trainable_variables]
    learner.take_step()
    assert all(np.array_equal(was, now) for was, now in zip(before, learner.model.trainable_variables, strict=True))
    assert float(scale()) == 2.0**126
    saved = learner.checkpoint_manager(tmp_path).save(checkpoint_number=1)

    again = make_learner(precision="mixed_float16")
    again.resume(Path(saved))
    assert float(again._optimizer._scaling._loss_scale()) == 2.0**126
    in_float32 = make_learner()
    in_float32.resume(Path(saved))
    assert in_float32.step == 1
    in_float32.checkpoint_manager(tmp_path / "float32").save(checkpoint_number=1)
    again = make_learner(precision="mixed_float16")
    again.resume(tmp_path / "float32" / "ckpt-1")
    again.start()
    assert float(again._optimizer._scaling._loss_scale()) == 2.0**15
    assert any(
        "loss_scale" in name for name, _ in tf.train.list_variables(again.checkpoint_manager(tmp_path / "b").save())
    )


def test_steps_in_one_call_are_the_steps_one_by_one(make_learner: MakeLearner) -> None:
    single, at_once = make_learner(), make_learner()
    expected = losses_of(single, 5)
    at_once.start()
    at_once.take_step()
    assert float(at_once.take_step(4)[TOTAL_LOSS]) == pytest.approx(expected[-1], rel=1e-3)
    assert (at_once.step, len(at_once.batch_preview()[0])) == (5, 4)
    for one, other in zip(single.batch_preview(), at_once.batch_preview(), strict=True):
        assert all(np.array_equal(left, right) for left, right in zip(one, other, strict=True))
