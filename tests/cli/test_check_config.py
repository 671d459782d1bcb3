"""``tfodkit check`` of a config as a stranger uses it: text, JSON, exit codes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from builders import cafe_folder
from typer.testing import CliRunner

from tfodkit.cli.main import app
from tfodkit.config import make_config
from tfodkit.config.memory.machine import MachineMemory
from tfodkit.errors import ConfigError, UsageError
from tfodkit.records import RecordOptions, make_records

GB = 1_000_000_000
MEMORY = re.compile(
    r"memory: about 2\.\d GB to train: 1\.\d GB for the model, on the GPU where there is one; 1\.\d GB beside it"
)


@pytest.fixture(autouse=True)
def _enough_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tfodkit.config.memory.machine.machine_memory", lambda: MachineMemory(64 * GB))


def run(*arguments: object) -> Any:
    done = CliRunner().invoke(app, ["check", *map(str, arguments)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    make_records(cafe_folder(folder / "images"), folder / "records", RecordOptions())
    make_config("ssd_mobilenet_v2_320x320_coco17", folder / "records", folder / "pipeline.config")
    return folder / "pipeline.config"


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "pipeline.config"))


def edit(path: Path, old: str, new: str) -> int:
    """Replace what stands once; its line."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_a_sound_config_ends_with_0(config: Path) -> None:
    done = run(config)
    verdict, memory = done.stdout.splitlines()
    assert (done.exit_code, verdict) == (0, "0 errors, 0 warnings, 0 notes: it can be trained")
    assert MEMORY.fullmatch(memory)


def test_a_machine_with_less_memory_than_it_takes_is_warned_of(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tfodkit.config.memory.machine.machine_memory", lambda: MachineMemory(GB))
    line = config.read_text(encoding="utf-8").split("batch_size: 8")[0].count("\n") + 1
    done = run(config)
    assert done.exit_code == 0
    assert done.stdout.startswith(
        "warning TFK606: configs for more memory than is free: 1. Make the config again with "
    )
    assert f"  {config}:{line}: training takes about 2." in done.stdout


def test_errors_come_first_and_end_with_1(config: Path) -> None:
    classes = edit(config, "num_classes: 2", "num_classes: 3")
    knob = edit(config, "  num_steps: 5000", "  num_steps: 5000 sync_replicas: true")
    done = run(config)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "error TFK604: numbers of classes that are not the label map's: 2. Run make-config again for these records."
    )
    assert lines[1].startswith(f"  {config}:{classes}: train_input_reader: num_classes is 3, but the ids of ")
    assert lines[3:] == [
        "",
        "warning TFK626: fields without effect in TensorFlow 2: 1. Take it out.",
        f"  {config}:{knob}: train_config: nothing reads sync_replicas",
        "",
        "2 errors, 1 warning, 0 notes: it can't be trained before the errors are mended",
        *lines[-1:],
    ]


def test_warnings_end_with_1_only_when_strict(config: Path) -> None:
    edit(config, "  num_steps: 5000", "  num_steps: 5000 sync_replicas: true")
    assert run(config).exit_code == 0
    assert run(config, "--strict").exit_code == 1


def test_json_holds_every_finding(config: Path) -> None:
    line = edit(config, "  num_steps: 5000", "  num_steps: 5000 sync_replicas: true")
    report = json.loads(run(config, "--json").stdout)
    assert report["config"] == str(config)
    assert report["counts"] == {"error": 0, "warning": 1, "note": 0}
    assert report["is_sound"]
    assert report["findings"] == [
        {
            "code": "TFK626",
            "severity": "warning",
            "outcome": "open",
            "path": str(config),
            "line": line,
            "subject": "train_config",
            "what": "nothing reads sync_replicas",
            "remedy": "Take it out.",
        }
    ]
    memory = report["memory_bytes"]
    assert memory["batch_size"] == 8
    parts = ("process", "variables", "activations", "shuffle_buffers", "pictures")
    assert memory["total"] == sum(memory[part] for part in parts)


def test_of_a_model_that_nobody_measured_no_memory_is_told(config: Path) -> None:
    edit(config, '"ssd_mobilenet_v2_keras"', '"ssd_of_somebody"')
    assert "memory: " not in run(config).stdout
    assert json.loads(run(config, "--json").stdout)["memory_bytes"] is None


def test_a_config_is_known_by_its_text_too(config: Path) -> None:
    renamed = config.rename(config.with_suffix(".txt"))
    assert ": it can be trained\n" in run(renamed).stdout


def test_a_config_that_does_not_parse_is_told_by_line(tmp_path: Path) -> None:
    path = tmp_path / "my.config"
    path.write_text("model {\n  ssdd { }\n}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"my\.config:2: .*no field named .ssdd.*Did you mean ssd"):
        run(path)


def test_a_config_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"my\.config: can't be read: No such file"):
        run(tmp_path / "my.config")


def test_a_flag_that_is_for_data_is_refused(config: Path) -> None:
    with pytest.raises(UsageError, match=r"--clip-boxes: it is for data, and .* is a config\. Leave it out\."):
        run(config, "--clip-boxes")


def test_no_tensorflow_is_loaded(config: Path) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from tfodkit.cli.main import app;"
        f"assert CliRunner().invoke(app, ['check', {str(config)!r}]).exit_code == 0;"
        "assert not {'tensorflow', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
