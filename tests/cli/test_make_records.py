"""The command: a table to standard output, what was left out to standard error, errors in four parts."""

import json

import pytest
import typer
from builders import cafe_folder, draw_image, label_folder
from typer.testing import CliRunner

from tfodkit.cli import make_records
from tfodkit.errors import DataError, OutputError, UsageError

app = typer.Typer()
app.command()(make_records.command)


def run(*arguments):
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "100"})
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_the_table_counts_images_and_boxes_per_class_and_split(tmp_path):
    done = run(cafe_folder(tmp_path / "in"), "-o", tmp_path / "out", "--split", "0.7")
    rows = [line.split() for line in done.stdout.splitlines() if line.strip() and "─" not in line]
    assert rows[:-1] == [
        ["id", "class", "train", "images", "train", "boxes", "val", "images", "val", "boxes"],
        ["1", "bagel", "3", "3", "1", "1"],
        ["2", "mug", "7", "7", "3", "3"],
        ["no", "objects", "1", "0", "1", "0"],
        ["all", "8", "10", "4", "4"],
        ["class", "boxes", "annotated", "seen", "by", "the", "trainer", "lost"],
        ["bagel", "4", "4", "0"],
        ["mug", "10", "10", "0"],
        ["all", "14", "14", "0"],
    ]
    expected = f"wrote 3 training and 3 validation records, label map and manifest to {tmp_path / 'out'}"
    assert done.stdout.splitlines()[-1] == expected
    assert done.stderr == ""


def test_json_is_the_manifest(tmp_path):
    done = run(cafe_folder(tmp_path / "in"), "-o", tmp_path / "out", "--json", "--seed", "4")
    assert done.stdout == (tmp_path / "out" / "manifest.json").read_text()
    assert json.loads(done.stdout)["options"]["seed"] == 4


def test_what_was_left_out_is_counted_and_named_on_standard_error(tmp_path):
    images = label_folder(tmp_path / "in", {"a.jpg": ["mug"], "b.jpg": ["mug"], "c.jpg": ["[red]cup"]})
    for number in range(25):
        draw_image(images / f"x{number:02}.png")
    done = run(images, "-o", tmp_path / "out")
    first, second = done.stderr.splitlines()
    assert first.startswith("warning: left out 25 images without an annotation [TFK114]: x00.png, x01.png, ")
    assert first.endswith(", x19.png, … and 5 more")
    assert second == (
        "warning: 1 classes that a split lacks [TFK505]: "
        'c.jpg class "[red]cup": no image with it is in val: its only image is in train'
    )
    assert "[red]cup" in done.stdout


def test_a_second_run_says_that_nothing_changed(tmp_path):
    images = cafe_folder(tmp_path / "in")
    wrote, unchanged = (run(images, "-o", tmp_path / "out").stdout.splitlines()[-1] for _ in range(2))
    records = wrote.removeprefix("wrote ").removesuffix(f" to {tmp_path / 'out'}")
    assert unchanged == f"unchanged: {tmp_path / 'out'} holds these {records}"


def test_errors_are_the_librarys(tmp_path):
    images = cafe_folder(tmp_path / "in")
    with pytest.raises(DataError, match="the folder does not exist"):
        run(tmp_path / "nix", "-o", tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty: "):
        run(images, "-o", tmp_path / "out", "--annotations", tmp_path / "empty")
    with pytest.raises(UsageError, match="is not between 0 and 1"):
        run(images, "-o", tmp_path / "out", "--split", "80")
    run(images, "-o", tmp_path / "out")
    with pytest.raises(OutputError, match="--force"):
        run(images, "-o", tmp_path / "out", "--seed", "1")
    assert run(images, "-o", tmp_path / "out", "--seed", "1", "--force").exit_code == 0
    assert run(images).exit_code == 2


def test_every_lost_box_has_its_reason(tmp_path):
    images = cafe_folder(tmp_path / "in")
    for name, change in (("tray_00", "<xmax>4<"), ("tray_01", "<xmax>44<"), ("tray_02", "<xmax>2<")):
        xml = images / f"{name}.xml"
        xml.write_text(xml.read_text().replace("<xmax>20<", change))
    with pytest.raises(DataError, match="--clip-boxes"):
        run(images, "-o", tmp_path / "out")
    done = run(images, "-o", tmp_path / "out", "--clip-boxes", "--drop-invalid")
    (row,) = [" ".join(line.split()) for line in done.stdout.splitlines() if line.startswith("  mug ")]
    assert row == "mug 10 8 2 boxes of zero size: 1; inverted boxes: 1"
    assert done.stderr.splitlines() == [
        'warning: left out 1 inverted boxes [TFK301]: tray_02.xml:19 object 1 "mug"',
        'warning: left out 1 boxes of zero size [TFK302]: tray_00.xml:19 object 1 "mug"',
        "warning: left out 1 images whose objects are all invalid [TFK312]: tray_02.xml:8",
        'warning: changed 1 boxes that leave the image [TFK303]: tray_01.xml:19 object 1 "mug"',
    ]


def test_three_splits_shards_and_one_record_for_all(tmp_path):
    images = cafe_folder(tmp_path / "in")
    done = run(images, "-o", tmp_path / "out", "--split", "50/25/25", "--single", "--shard-size", "2KB")
    names = sorted(path.name for path in (tmp_path / "out").glob("*.record*"))
    assert {name.partition("_")[0].partition(".")[0] for name in names} == {"train", "val", "test"}
    assert any(name.startswith("train.record-00000-of-0000") for name in names)
    assert done.stdout.splitlines()[-1].startswith(f"wrote {sum('train' in name for name in names)} training, ")


def test_lists_and_groups_decide_the_split(tmp_path):
    images = cafe_folder(tmp_path / "in")
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "train.txt").write_text("".join(f"tray_{number:02}\n" for number in range(9)))
    (lists / "val.txt").write_text("".join(f"tray_{number:02}\n" for number in range(9, 12)))
    manifest = json.loads(run(images, "-o", tmp_path / "out", "--split-lists", lists, "--json").stdout)
    assert sum(file["images"] for file in manifest["files"] if file["split"] == "train") == 9
    run(images, "-o", tmp_path / "out2", "--group-by", r"tray_(\d+)", "--no-near-duplicates")
    assert json.loads((tmp_path / "out2" / "manifest.json").read_text())["options"]["group_by"] == r"tray_(\d+)"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--single", "--by-folder"], "--single --by-folder: only one of them can be meant. Leave one of them out."),
        (["--shard-size", "big"], "--shard-size big: not a size of 1024 bytes or more. Write it as 100MB, 1.5GB or"),
        (["--shard-size", "1"], "--shard-size 1: not a size of 1024 bytes or more"),
        (["--group-by", "("], "--group-by: '(' is no regular expression"),
        (["--verify", "none"], "--verify none: there is no such way to verify. Pass full or header."),
        (["--exif", "on"], "--exif on: there is no such policy. Pass error, apply, strip."),
        (["--split", "1/2/3"], "--split: 1/2/3 are not two or three shares"),
    ],
)
def test_a_flag_that_can_not_be_meant_says_what_can(tmp_path, flags, message):
    with pytest.raises(UsageError) as caught:
        run(cafe_folder(tmp_path / "in"), "-o", tmp_path / "out", *flags)
    assert str(caught.value).startswith(message)
    assert not (tmp_path / "out").exists()
