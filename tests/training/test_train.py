"""The loop on a tiny detector: what it leaves behind, that it goes on, and how it fails."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from tfodkit.errors import CheckpointError, ConfigError
from tfodkit.evaluation.accuracy.coco import measure_coco
from tfodkit.training.evaluate_run import evaluate_run
from tfodkit.training.options import TrainOptions
from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.train import TrainingResult, train

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(drawn_config: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    """A run of six steps, evaluated after three and after six."""
    return train(drawn_config, tmp_path_factory.mktemp("trained") / "run", TrainOptions(eval_every=3, log_every=1))


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


def test_a_run_can_be_looked_at(trained: TrainingResult) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    def pictures(folder: str) -> set[str]:
        events = EventAccumulator(str(trained.run / folder))
        events.Reload()
        tags = events.Tags()["tensors"]
        return {tag for tag in tags if events.SummaryMetadata(tag).plugin_data.plugin_name == "images"}

    assert pictures("train") == {"train_input_images"}
    assert pictures("eval") == {f"eval_side_by_side_{number}_0" for number in range(5)}
    with Image.open(trained.run / "curves.png") as curves:
        assert curves.format == "PNG"
    for name, count in (("metrics", 6), ("evaluations", 2)):
        lines = (trained.run / f"{name}.jsonl").read_text().splitlines()
        assert [set(json.loads(line)) for line in lines] == [set(rows(trained.run / f"{name}.csv")[0])] * count
    (start,) = json.loads((trained.run / "run.json").read_text())["starts"]
    assert {"loading TensorFlow", "tracing the train step", "learning", "evaluating"} <= set(start["phases"])


def test_the_best_checkpoint_evaluates_to_the_figures_kept_with_it(trained: TrainingResult) -> None:
    kept = json.loads(RunDirectory(trained.run).figures_path("best").read_text())
    found = evaluate_run(trained.run)
    assert len(found.images.images) == kept["images"]
    assert measure_coco(found.images).figures == pytest.approx(kept["figures"], abs=1e-6)
    assert found.losses == pytest.approx(kept["losses"], rel=1e-4)


def test_starting_again_goes_on_and_every_step_has_one_row(trained: TrainingResult, drawn_config: Path) -> None:
    again = train(drawn_config, trained.run, TrainOptions(steps=8, eval_every=4, log_every=1))
    run = RunDirectory.open(trained.run)
    assert again.step == 8
    assert run.checkpoint("last").name == "ckpt-8"
    assert [row["step"] for row in rows(run.metrics_path)] == [str(step) for step in range(1, 9)]
    assert [row["step"] for row in rows(run.evaluations_path)] == ["3", "6", "8"]
    assert "going on from ckpt-6" in run.log_path.read_text()
    starts = json.loads(run.record_path.read_text())["starts"]
    assert [(one["from_step"], one["to_step"], one["why_ended"]) for one in starts] == [
        (0, 6, "all steps taken"),
        (6, 8, "all steps taken"),
    ]
    third = train(drawn_config, trained.run, TrainOptions(steps=8))
    assert third == again
    assert "nothing to do: the run is at step 8 of 8, all steps taken" in run.log_path.read_text()


def test_another_config_does_not_go_on_with_the_run(trained: TrainingResult, drawn_config: Path) -> None:
    other = drawn_config.with_name("other.config")
    other.write_text(drawn_config.read_text().replace("batch_size: 4", "batch_size: 2"))
    with pytest.raises(ConfigError, match=r"other\.config: train_config\.batch_size was 4 and is 2\. Go on with"):
        train(other, trained.run)


def test_a_damaged_checkpoint_is_named(trained: TrainingResult, tmp_path: Path) -> None:
    run = RunDirectory(Path(shutil.copytree(trained.run, tmp_path / "run")))
    prefix = run.checkpoint("best")
    prefix.with_name(prefix.name + ".index").write_bytes(b"no checkpoint")
    with pytest.raises(CheckpointError, match=rf"best/{prefix.name}: is no readable checkpoint"):
        evaluate_run(run.path)


def test_other_validation_images_begin_the_comparison_anew(
    trained: TrainingResult, drawn_config: Path, tmp_path: Path
) -> None:
    run = RunDirectory(Path(shutil.copytree(trained.run, tmp_path / "run")))
    step = run.saved_step()
    other = drawn_config.with_name("other_images.config")
    before, eval_reader = drawn_config.read_text().split("eval_input_reader")
    other.write_text(f"{before}eval_input_reader{eval_reader.replace('val_mug', 'train_mug')}")
    with pytest.raises(ConfigError, match=r"validation records or their classes are not what they were\. Bring those"):
        train(other, run.path)
    result = train(other, run.path, TrainOptions(steps=step, force=True, monitor="AP/mug"))
    assert result.best is not None
    assert (result.step, result.best.step, result.best.monitor) == (step, step, "AP/mug")
    assert [row["step"] for row in rows(run.evaluations_path)] == [str(step)]
    kept = run.path / f"before-{step}"
    assert rows(kept / "evaluations.csv") == rows(trained.run / "evaluations.csv")
    assert (kept / "best" / "metrics.json").is_file()
