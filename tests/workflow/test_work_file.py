from __future__ import annotations

from pathlib import Path

import pytest

from tfodkit.config.options import PipelineOptions
from tfodkit.dataset.shares import SplitShares
from tfodkit.errors import UsageError
from tfodkit.training.options import TrainOptions
from tfodkit.workflow.record_flags import RecordFlags
from tfodkit.workflow.work import USUAL_TEMPLATE, Work, folder_name
from tfodkit.workflow.work_file import read_work_file

WHOLE = """
images: photos
output: made
templates: [example, mine.config]
make-records: {split: 70/20/10, seed: 3, label-map: maps/a.pbtxt, clip-boxes: true, shard-size: 1MB}
make-config:
  steps: 300
  weights: {mug: 2, bagel: 1.5}
  anchor-scales: [0.1, 0.9]
  checkpoint: zoo
  augment: [light, steps.yaml]
  set: [eval_config.batch_size=4]
train:
  patience: 5
  deterministic: true
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "work.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_gives_each_step_its_flags_and_its_paths_are_beside_it(tmp_path: Path) -> None:
    own = tmp_path / "mine.config"
    own.write_text("")
    assert read_work_file(written(tmp_path, WHOLE)) == Work(
        images=tmp_path / "photos",
        output=tmp_path / "made",
        templates=("example", str(own)),
        records=RecordFlags(
            split=SplitShares(0.7, 0.2, 0.1),
            seed=3,
            label_map=tmp_path / "maps/a.pbtxt",
            clip_boxes=True,
            shard_size=1 << 20,
        ),
        config=PipelineOptions(
            steps=300,
            weights="mug=2,bagel=1.5",
            anchor_scales=(0.1, 0.9),
            fine_tune_checkpoint=Path("zoo"),
            augment=("light", str(tmp_path / "steps.yaml")),
            overrides=("eval_config.batch_size=4",),
        ),
        train=TrainOptions(patience=5, deterministic=True),
    )


def test_what_is_given_at_the_command_line_stands_in_for_the_files(tmp_path: Path) -> None:
    work = read_work_file(written(tmp_path, "images: a\n"), output=tmp_path / "b", templates=("example",))
    assert (work.output, work.templates) == (tmp_path / "b", ("example",))
    assert read_work_file(written(tmp_path, "images: a\noutput: b\n")).templates == (USUAL_TEMPLATE,)


SHAPE = "Write images: FOLDER, and under make-records, make-config or train a flag: value on each line."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ": there must be a mapping. " + SHAPE),
        ("- a", ":1: there must be a mapping. " + SHAPE),
        ("images: [a\n", ":2: it is no well-formed YAML: expected ',' or ']', but got '<stream end>'. " + SHAPE),
        ("output: b", ": images is missing. " + SHAPE),
        ("images: a", ": output is missing. Write output: FOLDER, or pass -o FOLDER."),
        ("images: a\nimages: b", ":2: images is there twice. Leave one of them out."),
        ("images:\noutput: b", ":1: there must be one value. " + SHAPE),
        ("images: a\nimage: b", ":2: there is no key 'image'. Did you mean images?"),
        (
            "images: a\noutput: b\nmake-config:\n  batchsize: 3",
            ":4: there is no option of make-config 'batchsize'. Did you mean batch-size or image-size or resizer?",
        ),
        (
            "images: a\noutput: b\ntrain: {force: true}",
            ":3: there is no option of train 'force'. Choose one of: ",
        ),
        (
            "images: a\noutput: b\nmake-config:\n  steps: many",
            ":4: steps must be a whole number of 1 to 2147483647, but got 'many'. Give a number in that range.",
        ),
        (
            "images: a\noutput: b\nmake-config:\n  steps: 3\n  epochs: 2",
            ":4: --epochs 2: --steps 3 is given too. Give one of them; steps are epochs x images / batch.",
        ),
        (
            "images: a\noutput: b\nmake-records:\n  shard-size: 3",
            ":4: not a size of 1024 bytes or more. Write it as 100MB, 1.5GB or a number of bytes.",
        ),
        (
            "images: a\noutput: b\nmake-records: {single: true, by-folder: true}",
            ":3: --single --by-folder: only one of them can be meant. Leave one of them out.",
        ),
    ],
)
def test_what_can_not_be_meant_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as error:
        read_work_file(path)
    assert str(error.value).startswith(f"{path}{message}")


def test_each_template_has_a_folder_of_its_own(tmp_path: Path) -> None:
    assert folder_name("configs/mine.config") == "mine"
    (tmp_path / "example.config").write_text("")
    with pytest.raises(UsageError, match="--template example: 2 templates of that name are asked for"):
        Work(images=tmp_path, output=tmp_path, templates=("example", str(tmp_path / "example.config")))


def test_the_flags_of_make_records_are_those_of_the_command() -> None:
    from typer.main import get_command

    from tfodkit.cli.main import app
    from tfodkit.config.option_fields import flags_of

    command = get_command(app).commands["make-records"]
    at_the_command_line = {name for parameter in command.params for name in parameter.opts if name.startswith("--")}
    ours = {flag.name for flag in flags_of(RecordFlags).values()}
    assert at_the_command_line - ours == {"--output", "--force", "--json", "--help"} & at_the_command_line
    assert ours <= at_the_command_line
