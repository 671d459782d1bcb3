from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tfodkit.cli.main import app
from tfodkit.errors import Interrupted, UsageError
from tfodkit.training import train as training
from tfodkit.training.keeping import Best
from tfodkit.training.options import TrainOptions
from tfodkit.training.run_directory import Weights
from tfodkit.training.train import TrainingResult


def test_a_run_that_ended_tells_where_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    best = Best(20, 0.5, "AP/mug", Weights.AVERAGED_CHECKPOINTS)
    asked = []

    def train(config: Path, output: Path, options: TrainOptions) -> TrainingResult:
        asked.append((config, output, options))
        return TrainingResult(output, 40, best, "all steps taken")

    monkeypatch.setattr(training, "train", train)
    done = CliRunner().invoke(app, ["train", "a.config", "-o", "run", "--patience", "3", "--force"])
    assert done.output == "trained to step 40, all steps taken; best AP/mug 0.5000 at step 20, kept in run/best\n"
    assert asked == [(Path("a.config"), Path("run"), TrainOptions(patience=3, force=True))]


def test_a_flag_that_can_not_be_meant_is_refused_before_the_config_is_read() -> None:
    refused = CliRunner().invoke(app, ["train", "absent.config", "-o", "run", "--eval-every", "often"])
    assert isinstance(refused.exception, UsageError)
    assert str(refused.exception).startswith("--eval-every often: must be steps (100), epochs (2e) or minutes (10m)")


def test_an_interrupted_run_has_the_exit_code_of_its_signal() -> None:
    assert Interrupted("run", "interrupted", "Go on.", signal_number=15).exit_code == 143
