from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest

from tfodkit.config.lane import NEAREST_TEMPLATES, Lane, lane_of, nearest_template
from tfodkit.config.model.feature_extractors import FEATURE_EXTRACTORS
from tfodkit.config.pipeline import Message, parse_pipeline
from tfodkit.config.templates import read_template, template_names

MAPS = {"SSD_FEATURE_EXTRACTOR_CLASS_MAP", "FASTER_RCNN_FEATURE_EXTRACTOR_CLASS_MAP"}


def model(text: str) -> Message:
    return parse_pipeline(f"model {{ {text} }}", "my.config")


def test_the_names_are_those_that_the_api_builds() -> None:
    package = find_spec("object_detection")
    assert package is not None
    assert package.origin is not None
    tree = ast.parse((Path(package.origin).parent / "builders" / "model_builder.py").read_text(encoding="utf-8"))
    built = {
        key.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in MAPS
        and isinstance(node.value, ast.Dict)
        for key in node.value.keys
        if isinstance(key, ast.Constant)
    }
    assert built == set(NEAREST_TEMPLATES)


@pytest.mark.parametrize("name", template_names())
def test_every_template_is_of_the_lane_that_its_header_says(name: str) -> None:
    template = read_template(name)
    assert lane_of(template.message()) == template.facts().lane


@pytest.mark.parametrize(("extractor", "template"), NEAREST_TEMPLATES.items())
def test_the_nearest_template_is_of_the_same_kind_and_of_the_sibling_where_there_is_one(
    extractor: str, template: str
) -> None:
    message = read_template(template).message()
    kind = extractor.split("_", maxsplit=1)[0].replace("faster", "faster_rcnn").replace("embedded", "ssd")
    assert message.model.WhichOneof("model") == kind
    sibling = f"{extractor}_keras"
    siblings = {
        read_template(name).message().model.ssd.feature_extractor.type for name in template_names() if "ssd" in name
    }
    if kind == "ssd" and sibling in siblings & FEATURE_EXTRACTORS["ssd"]:
        assert message.model.ssd.feature_extractor.type == sibling
    if kind == "faster_rcnn" and sibling in FEATURE_EXTRACTORS[kind]:
        assert message.model.faster_rcnn.feature_extractor.type == sibling


def test_a_model_with_masks_is_to_keep_them() -> None:
    extractor = 'feature_extractor { type: "faster_rcnn_inception_v2" }'
    assert nearest_template(model(f"faster_rcnn {{ {extractor} }}")) == "faster_rcnn_resnet50_v1_640x640_coco17"
    masks = model(f"faster_rcnn {{ number_of_stages: 3 {extractor} }}")
    assert nearest_template(masks) == "mask_rcnn_inception_resnet_v2_1024x1024_coco17"


@pytest.mark.parametrize(
    "text", ["", "ssd {}", 'ssd { feature_extractor { type: "of_my_own" } }', "experimental_model {}"]
)
def test_what_is_not_known_is_not_taken_for_old(text: str) -> None:
    assert lane_of(model(text)) is Lane.TF2
