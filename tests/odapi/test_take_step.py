"""A step: what it draws, what learns in it, and what can go wrong, told in the user's words."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfodkit.config import read_checked_pipeline
from tfodkit.errors import ConfigError, OutOfMemory, RecordError, TfodkitError
from tfodkit.odapi.install import install
from tfodkit.odapi.learner import TOTAL_LOSS, Learner, LearnerSettings
from tfodkit.training.draw_order import draw_order

pytestmark = pytest.mark.slow

MakeLearner = Callable[..., Learner]
FLIP = "train_config { data_augmentation_options { random_horizontal_flip { probability: 0.5 } }"


@pytest.fixture
def make_learner(drawn_config: Path) -> MakeLearner:
    def make(change: Callable[[str], str] = str, **settings: Any) -> Learner:
        install()
        import tensorflow as tf

        pipeline = read_checked_pipeline(drawn_config)
        return Learner(
            change(pipeline.text),
            strategy=tf.distribute.get_strategy(),
            seed=3,
            settings=LearnerSettings(**settings),
            draws=draw_order(pipeline, seed=3),
        )

    return make


def weights(learner: Learner) -> list[Any]:
    return [variable.numpy() for variable in learner.model.trainable_variables]


def test_a_learner_that_goes_on_draws_and_augments_what_it_would_have(
    make_learner: MakeLearner, tmp_path: Path
) -> None:
    def with_flips(text: str) -> str:
        return text.replace("train_config {", FLIP, 1)

    learner = make_learner(with_flips)
    learner.start()
    learner.take_step()
    saved = learner.checkpoint_manager(tmp_path).save(checkpoint_number=1)
    learner.rate_factor = 0.25
    learner.take_step()
    expected, expected_names = learner.batch_preview(), learner.images_of_step(2)

    gone_on = make_learner(with_flips)
    gone_on.resume(Path(saved))
    gone_on.start()
    gone_on.take_step()
    assert (gone_on.step, gone_on.rate_factor, gone_on.images_of_step(2)) == (2, 1.0, expected_names)
    for ours, theirs in zip(gone_on.batch_preview(), expected, strict=True):
        assert all(np.array_equal(one, other) for one, other in zip(ours, theirs, strict=True))
    assert len(expected_names) == 4
    assert learner.images_of_step(1) != expected_names
    assert learner.waited_seconds > 0


def test_the_rate_factor_slows_the_step_down(make_learner: MakeLearner) -> None:
    moved, rates = [], []
    for factor in (1.0, 0.5):
        learner = make_learner()
        learner.rate_factor = factor
        learner.start()
        before = weights(learner)
        learner.take_step()
        moved.append(sum(np.abs(now - then).sum() for now, then in zip(weights(learner), before, strict=True)))
        rates.append(learner.learning_rate)
    assert moved[1] / moved[0] == pytest.approx(0.5, rel=0.01)
    assert rates[1] / rates[0] == pytest.approx(0.5)


def test_frozen_variables_stay_as_they_are(make_learner: MakeLearner) -> None:
    learner = make_learner(
        lambda text: text.replace("train_config {", 'train_config { freeze_variables: "_feature_ext"', 1)
    )
    learner.start()
    before = {variable.ref(): variable.numpy() for variable in learner.model.trainable_variables}
    learner.take_step()
    moved = [v.name for v in learner.model.trainable_variables if not np.array_equal(before[v.ref()], v.numpy())]
    assert moved
    assert all("BoxPredictor" in name or "BoxEncoding" in name or "ClassPredictor" in name for name in moved)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("nowhere", r"'nowhere' matches no variable of the model, whose first is \S+\. Take the start of"),
        ("(", r"'\(' is no regular expression"),
        ("", "freeze_variables leaves no variable to learn"),
    ],
)
def test_patterns_that_freeze_nothing_or_all_are_refused(make_learner: MakeLearner, pattern: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_learner(lambda text: text.replace("train_config {", f'train_config {{ freeze_variables: "{pattern}"', 1))


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        (
            "ResourceExhaustedError",
            OutOfMemory,
            r"no memory left for 4 images at once\. Take a batch in more parts with --accumulate",
        ),
        ("DataLossError", RecordError, r"a training record is damaged \(broken\)\. Run make-records again"),
    ],
)
def test_a_step_that_fails_says_what_to_do(
    make_learner: MakeLearner, monkeypatch: pytest.MonkeyPatch, name: str, kind: type[TfodkitError], message: str
) -> None:
    import tensorflow as tf

    def fail(*_batch: object) -> None:
        raise getattr(tf.errors, name)(None, None, "broken\nat some operation")

    learner = make_learner()
    learner.start()
    monkeypatch.setattr(learner, "_train_step", fail)
    with pytest.raises(kind, match=message):
        learner.take_step()


def test_a_record_that_changes_under_a_run_is_named(make_learner: MakeLearner, monkeypatch: pytest.MonkeyPatch) -> None:
    learner = make_learner()
    problem = RecordError("a.record: byte 12", "the checksum of its content is wrong", "Run make-records again.")

    def damaged(_draw: int) -> bytes:
        raise problem

    monkeypatch.setattr(learner._draws, "record", damaged)
    learner.start()
    with pytest.raises(RecordError, match=re.escape(str(problem))):
        learner.take_step()


def test_deterministic_runs_are_equal_to_the_bit(drawn_config: Path, tmp_path: Path) -> None:
    import json
    import subprocess
    import sys

    program = f"""
import json, sys
from pathlib import Path
from tfodkit.odapi.install import install
install()
import tensorflow as tf
from tfodkit.config import read_checked_pipeline
from tfodkit.odapi.learner import Learner, LearnerSettings
from tfodkit.training.draw_order import draw_order
pipeline = read_checked_pipeline(sys.argv[1])
text = pipeline.text.replace("train_config {{", "{FLIP}", 1)
learner = Learner(text, strategy=tf.distribute.get_strategy(), seed=5,
                  settings=LearnerSettings(deterministic=True), draws=draw_order(pipeline, seed=5))
learner.start()
print(json.dumps([float(learner.take_step()["{TOTAL_LOSS}"]).hex() for _ in range(8)]))
"""
    runs = [
        subprocess.run([sys.executable, "-c", program, str(drawn_config)], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    first, second = (json.loads(run.stdout.splitlines()[-1]) for run in runs)
    assert first == second
    assert len(set(first)) == 8
