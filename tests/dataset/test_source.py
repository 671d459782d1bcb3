"""Whatever folder or file people pass: images, annotations and format are found, or an error says what was not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from builders import draw_image, label_image, make_object, shared_data

from tfodkit.dataset.source import image_folder, open_source
from tfodkit.errors import DataError, UsageError

CSV = "filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,40,30,mug,4,6,20,24\n"
COCO = json.dumps({"info": {}, "images": [], "annotations": [], "categories": []})
YOLO = "0 .5 .5 .1 .1\n"


def lay(folder, files):
    """Files with these texts; a text of None is a picture."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            draw_image(path)
        else:
            path.write_text(text)


VOC = "<annotation><filename>a.jpg</filename></annotation>"

LAYOUTS = {
    "voc beside": ({"a.jpg": None, "a.xml": VOC}, "", ("voc", "", "", ["a.xml"])),
    "voc nested": ({"x/a.jpg": None, "x/a.xml": VOC}, "", ("voc", "", "", ["x/a.xml"])),
    "voc two folders": (
        {"images/a.jpg": None, "annotations/a.xml": VOC},
        "",
        ("voc", "images", "annotations", ["annotations/a.xml"]),
    ),
    "voc devkit": (
        {
            "JPEGImages/a.jpg": None,
            "Annotations/a.xml": VOC,
            "ImageSets/Main/train.txt": "1 2 3 4 5",
            "SegmentationObject/a.png": None,
        },
        "",
        ("voc", "JPEGImages", "Annotations", ["Annotations/a.xml"]),
    ),
    "voc devkit below": (
        {"VOC2012/JPEGImages/a.jpg": None, "VOC2012/Annotations/a.xml": VOC},
        "",
        ("voc", "VOC2012/JPEGImages", "VOC2012/Annotations", ["VOC2012/Annotations/a.xml"]),
    ),
    "voc with notes": (
        {
            "a.jpg": None,
            "a.xml": VOC,
            "notes.txt": "hello",
            "classes.txt": "mug",
            "a.json": "{}",
            "prices.csv": "a,b\n1,2\n",
        },
        "",
        ("voc", "", "", ["a.xml"]),
    ),
    "yolo beside": ({"a.jpg": None, "a.txt": YOLO, "classes.txt": "mug"}, "", ("yolo", "", "", ["a.txt"])),
    "yolo empty": ({"a.jpg": None, "a.txt": "", "classes.txt": "mug"}, "", ("yolo", "", "", ["a.txt"])),
    "yolo trees": (
        {"images/x/a.jpg": None, "labels/x/a.txt": YOLO, "data.yaml": "names: [mug]"},
        "",
        ("yolo", "images", "labels", ["labels/x/a.txt"]),
    ),
    "yolo pairs": (
        {"train/images/a.jpg": None, "train/labels/a.txt": YOLO, "data.yaml": "names: [mug]"},
        "",
        ("yolo", "", "", ["train/labels/a.txt"]),
    ),
    "yolo yaml": (
        {"images/a.jpg": None, "labels/a.txt": YOLO, "data.yaml": "path: /mnt/x\nnames: [mug]"},
        "data.yaml",
        ("yolo", "images", "labels", ["data.yaml", "labels/a.txt"]),
    ),
    "yolo yaml of a folder": (
        {"d/images/a.jpg": None, "d/labels/a.txt": YOLO, "data.yaml": "path: d\nnames: [mug]"},
        "data.yaml",
        ("yolo", "", "d/labels", ["data.yaml", "d/labels/a.txt"]),
    ),
    "coco": (
        {"images/a.jpg": None, "annotations/val.json": COCO, "annotations/more.json": "{}"},
        "",
        ("coco", "images", "annotations", ["annotations/val.json"]),
    ),
    "coco by year": (
        {"train2017/a.jpg": None, "annotations/train.json": COCO},
        "",
        ("coco", "", "annotations", ["annotations/train.json"]),
    ),
    "coco file": (
        {"images/a.jpg": None, "annotations/val.json": COCO},
        "annotations/val.json",
        ("coco", "images", "annotations", ["annotations/val.json"]),
    ),
    "coco file beside": ({"a.jpg": None, "val.json": "{"}, "val.json", ("coco", "", "", ["val.json"])),
    "csv": ({"a.jpg": None, "train.csv": CSV, "test.csv": CSV}, "", ("csv", "", "", ["test.csv", "train.csv"])),
    "csv without header": ({"a.jpg": None, "x.csv": "a.jpg,40,30,mug,4,6,20,24"}, "", ("csv", "", "", ["x.csv"])),
    "csv file": ({"images/a.jpg": None, "x.csv": CSV}, "x.csv", ("csv", "images", "", ["x.csv"])),
    "broken xml": ({"a.jpg": None, "a.xml": "<anno"}, "", ("voc", "", "", ["a.xml"])),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_is_recognised(tmp_path, name):
    texts, passed, expected = LAYOUTS[name]
    lay(tmp_path, texts)
    source = open_source(tmp_path / passed)
    places = [path.relative_to(tmp_path).as_posix() for path in (source.images.folder, source.root, *source.paths)]
    assert (source.format, *("" if place == "." else place for place in places[:2]), places[2:]) == expected
    assert [image.name for image in source.images.images] == ["a.jpg"]


def test_relative_paths_stay_relative(tmp_path, monkeypatch):
    lay(tmp_path, {"images/a.jpg": None, "labels/a.txt": YOLO, "data.yaml": "names: [mug]"})
    monkeypatch.chdir(tmp_path)
    for passed in (Path(), Path("data.yaml")):
        source = open_source(passed)
        (reading,) = source.readings()
        assert (source.paths[-1], reading.findings) == (Path("labels/a.txt"), ())
        assert [item.label for item in reading.drafts[0].objects] == ["mug"]


def test_a_file_in_the_current_folder_finds_its_data_set(tmp_path, monkeypatch):
    lay(tmp_path, {"images/a.jpg": None, "annotations/val.json": COCO})
    monkeypatch.chdir(tmp_path / "annotations")
    assert open_source(Path("val.json")).images.folder == Path("../images")


@pytest.mark.parametrize("passed", ["elsewhere", "elsewhere/deep/x.csv"])
def test_annotations_may_be_elsewhere(tmp_path, passed):
    lay(tmp_path, {"pics/a.jpg": None, "elsewhere/deep/x.csv": CSV})
    source = open_source(tmp_path / "pics", tmp_path / passed)
    (reading,) = source.readings()
    assert (source.format, source.images.folder, reading.drafts[0].name) == ("csv", tmp_path / "pics", "a.jpg")


def test_names_of_classes_may_be_passed_as_annotations(tmp_path):
    lay(tmp_path, {"pics/a.jpg": None, "other/labels/a.txt": YOLO, "other/my.yaml": "names: [mug]"})
    (reading,) = open_source(tmp_path / "pics", tmp_path / "other/my.yaml").readings()
    assert (reading.drafts[0].objects[0].label, reading.findings) == ("mug", ())


@pytest.mark.parametrize("data_yaml", ["path: ../out", "path: /", "path: [x]", 'path: "\\0"', "names: [", "path: nix"])
def test_a_data_yaml_leads_nowhere_else(tmp_path, data_yaml):
    lay(tmp_path, {"out/secret.txt": YOLO, "data/a.jpg": None, "data/a.txt": YOLO, "data/data.yaml": data_yaml})
    source = open_source(tmp_path / "data/data.yaml")
    assert (source.root, source.paths[1:]) == (tmp_path / "data", (tmp_path / "data/a.txt",))


def test_of_several_formats_one_has_to_be_chosen(tmp_path):
    lay(tmp_path, {"a.jpg": None, "a.xml": VOC, "a.txt": YOLO, "b.txt": YOLO, "classes.txt": "mug"})
    with pytest.raises(DataError) as error:
        open_source(tmp_path)
    what = "the folder has annotations of several formats: 1 VOC .xml, 2 YOLO .txt. Pass --format voc or yolo."
    assert str(error.value) == f"{tmp_path}: {what}"
    assert open_source(tmp_path, format="voc").paths == (tmp_path / "a.xml",)
    assert open_source(tmp_path, format="yolo").paths == (tmp_path / "a.txt", tmp_path / "b.txt")


def test_where_nothing_is_found_the_error_says_what_was_looked_for(tmp_path):
    lay(tmp_path, {"pics/a.jpg": None, "pics/notes.txt": "hello"})
    what = f"{tmp_path / 'pics'}: the folder has no annotations: no VOC .xml, COCO .json, YOLO .txt or .csv file. "
    with pytest.raises(DataError) as error:
        open_source(tmp_path / "pics")
    assert str(error.value) == f"{what}Pass --annotations with the folder or file of them."
    (tmp_path / "annotations").mkdir()
    with pytest.raises(DataError) as error:
        open_source(tmp_path / "pics")
    assert str(error.value) == f"{what}Pass --annotations {tmp_path / 'annotations'}."
    with pytest.raises(DataError, match=r"the folder has no annotations: no COCO \.json file\. Pass"):
        open_source(tmp_path / "pics", format="coco")


def test_paths_and_formats_that_can_not_be_meant_are_errors(tmp_path):
    lay(tmp_path, {"a.jpg": None, "a.xml": VOC, "x.csv": CSV})
    with pytest.raises(UsageError) as error:
        open_source(tmp_path, format="labelme")
    assert str(error.value) == "--format labelme: there is no such format. Pass voc, coco, yolo or csv."
    with pytest.raises(UsageError) as error:
        open_source(tmp_path / "x.csv", format="coco")
    assert str(error.value) == "--format coco: x.csv is .csv. Pass --format csv."
    with pytest.raises(DataError, match="the folder does not exist"):
        open_source(tmp_path / "nix")
    with pytest.raises(DataError, match="the folder does not exist"):
        open_source(tmp_path, tmp_path / "nix.csv")
    with pytest.raises(DataError, match="this is a file, not a folder"):
        open_source(tmp_path / "a.jpg")
    with pytest.raises(DataError, match="this is a file, not a folder"):
        open_source(tmp_path, tmp_path / "a.xml")


def test_several_devkits_are_an_error(tmp_path):
    lay(tmp_path, {"VOC2007/JPEGImages/a.jpg": None, "VOC2012/JPEGImages/a.jpg": None})
    with pytest.raises(DataError, match=r"the folder holds several data sets: VOC2007, VOC2012\. Pass one of them\."):
        image_folder(tmp_path)


def test_images_right_in_the_folder_go_before_a_folder_that_is_called_so(tmp_path):
    lay(tmp_path, {"a.jpg": None, "images/b.jpg": None})
    assert image_folder(tmp_path) == tmp_path


@pytest.mark.parametrize(("name", "count"), [("raccoon", 200), ("bccd", 364)])
def test_real_data_is_recognised(name, count):
    source = open_source(shared_data(name))
    assert (source.format, len(source.paths), len(source.images.images)) == ("voc", count, count)


def test_plain_voc_loads_what_voc_needs_alone(tmp_path):
    label_image(tmp_path / "a.jpg", make_object())
    program = (
        "import sys\nfrom pathlib import Path\nfrom tfodkit.dataset.source import open_source\n"
        f"assert len(list(open_source(Path({str(tmp_path)!r})).readings())) == 1\n"
        "others = {f'tfodkit.annotations.{name}_reader' for name in ('coco', 'yolo', 'csv')}\n"
        "print(sorted({'numpy', 'yaml', 'pandas', 'pycocotools', *others} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
