from __future__ import annotations

import json
from pathlib import Path

from builders import cafe_folder
from record_builders import HEIGHT, WIDTH, make_features, write_record

from tfodkit.records import make_records
from tfodkit.records.columns import aligned
from tfodkit.records.info import ClassInfo, FileInfo, Spread, summarize
from tfodkit.reporting.records_text import info_lines


def test_figures_of_make_records_are_the_manifest_s(tmp_path):
    manifest = make_records(cafe_folder(tmp_path / "in"), tmp_path / "out")
    info = summarize(tmp_path / "out")
    assert [(file.name, file.split, file.group, file.images, file.bytes) for file in info.files] == [
        (file.name, file.split, file.group, file.images, file.bytes) for file in manifest.files
    ]
    for split in ("train", "val"):
        counted = {of.label: of.boxes for of in info.classes if of.split == split}
        assert counted == manifest.boxes(split)
        images = {of.label: of.images for of in info.classes if of.split == split}
        assert images == manifest.images_with(split)
    assert info.formats == {"jpeg": 12}
    assert info.image_sizes == {(WIDTH, HEIGHT): 12}
    assert info.boxes_per_image == Spread(0, 1, 2)
    assert info.without_objects == {"train": 1, "val": 1}
    assert info.to_json()["options"]["seed"] == 0
    json.dumps(info.to_json())


def test_figures_of_anybody_s_records(tmp_path):
    boxes = [(0.0, 0.0, 0.5, 0.5), (0.0, 0.0, 1.0, 1.0), (0.5, 0.5, 0.5, 0.9)]
    large = make_features("a", "a", "b", boxes=boxes, width=[400], height=[300], difficult=[1, 0, 1])
    write_record(tmp_path / "valid" / "a.tfrecord", [large, make_features("a", mask=[])])
    info = summarize(tmp_path)
    size = (tmp_path / "valid" / "a.tfrecord").stat().st_size
    assert info.files == (FileInfo(str(Path("valid") / "a.tfrecord"), "val", "", size, 2, 3),)
    sides = Spread(13.9, 173.2, 346.4)
    assert info.classes == (ClassInfo("val", "a", images=2, boxes=3, sides=sides, sizes=(1, 0, 2)),)
    assert (info.left_out, info.extras, info.manifest) == (1, {"difficult flags": 1}, None)
    assert list(info_lines(info)) == [
        f"2 images, 3 boxes in 1 file of {size / 1e3:.1f} kB",
        "",
        "split  class  images  boxes  smallest px  middle  largest  small  medium  large",
        "val    a           2      3           14     173      346      1       0      2",
        "",
        "images: 2 jpeg; 40 x 30: 1, 400 x 300: 1",
        "boxes an image: 1 to 2, 1 in the middle",
        "objects with more than box and label: 1 difficult flags",
        "objects that are no annotations: 1; tfodkit records extract names them",
        "",
        "file              split  group  images  boxes    size",
        f"valid/a.tfrecord  val                2      3  {size / 1e3:.1f} kB",
    ]


def test_wide_letters_take_two_columns():
    assert aligned([("咖啡", "1"), ("mug", "20"), ("e\u0301", "3")]) == ["咖啡   1", "mug   20", "e\u0301      3"]
    assert aligned([]) == []
