"""Records of one folder with 300 damaged pictures and annotations: whole ones are kept, mended or named."""

import re
from random import Random

import pytest
from fuzz import pictures, voc_xml
from fuzz.promises import time_limit

from tfodkit.dataset.policies import Policies
from tfodkit.errors import DataError
from tfodkit.records import RecordOptions, make_records, read_records, read_tfrecord

SEED = 5
PAIRS = 300
SECONDS = 120
OBJECTS = (("mug", (4, 6, 20, 24)), ("bagel", (1, 1, 9, 9)))
MAKERS = (pictures.mutate_jpeg, pictures.mutate_jpeg, pictures.mutate_png, pictures.other_picture)
ALL_POLICIES = Policies(clip_boxes=True, drop_invalid=True, exif="apply", repair_images=True, repair_sizes=True)


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    """Pairs of which the picture is damaged, or the XML, or nothing."""
    folder = tmp_path_factory.mktemp("damaged")
    for number in range(PAIRS):
        draw = Random(f"{SEED} {number}")
        stem = f"p{number:04}"
        xml = voc_xml.sound_xml(f"{stem}.jpg", *OBJECTS)
        which = draw.choice(("picture", "xml", "nothing"))
        (folder / f"{stem}.jpg").write_bytes(
            draw.choice(MAKERS)(draw) if which == "picture" else pictures.sound_jpeg(draw)
        )
        (folder / f"{stem}.xml").write_bytes(voc_xml.mutate(xml, draw) if which == "xml" else xml.encode())
    return folder


@pytest.fixture(scope="module")
def records(damaged):
    place = damaged.parent / f"{damaged.name}-records"
    with time_limit(SECONDS):
        make_records(damaged, place, RecordOptions(policies=ALL_POLICIES))
    return place


def test_each_picture_is_recorded_or_named(damaged, records):
    with time_limit(SECONDS):
        manifest = make_records(damaged, records, RecordOptions(policies=ALL_POLICIES))
    recorded = {image.annotation.name for image in read_records(records)}
    named = {re.split(r"[.:]", place)[0] for affected in manifest.dropped for place in affected.where}
    pairs = {path.name for path in damaged.glob("*.jpg")}
    assert {name for name in pairs - recorded if name.removesuffix(".jpg") not in named} == set()
    assert recorded <= pairs
    assert PAIRS / 2 < len(recorded) < PAIRS
    assert manifest.is_unchanged


def test_without_policies_all_is_named_and_nothing_written(damaged, tmp_path):
    with pytest.raises(DataError) as caught, time_limit(SECONDS):
        make_records(damaged, tmp_path / "records")
    assert len(caught.value.problems) > PAIRS / 4
    assert all(len(str(problem).splitlines()) == 1 and problem.code for problem in caught.value.problems)
    assert not (tmp_path / "records").exists()


@pytest.mark.tensorflow
def test_tensorflow_decodes_every_record_to_the_recorded_size(records):
    import tensorflow as tf

    fields = {"image/encoded": tf.string, "image/format": tf.string, "image/height": tf.int64, "image/width": tf.int64}
    features = {name: tf.io.FixedLenFeature([], kind) for name, kind in fields.items()}
    for path in sorted(records.glob("*.record*")):
        for record in read_tfrecord(path):
            example = tf.io.parse_single_example(record, features)
            image = tf.io.decode_image(example["image/encoded"], channels=3, expand_animations=False)
            assert image.shape[:2] == [example["image/height"], example["image/width"]]
            assert example["image/format"] in (b"jpeg", b"png")
