"""The loop on a tiny detector: what it leaves behind, that it goes on, and how it fails."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from tfodkit.errors import CheckpointError, ConfigError, TrainingError
from tfodkit.training.evaluate_run import evaluate_run
from tfodkit.training.progress import Display, StepReport
from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.train import TrainingResult, train

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(drawn_config: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    """A run of six steps, evaluated after three and after six."""
    return train(drawn_config, tmp_path_factory.mktemp("trained") / "run", eval_every=3, log_every=1)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_leaves_all_that_its_drawing_names(trained: TrainingResult, drawn_config: Path) -> None:
    run = RunDirectory.open(trained.run)
    assert trained.step == 6
    assert run.config_path.read_text() == drawn_config.read_text()
    assert run.label_map_path.is_file()
    assert run.checkpoint("last").name == "ckpt-6"
    assert run.checkpoint("best").name in {"ckpt-3", "ckpt-6"}
    assert [row["step"] for row in rows(run.metrics_path)] == ["1", "2", "3", "4", "5", "6"]
    assert [row["step"] for row in rows(run.evaluations_path)] == ["3", "6"]
    assert list((run.path / "train").glob("events.*"))
    assert list((run.path / "eval").glob("events.*"))
    assert "step 6/6" in run.log_path.read_text()
    assert json.loads(run.figures_path("best").read_text())["step"] == trained.best.step


def test_the_events_have_upstreams_tags(trained: TrainingResult) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    def tags(folder: str) -> set[str]:
        events = EventAccumulator(str(trained.run / folder))
        events.Reload()
        return set(events.Tags()["tensors"])

    assert {"Loss/total_loss", "Loss/localization_loss", "learning_rate", "steps_per_sec"} <= tags("train")
    assert {"DetectionBoxes_Precision/mAP", "DetectionBoxes_Recall/AR@100", "Loss/total_loss"} <= tags("eval")


def test_the_best_checkpoint_evaluates_to_the_figures_kept_with_it(trained: TrainingResult) -> None:
    kept = json.loads(RunDirectory(trained.run).figures_path("best").read_text())
    result = evaluate_run(trained.run)
    assert result.images == kept["images"]
    assert result.figures == pytest.approx(kept["figures"], abs=1e-6)
    assert result.losses == pytest.approx(kept["losses"], rel=1e-4)


def test_starting_again_goes_on_and_every_step_has_one_row(trained: TrainingResult, drawn_config: Path) -> None:
    again = train(drawn_config, trained.run, steps=8, eval_every=4, log_every=1)
    run = RunDirectory.open(trained.run)
    assert again.step == 8
    assert run.checkpoint("last").name == "ckpt-8"
    assert [row["step"] for row in rows(run.metrics_path)] == [str(step) for step in range(1, 9)]
    assert [row["step"] for row in rows(run.evaluations_path)] == ["3", "6", "8"]
    assert "going on from ckpt-6" in run.log_path.read_text()
    third = train(drawn_config, trained.run, steps=8)
    assert third == again
    assert "nothing to do: the run is at step 8 of 8" in run.log_path.read_text()


def test_another_config_does_not_go_on_with_the_run(trained: TrainingResult, drawn_config: Path) -> None:
    other = drawn_config.with_name("other.config")
    other.write_text(drawn_config.read_text().replace("batch_size: 4", "batch_size: 2"))
    with pytest.raises(ConfigError, match=r"the run was started with another config than .*other\.config\. Go on with"):
        train(other, trained.run)


def test_a_damaged_checkpoint_is_named(trained: TrainingResult, tmp_path: Path) -> None:
    import shutil

    run = RunDirectory(Path(shutil.copytree(trained.run, tmp_path / "run")))
    prefix = run.checkpoint("best")
    prefix.with_name(prefix.name + ".index").write_bytes(b"no checkpoint")
    with pytest.raises(CheckpointError, match=rf"best/{prefix.name}: is no readable checkpoint"):
        evaluate_run(run.path)


def test_a_loss_that_is_no_number_stops_the_run_with_a_remedy(drawn_config: Path, tmp_path: Path) -> None:
    hot = tmp_path / "hot.config"
    text, count = re.subn(r"learning_rate: [\d.]+", "learning_rate: 1e20", drawn_config.read_text())
    assert count == 1
    hot.write_text(text)
    message = (
        r"the loss of step \d is no number any more: .*\. Lower the learning rate, now 1e\+20, .* nothing was saved"
    )
    with pytest.raises(TrainingError, match=message):
        train(hot, tmp_path / "run", eval_every=6)
    assert RunDirectory(tmp_path / "run").find_checkpoint("last") is None


def test_an_interrupted_run_is_saved_and_says_how_to_go_on(
    drawn_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press_control_c(self: Display, report: StepReport, *, keep: bool) -> None:
        if report.step == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Display, "step", press_control_c)
    with pytest.raises(TrainingError, match=r"interrupted after step 2, which is saved\. Start the same command again"):
        train(drawn_config, tmp_path / "run")
    assert RunDirectory(tmp_path / "run").checkpoint("last").name == "ckpt-2"
