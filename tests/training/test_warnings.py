"""What the linter warns of is said before training starts, and kept in its log."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from builders import cafe_folder

from tfodkit.config import make_config
from tfodkit.records import RecordOptions, make_records
from tfodkit.training.train import train


def test_a_warning_of_the_config_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_records(cafe_folder(tmp_path / "images"), tmp_path / "records", RecordOptions())
    config = tmp_path / "pipeline.config"
    make_config("ssd_mobilenet_v2_320x320_coco17", tmp_path / "records", config)
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("  num_steps: 5000", "  num_steps: 5000 sync_replicas: true"), encoding="utf-8")
    module = sys.modules["tfodkit.training.train"]
    monkeypatch.setattr(module.Start, "to_the_end", lambda *_, **__: "all steps taken")
    train(config, tmp_path / "run")
    expected = "train_config: nothing reads sync_replicas. Take it out. [TFK626]"
    assert expected in capsys.readouterr().err
    assert expected in (tmp_path / "run" / "train.log").read_text(encoding="utf-8")
