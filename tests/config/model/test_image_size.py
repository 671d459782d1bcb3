from __future__ import annotations

import pytest

from tfodkit.config.model.image_size import set_image_size
from tfodkit.config.templates import read_template
from tfodkit.errors import ConfigError


def test_the_sides_of_a_resizer_keep_their_ratio() -> None:
    message = read_template("faster_rcnn_resnet50_v1_640x640_coco17").message()
    sides = message.model.faster_rcnn.image_resizer.keep_aspect_ratio_resizer
    sides.min_dimension, sides.max_dimension = 600, 1000
    set_image_size(message, 300, "my.config")
    assert (sides.min_dimension, sides.max_dimension) == (300, 500)


def test_a_resizer_without_a_short_side_is_refused() -> None:
    message = read_template("faster_rcnn_resnet50_v1_640x640_coco17").message()
    message.model.faster_rcnn.image_resizer.keep_aspect_ratio_resizer.min_dimension = 0
    with pytest.raises(
        ConfigError, match=r"my\.config: keep_aspect_ratio_resizer has min_dimension 0.* Give it the short"
    ):
        set_image_size(message, 300, "my.config")
