from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tfodkit.errors import OutputError
from tfodkit.reporting.work_text import work_lines
from tfodkit.workflow.ledger import Entry, Ledger
from tfodkit.workflow.run import Done, run_work, take
from tfodkit.workflow.steps import MakeConfig, Step, Train
from tfodkit.workflow.work import Work
from tfodkit.workflow.work_file import read_work_file


class Bake(Step):
    """Writes what the template's recipe says; ``bad`` recipes end in the middle."""

    name = "bake"

    @property
    def output(self) -> Path:
        return self.folder / "cake"

    @property
    def recipe(self) -> str:
        return (self.work.output / "recipe").read_text()

    def key(self) -> str:
        return self.recipe

    def is_whole(self, entry: Entry) -> bool:
        return self.output.is_file() and self.output.read_text() == entry.figures["text"]

    def do(self, tell: object) -> Mapping[str, Any]:  # noqa: ARG002 - it has nothing to say
        if self.recipe == "bad":
            raise KeyboardInterrupt
        known = Ledger(self.work.output / "summary.json").find(self.name, self.template)
        assert (known.key, known.ended) == (self.recipe, None)  # for the next start, should this one be killed now
        self.folder.mkdir(exist_ok=True)
        self.output.write_text(self.recipe)
        return {"text": self.recipe}


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(images=tmp_path / "photos", output=tmp_path, templates=("example",))


def taken(work: Work, recipe: str) -> tuple[Entry, str]:
    """What a new start makes of a recipe, and what it says."""
    (work.output / "recipe").write_text(recipe)
    said: list[str] = []
    return take(Bake(work, "example"), Ledger(work.output / "summary.json"), said.append), said[0]


def test_a_step_is_done_once_and_again_for_another_input_or_a_lost_output(work: Work) -> None:
    entry, said = taken(work, "sponge")
    assert (entry.state, entry.output, said) == ("made", "example/cake", "bake example: to be made")
    again, said = taken(work, "sponge")
    assert (again.state, again.ended, said) == ("up to date", entry.ended, "bake example: up to date")
    other, said = taken(work, "carrot")
    assert (other.state, said) == ("made", "bake example: its input or its options have changed")
    (work.output / "example/cake").write_text("crumbs")
    whole, said = taken(work, "carrot")
    assert (whole.state, said) == ("made", "bake example: what was made is gone or damaged")
    assert (work.output / "example/cake").read_text() == "carrot"


def test_a_step_that_was_interrupted_is_done_at_the_next_start(work: Work) -> None:
    taken(work, "sponge")
    with pytest.raises(KeyboardInterrupt):
        taken(work, "bad")
    found = Ledger(work.output / "summary.json").find("bake", "example")
    assert (found.key, found.ended) == ("bad", None)
    entry, said = taken(work, "sponge")
    assert (entry.state, said) == ("made", "bake example: was interrupted")


def test_a_run_of_something_else_is_kept_beside_the_new_one(work: Work) -> None:
    step = Train(work, "example")
    step.folder.mkdir()
    step.config.write_text("a config")
    work.records_folder.mkdir()
    (work.records_folder / "manifest.json").write_text("{}")
    said: list[str] = []
    before = Entry(step="train", template="example", output="example/run", origin=step.origin())
    for number in (1, 2):
        step.output.mkdir()
        (step.output / "note").write_text(str(number))
        step.prepare(before, said.append)
        assert step.output.is_dir()  # of the same origin: it goes on
        step.prepare(replace(before, origin="another"), said.append)
        assert (step.folder / f"run-before-{number}/note").read_text() == str(number)
        assert not step.output.exists()
    assert said[0].endswith("run was trained of has changed; it is kept as " + str(step.folder / "run-before-1"))


def test_options_that_a_run_can_go_on_with_make_no_other_run(work: Work) -> None:
    def made_of(**options: object) -> tuple[str, str]:
        step = Train(replace(work, train=replace(work.train, **options)), "example")
        return step.origin(), step.key()

    step = Train(work, "example")
    step.folder.mkdir()
    step.config.write_text("a config")
    work.records_folder.mkdir()
    (work.records_folder / "manifest.json").write_text("{}")
    origin, key = made_of()
    assert made_of(mirror=Path("m")) == (origin, key)
    longer = made_of(patience=3)
    assert (longer[0] == origin, longer[1] == key) == (True, False)
    assert made_of(seed=1)[0] != origin


def test_a_config_that_was_changed_by_hand_is_not_overwritten(work: Work) -> None:
    step = MakeConfig(work, "example")
    step.folder.mkdir()
    step.config.write_text("mine")
    entry = Entry(step="make-config", template="example", output="", figures={"sha256": "another"})
    with pytest.raises(OutputError) as error:
        step.is_whole(entry)
    assert str(error.value) == (
        f"{step.config}: was changed since it was made, and would be overwritten. Write the changes as options of "
        "make-config in a work file, and move this file away."
    )


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/a.txt").write_text("dear")
    with pytest.raises(OutputError, match=r"the folder holds 'a.txt' but no summary.json"):
        run_work(Work(images=tmp_path, output=tmp_path / "letters", templates=("example",)))
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["a.txt"]


@pytest.mark.slow
def test_a_second_start_skips_all_and_another_option_redoes_what_hangs_on_it(tmp_path: Path) -> None:
    from tfodkit.example import draw_example

    draw_example(tmp_path / "pictures", images=24, size=(160, 120))
    file = tmp_path / "work.yaml"
    text = (
        "images: pictures\noutput: made\ntemplates: [example]\n"
        "make-config: {steps: 2, batch-size: 2, image-size: 96}\ntrain: {log-every: 1}\n"
    )
    file.write_text(text)
    done = run_work(read_work_file(file))
    assert [(entry.step, entry.state) for entry in done.entries] == [
        ("make-records", "made"),
        ("make-config", "made"),
        ("train", "made"),
        ("eval", "made"),
        ("export", "made"),
    ]
    lines = list(work_lines(done))
    assert "example" in lines[-3]
    again = run_work(read_work_file(file))
    assert {entry.state for entry in again.entries} == {"up to date"}
    assert list(work_lines(again))[-1] == "all of it was up to date"
    file.write_text(text.replace("steps: 2", "steps: 1"))
    other: Done = run_work(read_work_file(file))
    assert [entry.state for entry in other.entries] == ["up to date", "made", "made", "made", "made"]
    assert (tmp_path / "made/example/run-before-1/last/ckpt-2.index").is_file()
    steps = json.loads((tmp_path / "made/summary.json").read_text())["steps"]
    assert [step["figures"]["step"] for step in steps if step["step"] == "train"] == [1]
