from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tfodkit.config.pipeline import parse_pipeline
from tfodkit.errors import UsageError
from tfodkit.reporting.range_test_plot import plot_range_test
from tfodkit.training.lr_finder import RangeTest, find_learning_rate, rate_of_one


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"iterations": 19}, "--iterations: must be 20 or more, but got 19. A curve of fewer can't be read."),
        (
            {"first": 0.1, "last": 0.1},
            "--from and --to: the rates must rise from above 0, but got 0.1 and 0.1. Give 1e-7 and 10, for example.",
        ),
        (
            {"first": 0.0},
            "--from and --to: the rates must rise from above 0, but got 0 and 10. Give 1e-7 and 10, for example.",
        ),
    ],
)
def test_rates_that_make_no_ramp_are_refused(asked: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError) as error:
        RangeTest(**asked)
    assert str(error.value) == text


def test_the_schedule_gives_way_to_a_constant_of_one(tiny_config: str) -> None:
    before, after = parse_pipeline(tiny_config, ""), parse_pipeline(rate_of_one(tiny_config, ""), "")
    rate = after.train_config.optimizer.momentum_optimizer.learning_rate
    assert rate.constant_learning_rate.learning_rate == 1
    rate.CopyFrom(before.train_config.optimizer.momentum_optimizer.learning_rate)
    assert after == before


@pytest.mark.slow
def test_a_test_walks_up_the_rates_and_leaves_all_as_it_was(drawn_config: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in drawn_config.parent.glob("*.config")}
    said: list[str] = []
    found = find_learning_rate(drawn_config, RangeTest(iterations=20, first=1e-6, last=1e6), progress=said.append)
    assert found.curve.is_exploded
    assert found.curve.rates[:2] == pytest.approx([1e-6, 1e-6 * 1e12 ** (1 / 19)])
    assert found.present == pytest.approx(0.02)
    assert said[2].startswith("step 1/20, rate 1e-06, loss ")
    assert {path: path.read_bytes() for path in drawn_config.parent.glob("*.config")} == before
    plot_range_test(found, tmp_path / "lr.png")
    with Image.open(tmp_path / "lr.png") as picture:
        assert picture.size == (1600, 864)
