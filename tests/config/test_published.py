"""Every template's model and training are the published ones, held by digests instead of by copies.

``published.tsv`` has a line for each: the repository, the path and the commit of the published file, and the two
digests of that file, as ``scripts/published-digest`` prints them and ``tfodkit/config/published.py`` says how they are
made: the SHA-256 of ``text_format.MessageToString(message.model, as_utf8=True)``, and the same of
``message.train_config`` without ``fine_tune_checkpoint``. Whoever has the published file can make the line again.
"""

from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf import text_format

from tfodkit.config.pipeline import parse_pipeline
from tfodkit.config.published import model_digest, parse_published, training_digest
from tfodkit.config.templates import read_template, ready_template, template_names
from tfodkit.errors import ConfigError

TABLE = Path(__file__).parent / "published.tsv"
SCRIPT = Path(__file__).parents[2] / "scripts" / "published-digest"
SSD = "ssd_mobilenet_v2_320x320_coco17"
with TABLE.open(encoding="utf-8", newline="") as _file:
    LINES = {line["template"]: line for line in csv.DictReader(_file, delimiter="\t")}


def test_every_published_template_has_its_line() -> None:
    assert set(LINES) == set(template_names()) - {"example"}


@pytest.mark.parametrize("name", LINES)
def test_the_model_is_the_published_one(name: str) -> None:
    assert model_digest(read_template(name).message()) == LINES[name]["model_sha256"]


@pytest.mark.parametrize("name", LINES)
def test_the_training_is_the_published_one(name: str) -> None:
    assert training_digest(read_template(name).message()) == LINES[name]["training_sha256"]


@pytest.mark.parametrize("name", LINES)
def test_the_header_names_the_file_that_the_digests_are_of(name: str) -> None:
    facts, line = ready_template(name).facts(), LINES[name]
    assert facts.source == f"{line['repository']}, {line['path']}"
    assert facts.commit == line["commit"]


def test_the_digests_are_made_as_it_is_written() -> None:
    message = read_template(SSD).message()
    model = text_format.MessageToString(message.model, as_utf8=True)
    assert model_digest(message) == hashlib.sha256(model.encode()).hexdigest()
    message.train_config.ClearField("fine_tune_checkpoint")
    training = text_format.MessageToString(message.train_config, as_utf8=True)
    assert training_digest(message) == hashlib.sha256(training.encode()).hexdigest()


@pytest.mark.parametrize(
    ("old", "new", "model_differs", "training_differs"),
    [
        ("iou_threshold: 0.6", "iou_threshold: 0.5", True, False),
        ("num_classes: 90", "num_classes: 91", True, False),
        ("      override_base_feature_extractor_hyperparams: true\n", "", True, False),
        ("learning_rate_base: 0.8", "learning_rate_base: 0.08", False, True),
        ("    ssd_random_crop {\n    }\n", "    ssd_random_crop_pad {\n    }\n", False, True),
        ("batch_size: 512", "batch_size: 8", False, True),
        ("mobilenet_v2.ckpt-1", "ckpt-0", False, False),
        ("train2017-?????-of-00256", "train", False, False),
    ],
)
def test_a_digest_tells_what_differs(old: str, new: str, *, model_differs: bool, training_differs: bool) -> None:
    text = read_template(SSD).text
    assert old in text
    message = parse_pipeline(text.replace(old, new), "changed.config")
    assert (model_digest(message) != LINES[SSD]["model_sha256"]) == model_differs
    assert (training_digest(message) != LINES[SSD]["training_sha256"]) == training_differs


PRIVATE = """
model { ssd { num_classes: 90 } }
train_input_reader {
  external_input_reader {
    [object_detection.protos.GoogleInputReader.google_input_reader] { ss_table_input_reader: { data_type: TF_EXAMPLE } }
  }
}
"""


def test_extensions_that_nobody_else_has_are_passed_over() -> None:
    assert parse_published(PRIVATE, "a.config").model.ssd.num_classes == 90


def test_anything_else_that_does_not_parse_is_told() -> None:
    with pytest.raises(
        ConfigError, match=r'^a\.config:2: .* no field named "sdd"\. Pass the file as it was published\.'
    ):
        parse_published("model {\n  sdd { }\n}\n", "a.config")


def test_the_script_prints_the_line_s_digests() -> None:
    path = ready_template(SSD).path
    command = [sys.executable, str(SCRIPT), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{LINES[SSD]['model_sha256']}\t{LINES[SSD]['training_sha256']}\t{path}\n"


def test_the_script_says_what_is_wrong(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), str(tmp_path / "absent.config")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert "absent.config" in done.stderr
