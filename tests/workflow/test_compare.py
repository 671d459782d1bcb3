"""Two sets become one comparison: pictures are paired, sizes must fit; suspects go to labelImg with their pictures."""

import contextlib
import json
from pathlib import Path

import pytest
from builders import draw_image, make_image_annotation, make_object, shared_data
from PIL import Image

import tfodkit
from tfodkit.annotations import write_voc_xml
from tfodkit.errors import DataError, OutputError, UsageError
from tfodkit.workflow.compare import write_label_suspects


def label(folder: Path, name: str, *objects, **values) -> None:
    annotation = make_image_annotation(f"{name}.jpg", objects=objects, **values)
    write_voc_xml(annotation, folder / f"{name}.xml")


@pytest.fixture
def sets(tmp_path):
    """Two annotators' folders: of a.jpg they agree, of b.jpg not; each has a picture of its own."""
    mug = make_object("mug")
    label(tmp_path / "one", "a", mug)
    label(tmp_path / "one", "b", mug)
    label(tmp_path / "one", "mine", mug)
    label(tmp_path / "two", "a", mug)
    label(tmp_path / "two", "b", make_object("cup"), make_object("mug", 30, 0, 40, 10))
    label(tmp_path / "two", "yours", mug)
    return tmp_path / "one", tmp_path / "two"


def test_the_pictures_that_both_have_are_compared_and_the_others_named(sets):
    comparison = tfodkit.compare(*sets)
    agreement = comparison.agreement
    assert [image.name for image in agreement.images] == ["a.jpg", "b.jpg"]
    assert (agreement.unmatched_a, agreement.unmatched_b) == (("mine.jpg",), ("yours.jpg",))
    assert (agreement.disagreements, agreement.only_a, agreement.only_b) == ((("mug", "cup", 1),), 0, 1)
    assert [image.name for image in comparison.b.images] == ["a.jpg", "b.jpg"]


def test_a_set_with_itself(sets):
    agreement = tfodkit.compare(str(sets[0]), str(sets[0])).agreement
    assert (agreement.mean_iou, agreement.f1, agreement.class_f1, agreement.ranked) == (1, 1, 1, ())


def test_real_data_with_itself_and_with_a_class_renamed(tmp_path):
    source = shared_data("bccd") / "Annotations"
    agreement = tfodkit.compare(source, source).agreement
    assert (len(agreement.matched), agreement.mean_iou, agreement.class_f1) == (4886, 1, 1)
    for path in list(source.glob("*.xml"))[:60]:
        renamed = path.read_text().replace("<name>WBC<", "<name>white<")
        (tmp_path / path.name).write_text(renamed)
    comparison = tfodkit.compare(source, tmp_path)
    ((a, b, count),) = comparison.agreement.disagreements
    assert (a, b, len(comparison.agreement.unmatched_a)) == ("WBC", "white", 304)
    assert count == sum(each.boxes_a for each in comparison.agreement.classes if each.name == "WBC") > 0


def test_no_image_in_common(sets, tmp_path):
    label(tmp_path / "else", "z", make_object())
    with pytest.raises(DataError) as caught:
        tfodkit.compare(sets[0], tmp_path / "else")
    assert str(caught.value) == (
        f"{tmp_path}/else: no image is in both {sets[0]}, which has a.jpg, b.jpg, mine.jpg, and {tmp_path}/else, which "
        "has z.jpg. Pass labels of the same pictures; names count, extensions do not."
    )


@pytest.mark.parametrize(
    ("size", "remedy"),
    [
        ((30, 40), "EXIF turns the picture, and one set was drawn on it unturned: see tfodkit check --exif."),
        ((80, 60), "Scale the boxes of one set, or correct the size where only that is wrong."),
    ],
)
def test_a_picture_of_two_sizes_is_refused(sets, tmp_path, size, remedy):
    label(tmp_path / "other", "a", make_object(), width=size[0], height=size[1])
    with pytest.raises(DataError) as caught:
        tfodkit.compare(sets[0], tmp_path / "other")
    assert str(caught.value) == (
        f"{tmp_path}/other/a.xml: a.jpg has {size[0]} x {size[1]} pixels, but 40 x 30 in {sets[0]}/a.xml: their boxes "
        f"can't be compared. {remedy}"
    )


@pytest.mark.parametrize(("flag", "value"), [("iou", 0), ("iou", 1.1), ("threshold", -0.1), ("threshold", 2)])
def test_shares_are_shares(sets, flag, value):
    with pytest.raises(UsageError, match=rf"--{flag}: must be .* but got {value}"):
        tfodkit.compare(*sets, **{flag: value})


@pytest.fixture
def detected(sets):
    """What a model found: the mugs, surely; in b.jpg one more that nobody labelled, by which it is under 0.5 sure."""
    found = [(1, [4, 6, 16, 18], 0.4), (2, [4, 6, 16, 18], 0.4), (2, [30, 20, 9, 9], 0.45)]
    pictures = [draw_image(sets[0].parent / "photos" / f"{name}.jpg") for name in ("a", "b")]
    path = sets[0].parent / "detections.json"
    path.write_text(
        json.dumps(
            {
                "images": [
                    {"id": number, "file_name": str(picture), "width": 40, "height": 30}
                    for number, picture in enumerate(pictures, start=1)
                ],
                "categories": [{"id": 1, "name": "mug"}],
                "annotations": [
                    {"id": number, "image_id": image, "category_id": 1, "bbox": bbox, "score": score}
                    for number, (image, bbox, score) in enumerate(found, start=1)
                ],
            }
        )
    )
    return path


def test_detections_count_from_the_threshold_on(sets, detected):
    assert tfodkit.compare(sets[0], detected).agreement.f1 == 0
    agreement = tfodkit.compare(sets[0], detected, threshold=0.4).agreement
    assert (len(agreement.matched), agreement.only_a, agreement.only_b) == (2, 0, 1)


def test_suspects_are_written_with_their_pictures_where_those_are_found(sets, detected, tmp_path):
    written = write_label_suspects(tfodkit.compare(sets[0], detected), tmp_path / "suspects")
    assert (written.suspects, written.images, written.pictures) == (1, 1, 1)
    with Image.open(tmp_path / "suspects" / "0001" / "b.jpg") as picture:
        assert picture.size == (40, 30)
    (image,) = tfodkit.read_annotations(tmp_path / "suspects").annotations
    assert [(found.label, found.box.xyxy) for found in image.objects] == [
        ("mug", (4, 6, 20, 24)),
        ("mug?", (30, 20, 39, 29)),
    ]


def test_pictures_are_found_in_the_folder_that_is_passed_or_not_at_all(sets, detected, tmp_path):
    text = detected.read_text().replace(str(tmp_path / "photos"), "gone")
    detected.write_text(text)
    comparison = tfodkit.compare(sets[0], detected)
    assert write_label_suspects(comparison, tmp_path / "s1").pictures == 0
    assert write_label_suspects(comparison, tmp_path / "s2", images=tmp_path / "photos").pictures == 1
    assert write_label_suspects(comparison, tmp_path / "s1", images=tmp_path / "photos", force=True).pictures == 1
    (tmp_path / "photos").rename(tmp_path / "JPEGImages")  # beside the annotations, as in a devkit
    assert write_label_suspects(comparison, tmp_path / "s3").pictures == 1
    with pytest.raises(OutputError, match="not empty"):
        write_label_suspects(comparison, tmp_path / "s1")


@pytest.mark.parametrize(
    "name", ["x" * 300 + ".jpg", "../" * 20 + "etc/passwd.jpg", "a\nb.jpg", "c\x01.jpg", "..", "sub/"]
)
def test_whatever_a_file_calls_a_picture_is_written_inside_the_folder_or_told(detected, tmp_path, name):
    content = json.loads(detected.read_text())
    content["images"][1]["file_name"] = name
    detected.write_text(json.dumps(content))
    unscored = [{key: each[key] for key in each if key != "score"} for each in content["annotations"][:2]]
    labels = {**content, "annotations": unscored}
    (tmp_path / "labels.json").write_text(json.dumps(labels))
    before = {path for path in tmp_path.rglob("*") if "suspects" not in str(path)}
    with contextlib.suppress(DataError, OutputError):
        write_label_suspects(tfodkit.compare(tmp_path / "labels.json", detected), tmp_path / "suspects")
    assert {path for path in tmp_path.rglob("*") if "suspects" not in str(path)} == before


def test_suspects_are_labels_that_detections_contradict(sets, detected, tmp_path):
    with pytest.raises(UsageError, match=r"two: there are no detections: nothing has a score\. Pass annotations first"):
        write_label_suspects(tfodkit.compare(*sets), tmp_path / "suspects")
    with pytest.raises(UsageError, match=r"detections\.json: these are detections, but labels are to be looked at"):
        write_label_suspects(tfodkit.compare(detected, sets[0]), tmp_path / "suspects")
    (tmp_path / "turned").mkdir()
    (tmp_path / "turned" / "a.xml").write_text(
        "<annotation><object><name>mug</name><robndbox><cx>20</cx><cy>15</cy><w>9</w><h>4</h><angle>1</angle></robndbox>"
        "</object></annotation>"
    )
    with pytest.raises(UsageError, match="turned: there are turned boxes, which labelImg would lose"):
        write_label_suspects(tfodkit.compare(tmp_path / "turned", detected), tmp_path / "suspects")
