from __future__ import annotations

import pytest

from tfodkit.config.learning.steps import RunLength, epochs_of, run_length
from tfodkit.config.options import PipelineOptions
from tfodkit.config.pipeline import new_pipeline
from tfodkit.errors import UsageError


def length(
    *, images: int = 100, is_own: bool = False, batch_size: int = 512, steps: int = 50_000, **asked: object
) -> RunLength:
    train = new_pipeline().train_config
    train.batch_size, train.num_steps = batch_size, steps
    return run_length(train, PipelineOptions(**asked), images=images, is_own=is_own)  # type: ignore[arg-type]


def test_a_template_is_brought_down_to_one_machine() -> None:
    assert length() == RunLength(5000, 8)
    assert length(batch_size=4, steps=300) == RunLength(300, 4)


def test_a_config_of_ones_own_stays() -> None:
    assert length(is_own=True) == RunLength(50_000, 512)


def test_for_ever_gets_an_end() -> None:
    assert length(steps=0, is_own=True).steps == 5000


@pytest.mark.parametrize(("epochs", "steps"), [(1, 13), (0.001, 1), (2, 25), (10, 125), (0.24, 3)])
def test_epochs_are_rounded_up_to_whole_steps(epochs: float, steps: int) -> None:
    run = length(epochs=epochs)
    assert run == RunLength(steps, 8)
    assert epochs_of(run, images=100) >= epochs


def test_epochs_of_batches_that_are_asked_for() -> None:
    assert length(epochs=3, images=30) == RunLength(12, 8)


def test_more_steps_than_a_config_holds_are_told() -> None:
    with pytest.raises(UsageError) as caught:
        length(epochs=1e6, images=10**6)
    assert str(caught.value) == (
        "--epochs 1000000: with 1000000 images in batches of 8 that is 125000000000 steps, more than 2147483647. "
        "Give fewer."
    )
