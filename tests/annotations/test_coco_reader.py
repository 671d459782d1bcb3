"""COCO JSON is read entry by entry, whatever the order; every fault is found, and nothing is taken on trust."""

import json
import math

import pytest
from builders import draw_image

from tfodkit.annotations import coco_reader
from tfodkit.annotations.coco_reader import read_coco
from tfodkit.annotations.drafts import ImageDraft, ObjectDraft
from tfodkit.annotations.keypoints import Keypoint
from tfodkit.annotations.masks import PolygonMask, RunLengthMask
from tfodkit.images.index import ImageIndex

BOX = {"bbox": [4, 6, 16, 18]}
RUNS = {"size": [3, 4], "counts": [4, 2, 6]}
TRIANGLE = [4, 6, 20, 6, 20, 24.5]


@pytest.fixture
def read(tmp_path):
    for name in ("a.jpg", "b.jpg", "more/c.jpg"):
        draw_image(tmp_path / name)

    def read_content(content):
        """All readings of a file as one ``(drafts, problems, unreadable)``; a str or bytes is the file's text."""
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        (tmp_path / "x.json").write_bytes(text if isinstance(text, bytes) else text.encode())
        readings = list(read_coco(tmp_path, [tmp_path / "x.json"], ImageIndex(tmp_path)))
        drafts = [draft for reading in readings for draft in reading.drafts]
        problems = [
            str(found.problem).replace(f"{tmp_path}/", "") for reading in readings for found in reading.findings
        ]
        return drafts, problems, [name for reading in readings for name in reading.unreadable]

    return read_content


def coco(*annotations, images=None, categories=None, **others):
    """A file of one image ``a.jpg`` and the classes mug (1) and bagel (18), unless told otherwise."""
    images = [{"id": 9, "file_name": "a.jpg", "width": 40, "height": 30}] if images is None else images
    categories = [{"id": 1, "name": "mug"}, {"id": 18, "name": "bagel"}] if categories is None else categories
    numbered = [{"id": number, **entry} for number, entry in enumerate(annotations, start=101)]
    return {"images": images, "annotations": numbered, "categories": categories, **others}


def annotation(**fields):
    return {"image_id": 9, "category_id": 1, **(BOX | fields)}


def test_a_score_is_not_the_readers_matter(read):
    drafts, problems, _ = read(coco(annotation(score=7), annotation(score="high"), annotation()))
    first, second, third = (found.score for found in drafts[0].objects)
    assert (problems, first, third) == ([], 7, None)
    assert math.isnan(second)


def test_an_image_and_its_objects(read, tmp_path):
    content = coco(
        annotation(),
        annotation(category_id=18, bbox=[0.5, 1, 2.25, 3], segmentation=[TRIANGLE], iscrowd=1, area=3.4, score=0.9),
        info={"year": 2026},
    )
    drafts, problems, unreadable = read(content)
    assert (problems, unreadable) == ([], [])
    assert drafts == [
        ImageDraft(
            image=tmp_path / "a.jpg",
            name="a.jpg",
            source=tmp_path / "x.json",
            objects=(
                ObjectDraft(101, "mug", (4, 6, 20, 24), 1),
                ObjectDraft(102, "bagel", (0.5, 1, 2.75, 4), 1, is_crowd=True, mask=PolygonMask([TRIANGLE]), score=0.9),
            ),
            size=(40, 30),
            line=1,
        )
    ]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_lists_may_come_in_any_order_and_lines_are_told(read, order):
    lists = [
        '"images": [\n{"id": 9, "file_name": "a.jpg", "width": 40, "height": 30}]',
        '"annotations": [\n{"id": 5, "image_id": 9, "category_id": 1,\n"bbox": [4, 6, 16, 18]}]',
        '"categories": [\n{"id": 1, "name": "mug"}]',
    ]
    text = "{" + ",\n".join(lists[place] for place in order) + "}"
    (draft,), problems, _ = read(text)
    assert problems == []
    assert [(found.number, found.label, found.xyxy) for found in draft.objects] == [(5, "mug", (4, 6, 20, 24))]
    lines = text.split("\n")
    assert '"a.jpg"' in lines[draft.line - 1]
    assert '"image_id"' in lines[draft.objects[0].line - 1]


def test_images_are_found_in_folders_and_beside_their_file(read, tmp_path):
    for folder in ("train", "valid"):
        draw_image(tmp_path / folder / "same.jpg")
        images = [{"id": 1, "file_name": "same.jpg"}, {"id": 2, "file_name": "more/c.jpg"}]
        (tmp_path / folder / "_annotations.coco.json").write_text(json.dumps(coco(images=images)))
    paths = sorted(tmp_path.glob("*/*.json"))
    readings = list(read_coco(tmp_path, paths, ImageIndex(tmp_path)))
    names = [draft.name for reading in readings for draft in reading.drafts]
    assert names == ["train/same.jpg", "more/c.jpg", "valid/same.jpg", "more/c.jpg"]
    assert all(draft.size is None for reading in readings for draft in reading.drafts)


def test_images_come_in_parts_in_the_order_of_the_list(read, monkeypatch, tmp_path):
    monkeypatch.setattr(coco_reader, "DRAFTS_A_READING", 2)
    images = [{"id": number, "file_name": name} for number, name in ((3, "b.jpg"), (1, "more/c.jpg"), (2, "a.jpg"))]
    (tmp_path / "x.json").write_text(json.dumps(coco(annotation(image_id=2), images=images)))
    readings = list(read_coco(tmp_path, [tmp_path / "x.json"], ImageIndex(tmp_path)))
    parts = [[draft.name for draft in reading.drafts] for reading in readings]
    assert parts == [["b.jpg", "more/c.jpg"], ["a.jpg"], []]


@pytest.mark.parametrize(
    ("segmentation", "mask", "xyxy"),
    [
        ([TRIANGLE], PolygonMask([TRIANGLE]), (4, 6, 20, 24.5)),
        ([TRIANGLE, [1, 7, 2, 7, 2, 30]], PolygonMask([TRIANGLE, [1, 7, 2, 7, 2, 30]]), (1, 6, 20, 30)),
        (RUNS, RunLengthMask(4, 3, (4, 2, 6)), (1, 1, 2, 3)),
        ({"size": [3, 4], "counts": "426"}, RunLengthMask(4, 3, (4, 2, 6)), (1, 1, 2, 3)),
    ],
)
def test_a_box_that_is_not_there_is_that_of_the_mask(read, segmentation, mask, xyxy):
    for missing in ({"bbox": None}, {"bbox": []}):
        ((draft,), problems, _) = read(coco(annotation(segmentation=segmentation, **missing)))
        assert problems == []
        assert (draft.objects[0].mask, draft.objects[0].xyxy) == (mask, xyxy)
    ((draft,), _, _) = read(coco(annotation(segmentation=segmentation)))
    assert (draft.objects[0].mask, draft.objects[0].xyxy) == (mask, (4, 6, 20, 24))


@pytest.mark.parametrize("segmentation", [None, [], [[]], {}])
def test_a_segmentation_that_says_nothing_is_none(read, segmentation):
    ((draft,), problems, _) = read(coco(annotation(segmentation=segmentation)))
    assert (draft.objects[0].mask, problems) == (None, [])


def test_keypoints_are_called_as_their_category_says(read):
    categories = [{"id": 1, "name": "person", "keypoints": ["nose", "tail"]}, {"id": 2, "name": "cup"}]
    content = coco(
        annotation(keypoints=[8, 9.5, 2, 0, 0, 0]),
        annotation(keypoints=[0, 0, 0, 0, 0, 0], num_keypoints=0),
        annotation(category_id=2, keypoints=[1, 2, 1]),
        annotation(keypoints=[]),
        categories=categories,
    )
    ((draft,), problems, _) = read(content)
    assert problems == []
    assert [found.keypoints for found in draft.objects] == [
        (Keypoint("nose", 8, 9.5, 2), Keypoint("tail", 0, 0, 0)),
        (),
        (Keypoint("1", 1, 2, 1),),
        (),
    ]


def test_what_voc_knows_is_read_back_and_what_others_mean_by_the_same_words_is_ignored(read):
    content = coco(
        annotation(difficult=1, truncated=True, pose="Left"),
        annotation(difficult=0, truncated=0.3, pose=[0, 1]),
        annotation(difficult="yes", truncated=[1], pose=" "),
    )
    ((draft,), problems, _) = read(content)
    assert problems == []
    assert [(found.difficult, found.truncated, found.pose) for found in draft.objects] == [
        (True, True, "Left"),
        (False, False, "Unspecified"),
        (False, False, "Unspecified"),
    ]


def test_ids_may_be_texts_and_whole_floats(read):
    images = [{"id": "nine", "file_name": "a.jpg"}, {"id": 10.0, "file_name": "b.jpg"}]
    categories = [{"id": "m", "name": "mug"}]
    content = coco(
        annotation(image_id="nine", category_id="m"),
        annotation(image_id=10, category_id="m"),
        images=images,
        categories=categories,
    )
    drafts, problems, _ = read(content)
    assert (problems, [len(draft.objects) for draft in drafts]) == ([], [1, 1])


@pytest.mark.parametrize("ids", [(7, 7), (None, 7), ("x", 7), (-1, 7), (True, 7)])
def test_objects_without_ids_of_their_own_are_counted(read, ids):
    content = coco(*(annotation(id=found) for found in ids))
    ((draft,), problems, _) = read(content)
    assert (problems, [found.number for found in draft.objects]) == ([], [1, 2])


LABEL_AGAIN = "Label the image again, or correct the file in a text editor."
CLASSES = "Add the class to the list of classes. [TFK115]"
MASK = "Draw the mask again, or pass --drop-invalid. [TFK310]"
POINTS = "Set the keypoints again, or pass --drop-invalid. [TFK311]"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"bbox": None}, f"there is neither a bbox nor a segmentation. {LABEL_AGAIN} [TFK106]"),
        ({"bbox": [1, 2, 3]}, f"bbox must be x, y, width and height, but got [1, 2, 3]. {LABEL_AGAIN} [TFK107]"),
        ({"bbox": "1 2 3 4"}, f"bbox must be x, y, width and height, but got '1 2 3 4'. {LABEL_AGAIN} [TFK107]"),
        ({"bbox": ["1", 2, 3, 4]}, f"bbox must be a number, but got '1'. {LABEL_AGAIN} [TFK107]"),
        ({"bbox": ["1,5", 2, 3, 4]}, "bbox must be a number, but got '1,5'. Write decimals with a point. [TFK108]"),
        ({"bbox": [True, 2, 3, 4]}, f"bbox must be a number, but got True. {LABEL_AGAIN} [TFK107]"),
        ({"iscrowd": 2}, f"iscrowd must be 0 or 1, but got 2. {LABEL_AGAIN} [TFK107]"),
        ({"iscrowd": "no"}, f"iscrowd must be 0 or 1, but got 'no'. {LABEL_AGAIN} [TFK107]"),
        ({"segmentation": 5}, f"segmentation must be polygons or run lengths, but got 5. {MASK}"),
        ({"segmentation": [[1, 2, 3, 4]]}, f"a polygon must be pairs of numbers, 3 or more, but has 4 numbers. {MASK}"),
        ({"segmentation": TRIANGLE}, f"a polygon must be a list of numbers, but got 4. {MASK}"),
        ({"segmentation": [["a"] * 6]}, "a polygon must be a list of numbers, but got ['a', 'a', 'a', 'a', 'a', 'a']"),
        ({"segmentation": [[10**400] * 6]}, f"a polygon must be finite, but is not. {MASK}"),
        ({"segmentation": [[1e308] * 6]}, f"a polygon must lie within 10000000 pixels, but reaches 1e+308. {MASK}"),
        ({"segmentation": {"counts": [12]}}, f"the size of run lengths must be height and width, but got None. {MASK}"),
        ({"segmentation": RUNS | {"size": [3]}}, "the size of run lengths must be height and width, but got [3]"),
        ({"segmentation": RUNS | {"size": [3, 5]}}, "run lengths of a 5 x 3 mask must cover it, but cover 12 pixels"),
        ({"segmentation": RUNS | {"size": [10**9] * 2}}, "a mask must have at most 4294967295 pixels, but is 10"),
        ({"segmentation": RUNS | {"counts": None}}, f"run lengths must be whole numbers, but got None. {MASK}"),
        ({"segmentation": RUNS | {"counts": [4.5, 7.5]}}, "run lengths must be whole numbers, but got [4.5, 7.5]"),
        ({"segmentation": RUNS | {"counts": [-1, 13]}}, f"run lengths must be 0 or more, but one is -1. {MASK}"),
        ({"segmentation": RUNS | {"counts": "4!"}}, "compressed run lengths must be characters from 0 to o"),
        ({"keypoints": [1, 2]}, f"keypoints must be a list of numbers, three for each, but got [1, 2]. {POINTS}"),
        ({"keypoints": "1 2 3"}, f"keypoints must be a list of numbers, three for each, but got '1 2 3'. {POINTS}"),
        ({"keypoints": [1, 2, 3]}, f"a keypoint's visibility must be 0, 1 or 2, but got 3. {POINTS}"),
        ({"keypoints": [1, 2, 0.5]}, f"a keypoint's visibility must be 0, 1 or 2, but got 0.5. {POINTS}"),
        ({"keypoints": [1, math.inf, 2]}, f"a keypoint must be finite, but got (1.0, inf). {POINTS}"),
        ({"keypoints": [1, 10**400, 2]}, f"a keypoint must be finite, but one is not. {POINTS}"),
    ],
)  # fmt: skip
def test_an_object_that_cannot_be_used_is_named_and_missing(read, fields, expected):
    (draft,), (problem,), _ = read(coco(annotation(), annotation(**fields)))
    assert problem.startswith(f'x.json:1: object 102 "mug": {expected}')
    assert [found.number for found in draft.objects] == [101]


@pytest.mark.parametrize(
    ("bbox", "xyxy"),
    [
        ([math.nan, 1, 2, 3], (math.nan, 1, math.nan, 4)),
        ([1, 2, math.inf, -math.inf], (1, 2, math.inf, -math.inf)),
        ([1, 2, 10**400, -(10**400)], (1, 2, math.inf, -math.inf)),
        ([5, 6, -2, 0], (5, 6, 3, 6)),
    ],
)
def test_boxes_are_not_judged(read, bbox, xyxy):
    ((draft,), problems, _) = read(coco(annotation(bbox=bbox)))
    assert (problems, str(draft.objects[0].xyxy)) == ([], str(tuple(map(float, xyxy))))


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (7, f"entry 1 of annotations: it must be an object with fields, but got 7. {LABEL_AGAIN} [TFK107]"),
        ({"category_id": 1}, f"entry 1 of annotations: there is no image_id. {LABEL_AGAIN} [TFK106]"),
        ({"id": 5, "image_id": 9}, f"annotation 5: there is no category_id. {LABEL_AGAIN} [TFK106]"),
        (
            {"id": 5, "image_id": [9], "category_id": 1},
            f"annotation 5: image_id must be a whole number or text, but got [9]. {LABEL_AGAIN} [TFK107]",
        ),
        (
            {"id": 'a"b', "image_id": math.nan},
            f"annotation a'b: image_id must be a whole number or text, but got nan. {LABEL_AGAIN} [TFK107]",
        ),
        (
            {"id": 5, "image_id": 8, "category_id": 1, **BOX},
            f'object 5 "mug": image_id 8 is that of no image in the list. {LABEL_AGAIN} [TFK107]',
        ),
        (
            {"id": 5, "image_id": True, "category_id": 1},
            f"annotation 5: image_id must be a whole number or text, but got True. {LABEL_AGAIN} [TFK107]",
        ),
        ({"id": 5, "image_id": 9, "category_id": 3, **BOX}, f"object 5: category 3 is not in the list. {CLASSES}"),
    ],
)
def test_an_annotation_of_nothing_is_named(read, entry, expected):
    (draft,), problems, _ = read(coco() | {"annotations": [entry]})
    assert problems == [f"x.json:1: {expected}"]
    assert draft.objects == ()


@pytest.mark.parametrize(
    ("entry", "expected", "unreadable"),
    [
        ("a.jpg", f"entry 2 of images: it must be an object with fields, but got 'a.jpg'. {LABEL_AGAIN} [TFK107]", []),
        ({"id": 4}, f"image 4: there is no file_name. {LABEL_AGAIN} [TFK106]", []),
        ({"id": 4, "file_name": ""}, "image 4: file_name must be the name of a file, but got ''", []),
        ({"id": 4, "file_name": 5}, "image 4: file_name must be the name of a file, but got 5", []),
        ({"file_name": "b.jpg"}, f"entry 2 of images: there is no id. {LABEL_AGAIN} [TFK106]", []),
        ({"id": 4, "file_name": "d.jpg"}, "image 4: file_name: there is no image 'd.jpg' in ", []),
        ({"id": 4, "file_name": "../a.jpg"}, "image 4: file_name: '../a.jpg' leads out of the folder of the", []),
        ({"id": 4, "file_name": "/etc/passwd"}, "image 4: file_name: '/etc/passwd' leads out of the folder", []),
        ({"id": 9, "file_name": "b.jpg"}, "image 9: the id of 'b.jpg' is that of 'a.jpg' too", ["a.jpg", "b.jpg"]),
    ],
)  # fmt: skip
def test_an_image_that_cannot_be_used_is_named(read, entry, expected, unreadable):
    content = coco(annotation())
    content["images"].append(entry)
    drafts, (problem,), left = read(content)
    assert problem.startswith(f"x.json:1: {expected}")
    assert left == unreadable
    assert [draft.name for draft in drafts] == (["a.jpg"] if not unreadable else [])


def test_objects_of_an_image_that_is_missing_are_not_told_of_one_by_one(read):
    images = [{"id": 9, "file_name": "d.jpg"}]
    drafts, problems, _ = read(coco(annotation(), annotation(), images=images))
    assert (drafts, len(problems)) == ([], 1)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ({"width": 40}, (40, math.nan)),
        ({"width": "40", "height": None}, (math.nan, math.nan)),
        ({"width": 0, "height": 10**400}, (0, math.inf)),
        ({}, None),
    ],
)
def test_a_size_is_as_stated(read, size, expected):
    ((draft,), problems, _) = read(coco(images=[{"id": 9, "file_name": "a.jpg", **size}]))
    assert problems == []
    assert str(draft.size) == str(expected and tuple(map(float, expected)))


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (None, f"entry 2 of categories: it must be an object with fields, but got None. {LABEL_AGAIN} [TFK107]"),
        ({"id": 2}, f"category 2: there is no name. {LABEL_AGAIN} [TFK106]"),
        ({"id": 2, "name": 5}, f"category 2: name must be text, but got 5. {LABEL_AGAIN} [TFK107]"),
        ({"name": "bun"}, f"entry 2 of categories: there is no id. {LABEL_AGAIN} [TFK106]"),
        ({"id": 2, "name": "bun", "keypoints": [5]}, "category 2: keypoints must be a list of names, but got [5]"),
        ({"id": 2, "name": "bun", "keypoints": ["\ud800"]}, "category 2: keypoints must be a list of names, but got "),
        (
            {"id": 2, "name": "bun", "keypoints": ["a", "a"]},
            f"category 2: keypoints must have a name each, but two have the same. {LABEL_AGAIN} [TFK107]",
        ),
        ({"id": 1, "name": "bun"}, f"category 1: the id of 'bun' is that of 'mug' too. {LABEL_AGAIN} [TFK107]"),
    ],
)  # fmt: skip
def test_a_category_that_cannot_be_used_is_named(read, entry, expected):
    _, (problem,), _ = read(coco(categories=[{"id": 1, "name": "mug"}, entry]))
    assert problem.startswith(f"x.json:1: {expected}")


def test_objects_of_a_category_that_cannot_be_used_are_missing(read):
    categories = [{"id": 1, "name": "mug"}, {"id": 1, "name": "bun"}, {"id": 2, "name": None}, {"id": 3, "name": "bun"}]
    content = coco(*(annotation(category_id=number) for number in (1, 2, 3)), categories=categories)
    (draft,), problems, _ = read(content)
    assert [found.label for found in draft.objects] == ["bun"]
    assert problems[2:] == [f"x.json:1: object {n}: category {n - 100} can't be used. {CLASSES}" for n in (101, 102)]


def test_categories_of_one_name_are_one_class(read, tmp_path):
    content = coco(annotation(), annotation(category_id=18), categories=[{"id": n, "name": "mug"} for n in (1, 18)])
    (draft,), problems, _ = read(content)
    assert [found.label for found in draft.objects] == ["mug", "mug"]
    what = "category 18: it is called 'mug', as category 1 is: they are taken for one class"
    assert problems == [f"x.json:1: {what}. {LABEL_AGAIN} [TFK107]"]
    (reading, _) = read_coco(tmp_path, [tmp_path / "x.json"], ImageIndex(tmp_path))
    assert not any(finding.is_error for finding in reading.findings)


def test_labels_are_as_written(read):
    categories = [{"id": 1, "name": " mug\n"}]
    ((draft,), problems, _) = read(coco(annotation(), categories=categories))
    assert (draft.objects[0].label, problems) == (" mug\n", [])


def test_as_many_keypoints_as_names(read):
    categories = [{"id": 1, "name": "person", "keypoints": ["nose", "tail"]}]
    (draft,), (problem,), _ = read(coco(annotation(keypoints=[1, 2, 2]), categories=categories))
    assert problem == f'x.json:1: object 101 "person": the category has 2 keypoints, but the object 1. {POINTS}'
    assert draft.objects == ()


PASS = "Pass Pascal VOC XML, COCO JSON, YOLO text or a CSV of boxes. [TFK102]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", f"x.json:1: the file holds no JSON object. {LABEL_AGAIN} [TFK101]"),
        ("[]", f"x.json:1: the file holds no JSON object. {PASS}"),
        ("{}", f"x.json: there is no list of images, annotations, categories, as COCO's files have it. {PASS}"),
        ({"images": [], "annotations": {}}, f"x.json:1: annotations must be a list, as COCO's files have it. {PASS}"),
        (f'{{"images": {"[" * 9999}', f"x.json:1: the JSON is nested too deeply. {LABEL_AGAIN} [TFK101]"),
        (
            b'{"images": [], "annotations": [\n{"id": \xff',
            f"x.json:2: not UTF-8 text: byte 0xff. {LABEL_AGAIN} [TFK101]",
        ),
    ],
)
def test_what_is_no_coco_file_is_named(read, text, expected):
    assert read(text) == ([], [expected], [])


def test_nothing_of_a_file_that_breaks_off_is_used(read):
    drafts, problems, unreadable = read(json.dumps(coco(annotation())).replace("categories", "other"))
    assert (drafts, unreadable) == ([], ["a.jpg"])
    assert problems == [f"x.json: there is no list of categories, as COCO's files have it. {PASS}"]
    drafts, problems, unreadable = read(json.dumps(coco(annotation()))[:-3])
    assert (drafts, unreadable) == ([], ["a.jpg"])
    assert problems == [f"x.json:1: not well-formed JSON: Expecting ',' delimiter. {LABEL_AGAIN} [TFK101]"]


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (reading,) = read_coco(tmp_path, [tmp_path / "no.json"], ImageIndex(tmp_path))
    assert [str(finding.problem) for finding in reading.findings] == [
        f"{tmp_path / 'no.json'}: the file can't be read: No such file or directory. Check the file. [TFK105]"
    ]


def test_a_file_that_is_too_large_is_refused(read, monkeypatch):
    monkeypatch.setattr(coco_reader, "MAX_JSON_BYTES", 10)
    (problem,) = read('{"images": []}')[1]
    assert problem == f"x.json: 14 bytes are too many for a COCO file. {LABEL_AGAIN} [TFK104]"


def test_a_file_full_of_faults_is_given_up(read, monkeypatch):
    monkeypatch.setattr(coco_reader, "MAX_FAULTS", 5)
    drafts, problems, unreadable = read(coco(*({} for _ in range(9))))
    assert (drafts, unreadable) == ([], ["a.jpg"])
    assert problems[5:] == [f"x.json:1: 5 faults; the rest was not looked at. {PASS}"]


def test_faults_are_counted_over_all_parts_of_a_file(read, monkeypatch):
    monkeypatch.setattr(coco_reader, "DRAFTS_A_READING", 1)
    monkeypatch.setattr(coco_reader, "MAX_FAULTS", 5)
    images = [{"id": number, "file_name": name} for number, name in enumerate(("a.jpg", "b.jpg", "more/c.jpg"))]
    faulty = [annotation(image_id=number // 2, bbox=None) for number in range(6)]
    drafts, problems, _ = read(coco(*faulty, images=images))
    assert [draft.name for draft in drafts] == ["a.jpg", "b.jpg"]
    assert problems[5:] == [f"x.json:1: 5 faults; the rest was not looked at. {PASS}"]


def test_an_object_that_is_lost_is_told_with_its_label(read, tmp_path):
    """The survey counts it under its class by what stands between the quotes."""
    read(coco(annotation(bbox=None)))
    reading = next(iter(read_coco(tmp_path, [tmp_path / "x.json"], ImageIndex(tmp_path))))
    assert [finding.subject for finding in reading.findings] == ['object 101 "mug"']
