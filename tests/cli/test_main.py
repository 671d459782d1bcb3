from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import label_folder
from typer.main import get_command

import tfodkit
from tfodkit.cli.main import COMMANDS, app, main

HEAVY = {"tensorflow", "tf_keras", "object_detection", "official", "matplotlib", "pandas", "cv2"}


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit code of a command line."""
    monkeypatch.setattr(sys, "argv", ["tfodkit", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from tfodkit.cli.main import COMMANDS, main\n"
        "for arguments in [], *([name] for name in COMMANDS):\n"
        "    sys.argv = ['tfodkit', *arguments, '--help']\n"
        "    try:\n        main()\n    except SystemExit as end:\n        assert not end.code\n"
        f"print('HEAVY', sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("HEAVY []")
    assert done.stdout.count("Usage: tfodkit") == len(COMMANDS) + 1


def test_the_module_runs_as_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "tfodkit", "fly"], capture_output=True, text=True, check=False)
    assert (done.returncode, "No such command 'fly'" in done.stderr) == (2, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_output_that_has_no_room_is_an_error(tmp_path: Path) -> None:
    label_folder(tmp_path / "pictures", {"a.jpg": ["mug"]})
    with Path("/dev/full").open("w") as full:
        line = [sys.executable, "-m", "tfodkit", "check", str(tmp_path / "pictures"), "--json"]
        done = subprocess.run(line, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    expected = "error: the output can't be written: No space left on device. Make room.\n"
    assert (done.returncode, done.stderr) == (1, expected)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_an_error_that_nobody_can_be_told_has_its_exit_code(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        line = [sys.executable, "-m", "tfodkit", "train", str(tmp_path / "absent.config"), "-o", "run", "--keep", "no"]
        done = subprocess.run(line, stderr=full, stdout=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example_in_its_help(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, command, "--help") == 0
    assert f"Example: tfodkit {command}" in " ".join(capsys.readouterr().out.replace("│", "").split())


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_what_is_written_of_every_flag(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "400")  # square brackets are markup to rich, and would be swallowed
    assert run(monkeypatch, command, "--help") == 0
    shown = " ".join(capsys.readouterr().out.split())
    for parameter in get_command(app).commands[command].params:
        assert " ".join(parameter.help.split()) in shown


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["make-records", "absent", "-o", "records"], 1, "error: absent: "),
        (["make-config", "--template", "example", "--records", "absent", "-o", "a.config"], 1, "absent"),
        (["make-config", "--template", "exmaple", "--records", "absent", "-o", "a.config"], 2, "example"),
        (["train", "absent.config", "-o", "run"], 1, "error: absent.config: can't be read"),
        (["eval", "absent"], 1, "error: absent: this is no training run: pipeline.config is missing. Name the folder"),
        (
            ["eval", "absent", "--which", "newest"],
            2,
            "error: --which: must be one of best, last, averaged or a step, but got 'newest'.",
        ),
        (["export", "absent", "-o", "exported"], 1, "error: absent: does not exist. Name the folder"),
        (["detect", "absent", "absent", "-o", "found"], 1, "error: absent"),
        (["train"], 2, "Missing argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_is_wrong_is_said_without_a_traceback_and_nothing_is_written(
    arguments: list[str],
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *arguments) == code
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_any_letter_can_be_printed_and_piped_as_utf_8(encoding: str, tmp_path: Path) -> None:
    images = label_folder(tmp_path / "images", {f"{number}.jpg": ["café", "咖啡"] for number in range(4)})
    done = subprocess.run(
        [sys.executable, "-m", "tfodkit", "make-records", str(images), "-o", str(tmp_path / "records"), "--json"],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert [item["name"] for item in json.loads(done.stdout.decode("utf-8"))["classes"]] == ["café", "咖啡"]


def test_the_public_names_are_the_commands() -> None:
    assert {name.replace("-", "_") for name in COMMANDS} <= set(tfodkit.__all__)
    assert set(tfodkit.__all__) <= set(dir(tfodkit))
    assert all(callable(getattr(tfodkit, name)) for name in tfodkit.__all__)
    with pytest.raises(AttributeError, match="module 'tfodkit' has no attribute 'nothing'"):
        _ = tfodkit.nothing
