"""A check finds what is wrong, counts it, and changes nothing."""

import pytest
from builders import cafe_folder, draw_image, label_folder, label_image, make_object

import tfodkit
from tfodkit.dataset.check import CheckOptions, check, finding_values
from tfodkit.dataset.input_size import InputSize
from tfodkit.dataset.label_map import LabelMap
from tfodkit.dataset.policies import Policies
from tfodkit.errors import DataError
from tfodkit.findings import Severity


def codes(report):
    return [(finding.code, finding.path.name) for finding in report.findings]


def test_a_check_changes_nothing(tmp_path):
    cafe_folder(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    check(tmp_path, options=CheckOptions(policies=Policies(True, True, "apply", True, True)))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_findings_of_pictures_objects_and_the_whole_come_together(tmp_path):
    label_image(tmp_path / "a.png", make_object("mug", difficult=True, truncated=True))
    label_image(tmp_path / "b.png", make_object("Mug"))
    label_image(tmp_path / "c.png")
    (tmp_path / "d.png").write_bytes((tmp_path / "a.png").read_bytes())
    (tmp_path / "d.xml").write_text((tmp_path / "a.xml").read_text().replace("a.png", "d.png"))
    draw_image(tmp_path / "e.png")
    report = check(tmp_path)
    assert codes(report) == [
        ("TFK114", "e.png"),
        ("TFK308", "a.xml"),
        ("TFK308", "d.xml"),
        ("TFK309", "a.xml"),
        ("TFK309", "d.xml"),
        ("TFK403", "b.xml"),
        ("TFK501", "d.png"),
        ("TFK503", "a.xml"),
        ("TFK503", "b.xml"),
        ("TFK504", "c.xml"),
    ]
    assert report.is_sound
    assert report.counts == {Severity.ERROR: 0, Severity.WARNING: 5, Severity.NOTE: 5}


def test_boxes_too_small_for_the_detector_are_found(tmp_path):
    label_image(tmp_path / "a.png", make_object("mug", 4, 6, 5, 7), make_object("mug", 4, 6, 20, 24))
    options = CheckOptions(few_images=0)
    assert codes(check(tmp_path, options=options)) == []
    (finding,) = check(tmp_path, options=CheckOptions(few_images=0, input_size=InputSize(240, 240))).findings
    assert (finding.code, finding.subject) == ("TFK306", '"mug" at (4, 6, 5, 7)')
    assert finding.what == "the box is 6.0 x 8.0 pixels at the detector's input, less than 64 in all"
    assert codes(check(tmp_path, options=CheckOptions(few_images=0, input_size=InputSize(400, 400)))) == []


def test_flags_and_tiny_boxes_are_found_in_their_lines(tmp_path):
    label_image(tmp_path / "a.png", make_object("cup"), make_object("mug", 4, 6, 5, 7, difficult=True, truncated=True))
    lines = (tmp_path / "a.xml").read_text().splitlines()
    line = [number for number, text in enumerate(lines, start=1) if "<bndbox>" in text][1]
    report = check(tmp_path, options=CheckOptions(few_images=0, input_size=InputSize(240, 240)))
    assert [(finding.code, finding.line) for finding in report.findings] == [
        ("TFK306", line),
        ("TFK308", line),
        ("TFK309", line),
    ]


@pytest.mark.parametrize(
    ("size", "scale"),
    [
        (InputSize(80, 90), (2, 3)),
        (InputSize(60, 1000, keeps_ratio=True), (2, 2)),
        (InputSize(600, 120, keeps_ratio=True), (3, 3)),
    ],
)
def test_an_input_size_scales_as_its_resizer_does(size, scale):
    assert size.scale(width=40, height=30) == scale


def test_the_label_map_is_held_against_the_labels(tmp_path):
    label_folder(tmp_path, {"a.png": ["mug", "cup"]})
    report = check(tmp_path, options=CheckOptions(label_map=LabelMap(("mug",)), few_images=0))
    assert codes(report) == [("TFK405", "a.xml")]
    assert not report.is_sound
    assert report.counts[Severity.ERROR] == 1


def test_what_a_policy_takes_care_of_is_a_warning(tmp_path):
    label_folder(tmp_path, {"a.png": ["mug", "cup"]})
    (tmp_path / "a.xml").write_text((tmp_path / "a.xml").read_text().replace("<xmax>20<", "<xmax>44<"))
    report = check(tmp_path, options=CheckOptions(policies=Policies(clip_boxes=True), few_images=0))
    assert report.is_sound
    assert report.counts == {Severity.ERROR: 0, Severity.WARNING: 2, Severity.NOTE: 0}
    assert {finding_values(finding)["outcome"] for finding in report.findings} == {"fixed"}


def test_the_findings_are_a_frame(tmp_path):
    label_folder(tmp_path, {"a.png": ["mug"]})
    (tmp_path / "a.xml").write_text((tmp_path / "a.xml").read_text().replace("<xmax>20<", "<xmax>44<"))
    frame = tfodkit.check(tmp_path).to_frame()
    assert list(frame["code"]) == ["TFK303"]
    assert frame.loc[0, "line"] == 19
    assert frame.loc[0, "path"] == str(tmp_path / "a.xml")
    assert len(tfodkit.check(cafe_folder(tmp_path / "in"), options=CheckOptions(few_images=0)).to_frame().columns) == 8


def test_nothing_to_read_is_an_error(tmp_path):
    with pytest.raises(DataError, match="nix"):
        check(tmp_path / "nix")


def test_annotations_are_read_in_one_line(tmp_path):
    dataset = tfodkit.read_annotations(cafe_folder(tmp_path))
    assert len(dataset.annotations) == 12
    (tmp_path / "tray_00.xml").write_text("<x/>")
    with pytest.raises(DataError, match=r"\[TFK102\]"):
        tfodkit.read_annotations(tmp_path)
