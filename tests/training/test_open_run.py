"""Which folders a run may begin or go on in; no TensorFlow is needed to tell."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import pytest
from builders import cafe_folder
from training_builders import save

from tfodkit.config import PipelineConfig, PipelineOptions, make_config, read_checked_pipeline
from tfodkit.errors import ConfigError, OutputError
from tfodkit.records import make_records
from tfodkit.training.data_fingerprint import data_fingerprint
from tfodkit.training.open_run import OpenedRun, open_run, refuse_foreign_mirror
from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.run_record import Origin, RunRecord


@pytest.fixture
def pipelines(tmp_path: Path) -> tuple[PipelineConfig, PipelineConfig]:
    """Two configs for the same records."""
    make_records(cafe_folder(tmp_path / "images"), tmp_path / "records")
    paths = [tmp_path / f"{steps}.config" for steps in (10, 20)]
    for path in paths:
        make_config("example", tmp_path / "records", path, PipelineOptions(steps=int(path.stem), schedule="constant"))
    one, other = map(read_checked_pipeline, paths)
    return one, other


def test_a_run_that_has_saved_nothing_takes_another_config(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    for pipeline in pipelines:
        opened = open_run(tmp_path / "run", pipeline)
        run = opened.run
        assert opened == OpenedRun(run)
        assert run.config_path.read_text() == pipeline.text
        assert run.label_map_path.read_bytes() == pipeline.label_map_path.read_bytes()
        run.log_path.touch()


def test_a_config_in_a_folder_without_a_run_is_not_replaced(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    run = open_run(tmp_path / "mine", pipelines[0]).run
    message = (
        f"{run.config_path}: is another config than the one to train, and no run has begun in its folder: "
        "it would be lost. Give the run a folder of its own with -o."
    )
    with pytest.raises(OutputError, match=f"^{re.escape(message)}$"):
        open_run(run.path, pipelines[1])
    assert run.config_path.read_text() == pipelines[0].text
    assert open_run(run.path, pipelines[0]) == OpenedRun(run)


def test_a_run_goes_on_with_the_same_config_however_it_is_laid_out(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    run = open_run(tmp_path / "run", pipelines[0]).run
    save(run.folder("last"), 5)
    pipelines[0].path.write_text(pipelines[0].text.replace("  num_steps: 10", "num_steps:    10  # of them"))
    assert open_run(run.path, read_checked_pipeline(pipelines[0].path)) == OpenedRun(run)


def test_another_config_is_refused_with_what_differs_and_taken_by_force(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    one, other = pipelines
    run = open_run(tmp_path / "run", one).run
    save(run.folder("last"), 5)
    message = (
        f"{run.path}: the run was started with another config than {other.path}: "
        f"train_config.num_steps was 10 and is 20. "
        f"Go on with {run.config_path}, give the new run another folder, or pass --force to go on with the new config."
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        open_run(run.path, other)
    note = "going on by force: train_config.num_steps was 10 and is 20"
    assert open_run(run.path, other, force=True) == OpenedRun(run, is_changed=True, notes=(note,))
    assert run.config_path.read_text() == other.text
    assert open_run(run.path, other) == OpenedRun(run)


def begin(path: Path, pipeline: PipelineConfig) -> RunDirectory:
    """A run that has trained five steps and evaluated."""
    run = open_run(path, pipeline).run
    save(run.folder("last"), 5)
    save(run.folder("best"), 5)
    run.evaluations_path.write_text("step,mAP\n5,0.5\n")
    origin = Origin(
        config_text=pipeline.text, manifest=None, data=data_fingerprint(pipeline), seed=0, options={}, devices="the CPU"
    )
    RunRecord(run.record_path, origin, from_step=0)
    return run


def note_other_checksums(manifest: Path, pattern: str) -> None:
    """Let a manifest tell of records of this name that hold something else."""
    content = json.loads(manifest.read_text())
    for file in content["files"]:
        if fnmatch(file["name"], pattern):
            file["crc32c"] = "00000000"
    manifest.write_text(json.dumps(content))


def records_elsewhere(pipeline: PipelineConfig, folder: Path) -> PipelineConfig:
    """The same config for the records in ``folder``."""
    path = pipeline.path.with_name("elsewhere.config")
    path.write_text(pipeline.text.replace(str(pipeline.train_records[0].parent), str(folder)))
    return read_checked_pipeline(path)


def test_records_may_move(pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path) -> None:
    run = begin(tmp_path / "run", pipelines[0])
    shutil.copytree(run.path, tmp_path / "drive")
    (tmp_path / "records").rename(tmp_path / "moved")
    moved = records_elsewhere(pipelines[0], tmp_path / "moved")
    refuse_foreign_mirror(tmp_path / "drive", moved)
    opened = open_run(run.path, moved)
    assert not opened.is_changed
    (note,) = opened.notes
    assert note.startswith("going on with records that were moved: train_input_reader.label_map_path was ")
    assert re.search(r"/moved/label_map.pbtxt\", and \d+ other paths alike$", note)
    assert run.config_path.read_text() == moved.text
    assert run.evaluations_path.is_file()


def test_records_that_moved_from_nobody_knows_where_are_refused(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    run = begin(tmp_path / "run", pipelines[0])
    run.record_path.unlink()
    (tmp_path / "records").rename(tmp_path / "moved")
    moved = records_elsewhere(pipelines[0], tmp_path / "moved")
    with pytest.raises(ConfigError, match=r"other paths alike\. Bring those back, give the new run") as refused:
        open_run(run.path, moved)
    assert len(str(refused.value)) < 4 * len(str(tmp_path)) + 400


@pytest.mark.parametrize(
    ("pattern", "names"),
    [("*.record", "training and validation"), ("train_*.record", "training"), ("val_*.record", "validation")],
)
def test_other_records_in_the_same_place_are_refused_and_taken_by_force(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path, pattern: str, names: str
) -> None:
    run = begin(tmp_path / "run", pipelines[0])
    note_other_checksums(tmp_path / "records" / "manifest.json", pattern)
    others = read_checked_pipeline(pipelines[0].path)
    what = (
        f"{run.path}: the run was started with other records than {others.path} names: {names} records or their "
        "classes are not what they were. "
        "Bring those back, give the new run another folder, or pass --force to go on with these."
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(what)}$"):
        open_run(run.path, others)
    assert run.evaluations_path.is_file()
    opened = open_run(run.path, others, force=True)
    assert opened.is_changed
    place = run.path / "before-5"
    if "validation" in names:
        assert opened.notes[1] == f"what was evaluated can't be compared with what comes, and is kept in {place}"
        assert (place / "best" / "ckpt-5.index").is_file()
        assert not run.evaluations_path.exists()
        assert run.find_checkpoint("best") is None
        assert run.saved_step() == 5
    else:
        assert run.find_checkpoint("best")
        assert not place.exists()


def test_a_fingerprint_is_of_names_checksums_and_classes(pipelines: tuple[PipelineConfig, PipelineConfig]) -> None:
    pipeline, same = pipelines
    found = data_fingerprint(pipeline)
    assert data_fingerprint(same) == found
    assert found.train != found.validation
    others = [
        replace(pipeline, class_names={**pipeline.class_names, 1: "cup"}),
        replace(pipeline, train_records=pipeline.val_records, val_records=pipeline.train_records),
    ]
    for other in map(data_fingerprint, others):
        assert (other.train != found.train, other.validation != found.validation) == (True, True)


def test_without_a_manifest_the_size_tells(pipelines: tuple[PipelineConfig, PipelineConfig]) -> None:
    pipeline = replace(pipelines[0], manifest=None)
    found = data_fingerprint(pipeline)
    with pipeline.train_records[0].open("ab") as file:
        file.write(b"more")
    other = data_fingerprint(pipeline)
    assert (other.train == found.train, other.validation == found.validation) == (False, True)
    assert data_fingerprint(pipelines[0]) == data_fingerprint(pipelines[1])  # whose manifest was not written anew


def test_a_mirror_of_another_run_or_of_none_is_refused(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    one, other = pipelines
    mirror = tmp_path / "drive"
    refuse_foreign_mirror(mirror, one)
    mirror.mkdir()
    refuse_foreign_mirror(mirror, one)
    (mirror / "holiday.jpg").touch()
    with pytest.raises(OutputError, match=r"drive: the folder holds 'holiday\.jpg' but no pipeline\.config"):
        refuse_foreign_mirror(mirror, one, force=True)
    (mirror / "pipeline.config").write_text(one.text)
    refuse_foreign_mirror(mirror, one)
    message = (
        f"{mirror}: it is the mirror of a run with another config than {other.path}: train_config.num_steps was 10 and "
        "is 20. Name another folder, or pass --force to have it replaced."
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        refuse_foreign_mirror(mirror, other)
    refuse_foreign_mirror(mirror, other, force=True)


def test_many_differences_are_counted(pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path) -> None:
    run = open_run(tmp_path / "run", pipelines[0]).run
    save(run.folder("last"), 5)
    run.config_path.write_text("train_config {}")
    with pytest.raises(
        ConfigError,
        match=r"model was not set and is \{\}|model\..* was not set and is .*; \d+ more; .* other paths alike\. Go on",
    ):
        open_run(run.path, pipelines[0])


def test_a_config_that_is_gone_from_the_run_is_said(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    run = open_run(tmp_path / "run", pipelines[0]).run
    save(run.folder("last"), 5)
    run.config_path.unlink()
    with pytest.raises(OutputError, match=r"but no pipeline\.config"):
        open_run(run.path, pipelines[0])


def test_a_folder_of_something_else_is_left_alone(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match=r"images: the folder holds 'tray_00\.jpg' but no pipeline\.config"):
        open_run(tmp_path / "images", pipelines[0])
