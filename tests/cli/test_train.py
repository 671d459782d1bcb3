from __future__ import annotations

import re
from dataclasses import fields
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


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[TrainOptions]:
    """The options of each run that was asked for; none is trained."""
    found: list[TrainOptions] = []

    def train(_config: Path, output: Path, options: TrainOptions) -> TrainingResult:
        found.append(options)
        return TrainingResult(output, 40, None, "all steps taken")

    monkeypatch.setattr(training, "train", train)
    return found


def test_the_environment_gives_an_option_that_no_flag_gives(
    asked: list[TrainOptions], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"OUTPUT": "run", "PATIENCE": "3", "KEEP": "2", "XLA": "1", "MONITOR": ""}.items():
        monkeypatch.setenv(f"TFODKIT_{name}", value)
    done = CliRunner().invoke(app, ["train", "a.config", "--keep", "5"])
    assert asked == [TrainOptions(patience=3, keep=5, xla=True)]
    assert done.stderr == "from the environment: TFODKIT_OUTPUT=run TFODKIT_PATIENCE=3 TFODKIT_XLA=1\n"


def test_without_the_environment_nothing_is_said_of_it(asked: list[TrainOptions]) -> None:
    done = CliRunner().invoke(app, ["train", "a.config", "-o", "run"])
    assert (asked, done.stderr) == ([TrainOptions()], "")


def test_each_option_has_its_variable_and_the_help_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    text = CliRunner().invoke(app, ["train", "--help"]).output
    names = {f"TFODKIT_{item.name.upper()}" for item in fields(TrainOptions)} | {"TFODKIT_OUTPUT"}
    assert set(re.findall(r"env var: (TFODKIT_\w+)", text)) == names
    assert "env var" not in CliRunner().invoke(app, ["make-config", "--help"]).output


def test_an_interrupted_run_has_the_exit_code_of_its_signal() -> None:
    assert Interrupted("run", "interrupted", "Go on.", signal_number=15).exit_code == 143
