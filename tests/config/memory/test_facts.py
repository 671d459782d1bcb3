from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tfodkit.config.memory.facts import MODEL_FACTS
from tfodkit.config.model.feature_extractors import FEATURE_EXTRACTORS
from tfodkit.config.templates import read_template, template_names

SCRIPT = Path(__file__).parents[3] / "scripts" / "measure-memory"


def test_the_table_has_every_template_s_model_and_no_other() -> None:
    models = [read_template(name).message().model for name in template_names()]
    types = {getattr(model, model.WhichOneof("model")).feature_extractor.type for model in models}
    assert {name.removesuffix(" masks") for name in MODEL_FACTS} == types
    assert types <= set().union(*FEATURE_EXTRACTORS.values())


def test_a_deeper_model_keeps_and_learns_more() -> None:
    for family in ("ssd_resnet{}_v1_fpn_keras", "faster_rcnn_resnet{}_keras"):
        small, medium, large = (MODEL_FACTS[family.format(depth)] for depth in (50, 101, 152))
        assert small.parameters < medium.parameters < large.parameters
        assert small.bytes_per_pixel < medium.bytes_per_pixel < large.bytes_per_pixel


@pytest.mark.slow
@pytest.mark.tensorflow
def test_the_script_measures_what_the_table_says() -> None:
    done = subprocess.run([SCRIPT, "ssd_mobilenet_v2_320x320_coco17"], capture_output=True, text=True, check=True)
    found = re.search(r"parameters ([\d,]+); a step keeps [\d,]+ MB, ([\d,]+) bytes a pixel", done.stdout)
    assert found
    parameters, kept = (int(figure.replace(",", "")) for figure in found.groups())
    facts = MODEL_FACTS["ssd_mobilenet_v2_keras"]
    assert kept == pytest.approx(facts.bytes_per_pixel, rel=0.01)
    assert parameters < facts.parameters  # of 2 classes, not 90
