"""Label maps that other people wrote: COCO's, the zoo's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfodkit.dataset.label_map import read_class_names, read_label_map
from tfodkit.errors import RecordError
from tfodkit.resources import folder


def test_cocos_ids_have_gaps() -> None:
    names = read_class_names(folder("label_maps") / "mscoco_label_map.pbtxt")
    assert (len(names), names[1], names[90]) == (80, "person", "toothbrush")
    assert 12 not in names


def test_the_name_to_show_goes_before_the_name(tmp_path: Path) -> None:
    (tmp_path / "map.pbtxt").write_text('item { name: "/m/01" id: 7 display_name: "mug" } item { name: "cup" id: 2 }')
    assert list(read_class_names(tmp_path / "map.pbtxt").items()) == [(2, "cup"), (7, "mug")]


def test_other_problems_stay_problems(tmp_path: Path) -> None:
    (tmp_path / "map.pbtxt").write_text('item { name: "mug" id: 0 }')
    with pytest.raises(RecordError, match="id 0 < 1"):
        read_class_names(tmp_path / "map.pbtxt")
    (tmp_path / "map.pbtxt").write_text('item { name: "mug" id: 2 }')
    with pytest.raises(RecordError, match="id 2 > 1, the number of classes"):
        read_label_map(tmp_path / "map.pbtxt")
