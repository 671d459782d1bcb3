from __future__ import annotations

import json
from pathlib import Path

import pytest

from tfodkit.errors import OutputError
from tfodkit.workflow.ledger import Entry, Ledger, digest

TRAINED = Entry(step="train", template="example", output="example/run", key="k", origin="o", figures={"step": 4})


def test_what_was_kept_is_found_by_the_next_start(tmp_path: Path) -> None:
    first = Ledger(tmp_path / "summary.json")
    kept = first.keep(TRAINED)
    assert kept.ended is not None
    assert first.entries == (kept,)
    second = Ledger(tmp_path / "summary.json")
    assert second.find("train", "example") == kept
    assert second.find("train", "other") is None
    assert second.entries == ()


def test_what_was_begun_is_known_as_not_ended(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "summary.json")
    ledger.begin(ledger.keep(TRAINED))
    found = Ledger(tmp_path / "summary.json").find("train", "example")
    assert (found.key, found.ended) == ("k", None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "JSONDecodeError: "),
        ('{"format": 2}', "its format is 2, not 1"),
        ('{"format": 1, "steps": [{}]}', "TypeError: "),
    ],
)
def test_something_else_is_not_gone_on_with(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "summary.json"
    path.write_text(text)
    with pytest.raises(OutputError) as error:
        Ledger(path)
    assert str(error.value).startswith(f"{path}: is no summary that this version can go on with ({problem}")
    assert json.dumps(path.read_text()) == json.dumps(text)


def test_a_digest_tells_values_apart() -> None:
    assert digest("a", {"b": 1, "c": 2}) == digest("a", {"c": 2, "b": 1})
    assert len({digest("a", "b"), digest("ab"), digest(["a"], "b"), digest("a", None)}) == 4
