"""What ``run.json`` tells of a run that was started more than once."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tfodkit import __version__
from tfodkit.errors import OutputError
from tfodkit.training.data_fingerprint import DataFingerprint
from tfodkit.training.run_record import Origin, RunRecord, read_data, read_result

DATA = DataFingerprint(train="ab", validation="cd")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "run.json"


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    manifest = tmp_path / "manifest.json"
    manifest.write_text("{}")
    return Origin(
        config_text="model {}", manifest=manifest, data=DATA, seed=7, options={"patience": 3}, devices="the CPU"
    )


def content(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_a_record_tells_where_a_run_came_from(path: Path, origin: Origin) -> None:
    RunRecord(path, origin, from_step=0)
    found = content(path)
    assert list(found) == [
        "format", "tfodkit", "versions", "machine", "config_sha256", "manifest_sha256", "data", "seed", "options",
        "starts", "recoveries", "result",
    ]  # fmt: skip
    assert (found["format"], found["tfodkit"], found["seed"]) == (1, __version__, 7)
    assert found["options"] == {"patience": 3}
    assert found["config_sha256"] == hashlib.sha256(b"model {}").hexdigest()
    assert found["manifest_sha256"] == hashlib.sha256(b"{}").hexdigest()
    assert found["versions"]["tensorflow"].startswith("2.")
    assert found["machine"]["devices"] == "the CPU"
    assert found["machine"]["memory_bytes"] > 1e8


def test_a_start_tells_from_where_to_where_it_went_how_long_it_took_and_why_it_ended(
    path: Path, origin: Origin
) -> None:
    record = RunRecord(path, origin, from_step=0)
    record.keep_phases({"evaluating": 1.23456})
    record.ended(to_step=20, why="all steps taken", result={"best": 0.5})
    (start,) = content(path)["starts"]
    assert (start["from_step"], start["to_step"], start["why_ended"]) == (0, 20, "all steps taken")
    assert datetime.fromisoformat(start["began"]) <= datetime.fromisoformat(start["ended"])
    assert start["phases"] == {"evaluating": 1.235}
    assert content(path)["result"] == {"best": 0.5}


def test_a_run_that_goes_on_keeps_its_history(path: Path, origin: Origin) -> None:
    first = RunRecord(path, origin, from_step=0)
    first.recovered(12, what="the loss of step 12 is no number", did="went back to step 10")
    first.ended(to_step=15, why="interrupted", result={"best": 0.5})
    killed = RunRecord(path, origin, from_step=15)
    killed.keep_phases({"evaluating": 2.0})
    third = RunRecord(path, origin, from_step=15)
    assert third.remedies == ("went back to step 10",)
    found = content(path)
    assert [start["why_ended"] for start in found["starts"]] == ["interrupted", "it was killed", None]
    assert found["recoveries"] == [
        {"step": 12, "what": "the loss of step 12 is no number", "did": "went back to step 10"}
    ]
    assert found["result"] == read_result(path) == {"best": 0.5}


def test_what_was_never_written_has_no_result(path: Path, origin: Origin) -> None:
    assert read_result(path) is None
    assert read_data(path) is None
    RunRecord(path, origin, from_step=0)
    assert read_result(path) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "JSONDecodeError"),
        ("[]", "TypeError"),
        ('{"steps": 4}', "KeyError: 'format'"),
        ('{"format": 9}', "its format is 9, not 1"),
    ],
)
def test_something_else_in_its_place_is_left_alone(path: Path, origin: Origin, text: str, problem: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(OutputError) as caught:
        RunRecord(path, origin, from_step=0)
    message = str(caught.value)
    assert message.startswith(f"{path}: is no record of a run that this version can go on with (")
    assert problem in message
    assert message.endswith(" Move it away; only the history of earlier starts is lost.")
    assert path.read_text() == text


def test_a_run_without_a_manifest_says_so(path: Path, origin: Origin) -> None:
    RunRecord(path, Origin(config_text="", manifest=None, data=DATA, seed=0, options={}, devices="1 GPU"), from_step=0)
    assert content(path)["manifest_sha256"] is None
