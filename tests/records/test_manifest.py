"""manifest.json: the same bytes for the same values, and an error that names the field for anything else."""

import json
from dataclasses import replace

import pytest

from tfodkit.dataset import LabelMap
from tfodkit.errors import RecordError
from tfodkit.records import Dropped, RecordFile, RecordManifest
from tfodkit.records.manifest import FORMAT_VERSION, MANIFEST


def make_file(**overrides):
    counts = (("bagel", 2), ("mug", 5))
    file = RecordFile("train_bagel.record", "train", "bagel", 3, counts, counts, 4, 10, "0" * 64)
    return replace(file, **overrides)


def make_manifest(**overrides):
    val = make_file(
        name="val_mug.record", split="val", home_class="mug", boxes=(("mug", 1),), images_with=(("mug", 1),)
    )
    files = (make_file(), make_file(name="train_mug.record", max_boxes_per_image=9), replace(val, images=1))
    manifest = RecordManifest(
        tfodkit_version="0.1.0",
        seed=3,
        split=0.75,
        label_map=LabelMap(("bagel", "crêpe", "mug")),
        files=files,
        dropped=(Dropped("boxes of zero size", ('a.xml:3 object 1 "mug"',)),),
    )
    return replace(manifest, **overrides)


def damage(tmp_path, edit):
    values = json.loads(make_manifest().to_json())
    edit(values)
    (tmp_path / MANIFEST).write_text(json.dumps(values))
    with pytest.raises(RecordError) as caught:
        RecordManifest.read(tmp_path)
    return str(caught.value).removeprefix(f"{tmp_path}/")


def test_what_is_written_reads_back_equal(tmp_path):
    make_manifest().write(tmp_path)
    assert RecordManifest.read(tmp_path) == make_manifest()


def test_the_text_is_sorted_and_says_nothing_of_time_or_place():
    # Golden: records folders are compared byte by byte to see whether anything changed.
    text = RecordManifest("0.1.0", 0, 0.8, LabelMap(("crêpe",)), (make_file(boxes=(), images_with=()),)).to_json()
    assert text == (
        '{\n  "classes": [\n    {\n      "id": 1,\n      "name": "crêpe"\n    }\n  ],\n  "dropped": [],\n'
        '  "files": [\n    {\n      "boxes": {},\n      "bytes": 10,\n      "home_class": "bagel",\n'
        '      "images": 3,\n      "images_with": {},\n'
        '      "max_boxes_per_image": 4,\n      "name": "train_bagel.record",\n'
        f'      "sha256": "{"0" * 64}",\n      "split": "train"\n    }}\n  ],\n'
        '  "format_version": 1,\n  "seed": 0,\n  "split": 0.8,\n  "tfodkit_version": "0.1.0"\n}\n'
    )


def test_counts_are_summed_over_the_files_of_a_split():
    manifest = make_manifest()
    assert (manifest.images("train"), manifest.images("val")) == (6, 1)
    assert manifest.boxes("train") == {"bagel": 4, "crêpe": 0, "mug": 10}
    assert manifest.images_with("val") == {"bagel": 0, "crêpe": 0, "mug": 1}
    assert (manifest.max_boxes_per_image("train"), manifest.max_boxes_per_image("val")) == (9, 4)
    assert [file.name for file in manifest.files_of("train")] == ["train_bagel.record", "train_mug.record"]
    assert replace(manifest, files=()).max_boxes_per_image("val") == 0
    assert manifest.dropped[0].count == 1


def test_there_are_two_splits():
    with pytest.raises(ValueError, match=r"must be one of .* but got 'test'"):
        make_manifest().images("test")


def test_an_absent_manifest_says_what_to_pass(tmp_path):
    with pytest.raises(RecordError, match=r"manifest\.json: the records folder has no manifest. Pass the folder"):
        RecordManifest.read(tmp_path)


def test_a_newer_manifest_is_refused(tmp_path):
    message = damage(tmp_path, lambda values: values.update(format_version=FORMAT_VERSION + 1, colour="red"))
    assert message.startswith("manifest.json: format_version 2, but this tfodkit reads up to 1. Update tfodkit")


def test_what_is_no_json_is_refused_with_its_line(tmp_path):
    (tmp_path / MANIFEST).write_text('{\n"seed": }')
    with pytest.raises(RecordError, match=r"manifest\.json:2: not JSON: Expecting value. The manifest is damaged"):
        RecordManifest.read(tmp_path)
    (tmp_path / MANIFEST).write_bytes(b"\xff")
    with pytest.raises(RecordError, match="the manifest can't be read"):
        RecordManifest.read(tmp_path)
    for absurd in ("[" * 100_000, "9" * 5_000):
        (tmp_path / MANIFEST).write_text(absurd)
        with pytest.raises(RecordError, match=r"manifest\.json: not JSON: "):
            RecordManifest.read(tmp_path)
    (tmp_path / MANIFEST).write_text("[]")
    with pytest.raises(RecordError, match="not a manifest of make-records"):
        RecordManifest.read(tmp_path)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda v: v.pop("seed"), "the manifest lacks seed."),
        (lambda v: v.update(seed="3"), "the manifest: seed must be int, but got '3'."),
        (lambda v: v.update(seed=True), "the manifest: seed must be int, but got True."),
        (lambda v: v.update(colour=1, age=2), "the manifest has unknown fields: age, colour."),
        (lambda v: v.pop("format_version"), "not a manifest of make-records: format_version is missing."),
        (lambda v: v.update(classes=[]), "the ids of classes must be 1, 2, … in order."),
        (lambda v: v["classes"][1].update(id=7), "the ids of classes must be 1, 2, … in order."),
        (lambda v: v["classes"][1].update(name="mug"), "the names of classes must be unique and not blank."),
        (lambda v: v["files"].append(3), "files[3] must be an object, but got 3."),
        (lambda v: v["files"][0].update(split="test"), "files[0]: split must be train or val, but got 'test'."),
        (lambda v: v["files"][0].update(name="../x"), "files[0]: name must be a plain file name, but got '../x'."),
        (lambda v: v["files"][0].update(boxes={"mug": 1.5}), "files[0]: boxes must be counts, but got {'mug': 1.5}."),
        (lambda v: v["files"][0].update(boxes={"mug": -4}), "files[0]: boxes must be counts, but got {'mug': -4}."),
        (lambda v: v["files"][0].update(images=-1), "files[0]: images must be a count, but got -1."),
        (
            lambda v: v["files"][0].update(max_boxes_per_image=10**12),
            "files[0]: max_boxes_per_image must be a count, but got 1000000000000.",
        ),
        (lambda v: v["files"][1].update(home_class="cup"), "files[1]: home_class is 'cup', which is not in classes."),
        (lambda v: v["files"].append(v["files"][0]), "files[3]: 'train_bagel.record' stands twice."),
        (lambda v: v["files"][1].update(boxes={"cup": 1}), "files[1]: counts of 'cup', which is not in classes."),
        (lambda v: v["dropped"][0].update(count=5), "dropped[0]: count 5, but 1 names."),
        (lambda v: v["dropped"][0].update(where=[1]), "dropped[0]: where must be names, but got [1]."),
    ],
)
def test_a_damaged_manifest_names_the_field(tmp_path, edit, message):
    assert damage(tmp_path, edit) == f"manifest.json: {message} The manifest is damaged: run make-records again."


def test_files_that_are_not_as_described_are_named(tmp_path):
    contents = {"a.record": b"1", "b.record": b"22", "c.record": b"3"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    digest = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"  # of b"1"
    files = tuple(make_file(name=name, bytes=1, sha256=digest) for name in (*contents, "d.record"))
    with pytest.raises(RecordError) as caught:
        make_manifest(files=files).check_files(tmp_path)
    assert [problem.what for problem in caught.value.problems] == [
        "2 bytes, but the manifest says 1",
        "the manifest names this file, but it is not there",
    ]
    with pytest.raises(RecordError, match=r"c\.record: the content is not what make-records wrote"):
        make_manifest(files=files[:1] + files[2:3]).check_files(tmp_path, hashes=True)
    make_manifest(files=files[:1]).check_files(tmp_path, hashes=True)
