from __future__ import annotations

from pathlib import Path

import pytest

from tfodkit.errors import CheckpointError, ConfigError
from tfodkit.odapi.model import build_model, restore_model

pytestmark = pytest.mark.tensorflow


def test_values_that_the_api_refuses_are_a_config_error(tiny_config: str) -> None:
    broken = tiny_config.replace("max_total_detections: 100", "max_total_detections: 5")
    with pytest.raises(
        ConfigError, match=r"can't build its model \(.*max_total_detections.*\)\. Mend the value it names"
    ):
        build_model(broken, is_training=False)


def test_a_checkpoint_of_another_model_is_refused_by_count(tiny_config: str, tiny_run: Path) -> None:
    wider = build_model(tiny_config.replace("depth_multiplier: 0.35", "depth_multiplier: 0.5"), is_training=False)
    with pytest.raises(CheckpointError, match=r"\d+ of the model's \d+ variables are not in it, or of another shape"):
        restore_model(wider, tiny_run / "best" / "ckpt-7")


def test_averages_that_are_not_there_are_missed(tiny_config: str, tiny_run: Path) -> None:
    model = build_model(tiny_config, is_training=False)
    with pytest.raises(CheckpointError, match="holds no moving averages, though the config evaluates them"):
        restore_model(model, tiny_run / "best" / "ckpt-7", averaged=True)
