"""``tfodkit check`` as a stranger uses it: text, JSON, exit codes, mended copies."""

import json

import pytest
from builders import cafe_folder, label_image, make_object
from PIL import Image
from typer.testing import CliRunner

from tfodkit.cli.main import app
from tfodkit.dataset.read import read_annotations


def run(*arguments):
    done = CliRunner().invoke(app, ["check", *map(str, arguments)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def break_box(path, xmax=44):
    path.write_text(path.read_text().replace("<xmax>20<", f"<xmax>{xmax}<"))


def rotate(path):
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(path) as image:
        image.save(path, exif=exif)


def test_a_sound_folder_ends_with_0(tmp_path):
    done = run(cafe_folder(tmp_path), "--few-images", 0)
    assert done.exit_code == 0
    assert done.stdout == (
        "note TFK504: images without objects: 2. They are trained on as background.\n"
        f"  {tmp_path}/tray_10.xml: no object is marked in the image\n"
        f"  {tmp_path}/tray_11.xml: no object is marked in the image\n"
        "\n"
        "12 images with 14 boxes of 2 classes\n"
        "0 errors, 0 warnings, 2 notes: records can be made\n"
    )


def test_errors_come_first_and_end_with_1(tmp_path):
    cafe_folder(tmp_path)
    break_box(tmp_path / "tray_03.xml")
    done = run(tmp_path)
    assert done.exit_code == 1
    first, second = done.stdout.splitlines()[:2]
    remedy = "Fix the box in labelImg, or pass --clip-boxes."
    assert first == f"error TFK303: boxes that leave the image: 1. {remedy}"
    assert second == f'  {tmp_path}/tray_03.xml:19: object 1 "mug": xmax 44 > width 40'
    assert done.stdout.endswith("no records can be made before the errors are mended\n")


def test_warnings_end_with_1_only_when_strict(tmp_path):
    cafe_folder(tmp_path)
    assert run(tmp_path).exit_code == 0
    assert run(tmp_path, "--strict").exit_code == 1


def test_many_places_are_counted_and_all_are_shown_when_asked(tmp_path):
    for number in range(9):
        label_image(tmp_path / f"{number}.png", make_object())
        break_box(tmp_path / f"{number}.xml")
    assert "  … and 4 more; --all shows them" in run(tmp_path).stdout
    assert run(tmp_path, "--all").stdout.count("xmax 44 > width 40") == 9


def test_json_holds_every_finding(tmp_path):
    cafe_folder(tmp_path)
    break_box(tmp_path / "tray_03.xml")
    done = run(tmp_path, "--json", "--clip-boxes", "--few-images", 0)
    assert done.exit_code == 0
    report = json.loads(done.stdout)
    assert (report["format"], report["images"], report["boxes"]) == ("voc", 12, {"bagel": 4, "mug": 10})
    assert report["counts"] == {"error": 0, "warning": 1, "note": 2}
    assert report["is_sound"]
    assert report["findings"][0] == {
        "code": "TFK303",
        "severity": "warning",
        "outcome": "fixed",
        "path": str(tmp_path / "tray_03.xml"),
        "line": 19,
        "subject": 'object 1 "mug"',
        "what": "xmax 44 > width 40",
        "remedy": "Fix the box in labelImg, or pass --clip-boxes.",
    }


def test_a_template_tells_which_boxes_are_tiny(tmp_path):
    label_image(tmp_path / "a.png", make_object("mug", 4, 6, 5, 7))
    template = "ssd_mobilenet_v2_320x320_coco17"
    assert "TFK306" not in run(tmp_path, "--template", template).stdout  # 7.5 x 10 pixels
    label_image(tmp_path / "a.png", make_object("mug", 4, 6, 4.5, 7))
    assert "TFK306" in run(tmp_path, "--template", template).stdout


def test_fix_writes_mended_copies_and_leaves_the_originals(tmp_path):
    images = tmp_path / "in"
    label_image(images / "a.jpg", make_object("mug", 2, 6, 5, 10))
    rotate(images / "a.jpg")
    label_image(images / "sub" / "b.png", make_object())
    break_box(images / "sub" / "b.xml")
    label_image(images / "c.png", make_object())
    before = {path: path.read_bytes() for path in images.rglob("*.*")}
    done = run(images, "--fix", tmp_path / "out")
    assert done.exit_code == 0
    assert "wrote 3 images, 1 of them mended, and their annotations" in done.stderr
    assert {path: path.read_bytes() for path in images.rglob("*.*")} == before
    mended = read_annotations(tmp_path / "out")
    assert mended.findings == ()
    found = {item.name: (item.width, item.objects[0].box.xyxy) for item in mended.annotations}
    assert found == {"a.jpg": (30, (20, 2, 24, 5)), "c.png": (40, (4, 6, 20, 24)), "sub/b.png": (40, (4, 6, 40, 24))}
    assert run(tmp_path / "out", "--strict", "--few-images", 0).exit_code == 0


def test_fix_writes_nothing_where_something_can_not_be_mended(tmp_path):
    label_image(tmp_path / "in" / "a.png", make_object())
    break_box(tmp_path / "in" / "a.xml", xmax=2)
    assert run(tmp_path / "in", "--fix", tmp_path / "out").exit_code == 1
    assert not (tmp_path / "out").exists()
    assert run(tmp_path / "in", "--fix", tmp_path / "out", "--drop-invalid").exit_code == 0


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--exif", "turn"], "--exif turn: there is no such policy. Pass error, apply, strip."),
        (["--verify", "some"], "--verify some: there is no such way to verify. Pass full or header."),
        (["--format", "xml"], "--format xml: there is no such format."),
        (["--template", "nix"], "there is no such template"),
    ],
)
def test_a_flag_that_can_not_be_meant_says_what_can(tmp_path, flags, message):
    from tfodkit.errors import UsageError

    with pytest.raises(UsageError) as caught:
        run(cafe_folder(tmp_path), *flags)
    assert message in str(caught.value)
