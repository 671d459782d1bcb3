from __future__ import annotations

from pathlib import Path

import pytest

from tfodkit.config.checkpoint.fine_tune import find_checkpoint, set_fine_tune_checkpoint
from tfodkit.config.lane import Lane
from tfodkit.config.templates import read_template
from tfodkit.errors import CheckpointError


def write_checkpoint(prefix: Path) -> Path:
    prefix.parent.mkdir(parents=True, exist_ok=True)
    prefix.with_name(f"{prefix.name}.index").write_bytes(b"")
    prefix.with_name(f"{prefix.name}.data-00000-of-00001").write_bytes(b"")
    return prefix


def test_a_prefix_an_index_file_and_a_folder_name_the_same(tmp_path: Path) -> None:
    prefix = write_checkpoint(tmp_path / "ckpt-0")
    assert [find_checkpoint(path) for path in (prefix, tmp_path / "ckpt-0.index", tmp_path)] == [prefix] * 3


def test_a_zoo_model_s_folder_holds_it_one_deeper(tmp_path: Path) -> None:
    prefix = write_checkpoint(tmp_path / "ssd_mobilenet_v2_320x320_coco17_tpu-8" / "checkpoint" / "ckpt-0")
    assert find_checkpoint(prefix.parent.parent) == prefix


def test_the_newest_of_a_folder_is_the_highest_number(tmp_path: Path) -> None:
    for number in (9, 10, 2):
        write_checkpoint(tmp_path / f"ckpt-{number}")
    assert find_checkpoint(tmp_path).name == "ckpt-10"


def test_the_path_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_checkpoint(tmp_path / "ckpt-0")
    monkeypatch.chdir(tmp_path)
    assert find_checkpoint(Path("ckpt-0")) == tmp_path / "ckpt-0"


def test_no_checkpoint_is_told(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError) as caught:
        find_checkpoint(tmp_path / "ckpt-0")
    assert str(caught.value) == (
        f"{tmp_path / 'ckpt-0'}: there is no checkpoint of TensorFlow. "
        "Pass the prefix such as checkpoint/ckpt-0, or the folder that holds ckpt-0.index."
    )


def test_half_a_checkpoint_is_told(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "ckpt-0")
    (tmp_path / "ckpt-0.data-00000-of-00001").unlink()
    with pytest.raises(CheckpointError, match=r"has an \.index file but no \.data file\. Unpack the whole archive"):
        find_checkpoint(tmp_path)


def test_a_detection_checkpoint_is_restored_as_one(tmp_path: Path) -> None:
    """The zoo's configs say "classification", which fits the ImageNet checkpoint they were trained from."""
    train = read_template("ssd_mobilenet_v2_320x320_coco17").message().train_config
    assert set_fine_tune_checkpoint(train, write_checkpoint(tmp_path / "ckpt-0"), "detection")
    assert (train.fine_tune_checkpoint, train.fine_tune_checkpoint_type) == (str(tmp_path / "ckpt-0"), "detection")
    assert (
        train.DESCRIPTOR.fields_by_name["fine_tune_checkpoint_version"]
        .enum_type.values_by_number[train.fine_tune_checkpoint_version]
        .name
        == "V2"
    )


def test_without_a_checkpoint_nothing_is_left_of_the_template_s() -> None:
    train = read_template("ssd_mobilenet_v2_320x320_coco17").message().train_config
    assert set_fine_tune_checkpoint(train, None, "detection")
    assert not [field.name for field, _ in train.ListFields() if "checkpoint" in field.name]


def test_a_model_of_tensorflow_1_starts_from_a_checkpoint_of_its_own_lane(tmp_path: Path) -> None:
    prefix = write_checkpoint(tmp_path / "model.ckpt")
    train_config = read_template("ssd_mobilenet_v2_320x320_coco17").message().train_config
    set_fine_tune_checkpoint(train_config, tmp_path, "detection", lane=Lane.TF1)
    assert train_config.fine_tune_checkpoint == str(prefix)
    versions = train_config.DESCRIPTOR.fields_by_name["fine_tune_checkpoint_version"].enum_type
    assert versions.values_by_number[train_config.fine_tune_checkpoint_version].name == "V1"
