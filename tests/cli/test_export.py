from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tfodkit.cli.export import command, summary_lines
from tfodkit.errors import CheckpointError, UsageError
from tfodkit.exporting import ExportSource
from tfodkit.exporting.manifest import ExportedFile, ExportManifest, Parity

app = typer.Typer()
app.command()(command)


def make_manifest(**overrides: object) -> ExportManifest:
    values = {
        "path": Path("exported"),
        "checkpoint": "best/ckpt-300",
        "averaged": False,
        "files": (
            ExportedFile("checkpoint/checkpoint", 166, "0" * 64),
            ExportedFile("checkpoint/ckpt-0.index", 2_000_000, "0" * 64),
            ExportedFile("label_map.pbtxt", 50, "0" * 64),
        ),
        "parity": (Parity("frozen_graph", 8, 120, 2.3e-6, 0.0),),
        "parity_pictures": "validation",
        "versions": {},
    }
    return ExportManifest(**{**values, **overrides})  # type: ignore[arg-type]


def test_the_summary_names_folders_files_sizes_and_the_comparison() -> None:
    assert summary_lines(make_manifest()) == [
        "best/ckpt-300 → exported",
        "  checkpoint/         2.0 MB",
        "  label_map.pbtxt     0.1 kB",
        (
            "frozen graph: same as the checkpoint in 8 pictures (validation), 120 detections; "
            "scores within 2e-06, boxes within 0"
        ),
    ]


def test_the_summary_tells_that_weights_are_averages() -> None:
    assert "  weights: their moving averages" in summary_lines(make_manifest(averaged=True))


def test_a_folder_that_is_no_run_ends_with_an_error(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="this is no training run, and holds no whole checkpoint"):
        CliRunner().invoke(app, [str(tmp_path), "-o", str(tmp_path / "exported")], catch_exceptions=False)


def test_an_unknown_checkpoint_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="must be one of best, last, averaged or a step, but got 'newest'"):
        CliRunner().invoke(
            app, [str(tmp_path), "-o", str(tmp_path / "exported"), "--which", "newest"], catch_exceptions=False
        )


def test_json_goes_to_stdout_and_progress_to_stderr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tfodkit.exporting

    def export(source: ExportSource, *_: object, progress: object, **__: object) -> ExportManifest:
        assert source.checkpoint.name == "ckpt-20"
        progress("writing the saved model")  # type: ignore[operator]
        return make_manifest()

    (tmp_path / "pipeline.config").touch()
    (tmp_path / "label_map.pbtxt").touch()
    for end in ("index", "data-00000-of-00001"):
        (tmp_path / f"ckpt-20.{end}").touch()
    monkeypatch.setattr(tfodkit.exporting, "export_checkpoint", export)
    result = CliRunner().invoke(app, [str(tmp_path), "-o", "exported", "--json"], catch_exceptions=False)
    assert json.loads(result.stdout) == make_manifest().to_json()
    assert result.stderr == "writing the saved model …\n"
