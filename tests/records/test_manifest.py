"""manifest.json: the same bytes for the same values, and an error that names the field for anything else."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tfodkit.dataset.label_map import LabelMap
from tfodkit.dataset.policies import Policies
from tfodkit.dataset.shares import SplitShares
from tfodkit.errors import RecordError
from tfodkit.records.manifest import (
    FORMAT_VERSION,
    MANIFEST,
    Affected,
    RecordFile,
    RecordGroup,
    RecordManifest,
    SampledBox,
)
from tfodkit.records.options import RecordOptions

GOLDEN = Path(__file__).parent / "golden" / "manifest.json"
VERSION_2 = GOLDEN.with_name("manifest_version_2.json")
VERSION_1 = Path(__file__).parent / "golden" / "manifest_version_1.json"


def make_file(**overrides):
    counts = (("bagel", 2), ("mug", 5))
    file = RecordFile("train_bagel.record", "train", "bagel", 3, counts, counts, 4, 10, "0" * 8)
    return replace(file, **overrides)


def make_manifest(**overrides):
    val = make_file(name="val_mug.record", split="val", group="mug", boxes=(("mug", 1),), images_with=(("mug", 1),))
    files = (make_file(), make_file(name="train_mug.record", max_boxes_per_image=9), replace(val, images=1))
    manifest = RecordManifest(
        tfodkit_version="0.1.0",
        options=RecordOptions(seed=3, policies=Policies(clip_boxes=True)),
        label_map=LabelMap(("bagel", "crêpe", "mug")),
        files=files,
        annotations="coco",
        dropped=(Affected("TFK303", "boxes of zero size", ('a.xml:3 object 1 "mug"',)),),
        changed=(Affected("TFK305", "boxes outside", ('a.xml:9 object 2 "mug"', 'b.xml:7 object 1 "mug"')),),
        warnings=(Affected("TFK204", "images that are not what their extension says", ("c.png",)),),
        fingerprint="f" * 64,
        box_sample={"train": (SampledBox(0.1, 0.0, 0.25, 1.0, 3, 640, 480), SampledBox(0.0, 0.5, 0.5, 0.5, 1, 9, 9))},
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
    options = RecordOptions(lists=Path("/home/me/lists"), workers=7, label_map=LabelMap(("elsewhere",)))
    file = make_file(boxes=(), images_with=())
    sample = {"train": (SampledBox(0.125, 0.0, 1e-05, 1.0, 1, 640, 480), SampledBox(0.0, 0.0, 0.5, 0.25, 1, 1, 2))}
    assert (
        RecordManifest("0.1.0", options, LabelMap(("crêpe",)), (file,), box_sample=sample).to_json()
        == GOLDEN.read_text()
    )


def test_what_a_manifest_tells_of_options_is_what_it_reads_back(tmp_path):
    options = RecordOptions(
        shares=SplitShares(0.7, 0.2, 0.1),
        lists=Path("lists.txt"),
        group_by="folder",
        near_duplicates=False,
        grouping="folder",
        shard_bytes=1 << 20,
        verify="header",
    )
    assert options.recorded == options
    make_manifest(options=options).write(tmp_path)
    assert RecordManifest.read(tmp_path).options == options


def test_a_manifest_of_version_2_is_read_and_has_no_sample_of_boxes(tmp_path):
    (tmp_path / MANIFEST).write_text(VERSION_2.read_text())
    manifest = RecordManifest.read(tmp_path)
    assert manifest.box_sample == {}
    assert (manifest.options.lists, manifest.label_map.names) == (Path("lists"), ("crêpe",))
    newer = VERSION_2.read_text().replace('"annotations": "voc",', '"annotations": "voc",\n  "box_sample": {},')
    (tmp_path / MANIFEST).write_text(newer)
    with pytest.raises(RecordError, match="the manifest has unknown fields: box_sample"):
        RecordManifest.read(tmp_path)


ROW = [0.1, 0.0, 0.25, 1, 3, 640, 480]


@pytest.mark.parametrize(
    "row", [ROW[:-1], [*ROW[:4], 4, 640, 480], [*ROW[:4], 0, 9, 9], [*ROW[:5], 0, 9], ["0.1", *ROW[1:]],
            [True, *ROW[1:]], [float("nan"), *ROW[1:]], [*ROW[:4], 1.0, 9, 9], "0.1"]
)  # fmt: skip
def test_a_sampled_box_is_seven_numbers(tmp_path, row):
    message = damage(tmp_path, lambda values: values["box_sample"]["train"].append(row))
    assert message.startswith(
        "manifest.json: box_sample.train[2] must be xmin, ymin, width, height, class id, image wi"
    )
    assert message.endswith("The manifest is damaged: run make-records again.")


@pytest.mark.parametrize("sample", [{"eval": []}, {"val": 3}])
def test_a_sample_is_of_a_split(tmp_path, sample):
    message = damage(tmp_path, lambda values: values.update(box_sample=sample))
    assert message.startswith("manifest.json: box_sample must hold lists of train, val and test, but got '")


def test_a_manifest_of_version_1_is_read(tmp_path):
    """As tfodkit 0.1.0 wrote them: one share, per-class records, SHA-256 sums."""
    (tmp_path / MANIFEST).write_text(VERSION_1.read_text())
    manifest = RecordManifest.read(tmp_path)
    assert (manifest.options.shares, manifest.options.seed) == (SplitShares(0.8, 0.2), 3)
    assert [(file.name, file.group, file.images, file.crc32c) for file in manifest.files] == [
        ("train_mug.record", "mug", 3, None),
        ("val_mug.record", "mug", 1, None),
    ]
    assert manifest.boxes("train") == {"bagel": 2, "mug": 5}
    assert manifest.dropped == (Affected("", "boxes of zero size", ('a.xml:3 object 1 "mug"',)),)
    assert (manifest.changed, manifest.fingerprint) == ((), "")
    (tmp_path / MANIFEST).write_text(VERSION_1.read_text().replace('"home_class": "mug"', '"home_class": "cup"'))
    with pytest.raises(RecordError, match="group is 'cup', which is not in classes"):
        RecordManifest.read(tmp_path)
    (tmp_path / MANIFEST).write_text(VERSION_1.read_text().replace('"sha256"', '"sha"'))
    with pytest.raises(RecordError, match=r"files\[0\] lacks sha256"):
        RecordManifest.read(tmp_path)


def test_shards_of_one_split_and_group_are_one(tmp_path):
    names = [f"train_mug.record-{number:05}-of-00002" for number in range(2)]
    shards = tuple(make_file(name=name, group="mug", bytes=7) for name in names)
    manifest = make_manifest(files=(make_file(), *shards, make_file(name="val_mug.record", split="val", group="mug")))
    assert manifest.groups_of("train") == (RecordGroup((make_file(),)), RecordGroup(shards))
    mugs = manifest.groups_of("train")[1]
    assert (mugs.name, mugs.pattern) == ("mug", "train_mug.record-?????-of-00002")
    assert (mugs.images, mugs.boxes, mugs.bytes) == (6, 14, 14)
    assert manifest.splits == ("train", "val")
    assert manifest.groups_of("test") == ()


def test_counts_are_summed_over_the_files_of_a_split():
    manifest = make_manifest()
    assert (manifest.images("train"), manifest.images("val")) == (6, 1)
    assert manifest.boxes("train") == {"bagel": 4, "crêpe": 0, "mug": 10}
    assert manifest.images_with("val") == {"bagel": 0, "crêpe": 0, "mug": 1}
    assert (manifest.max_boxes_per_image("train"), manifest.max_boxes_per_image("val")) == (9, 4)
    assert [file.name for file in manifest.files_of("train")] == ["train_bagel.record", "train_mug.record"]
    assert replace(manifest, files=()).max_boxes_per_image("val") == 0
    assert manifest.dropped[0].count == 1


def test_there_are_three_splits():
    assert make_manifest().images("test") == 0
    with pytest.raises(ValueError, match=r"must be one of .* but got 'eval'"):
        make_manifest().images("eval")


def test_an_absent_manifest_says_what_to_pass(tmp_path):
    with pytest.raises(RecordError, match=r"manifest\.json: the records folder has no manifest. Pass the folder"):
        RecordManifest.read(tmp_path)


def test_a_newer_manifest_is_refused(tmp_path):
    message = damage(tmp_path, lambda values: values.update(format_version=FORMAT_VERSION + 1, colour="red"))
    assert message.startswith("manifest.json: format_version 4, but this tfodkit reads up to 3. Update tfodkit")


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
        (lambda v: v.pop("fingerprint"), "the manifest lacks fingerprint."),
        (lambda v: v["options"].pop("seed"), "options lacks seed."),
        (lambda v: v["options"].update(seed="3"), "options: seed must be int, but got '3'."),
        (lambda v: v["options"].update(seed=True), "options: seed must be int, but got True."),
        (lambda v: v["options"].update(shard_bytes="1"), "options: shard_bytes must be int, but got '1'."),
        (
            lambda v: v["options"].update(grouping="size"),
            "options: grouping must be one of class, single, folder, but got 'size'.",
        ),
        (lambda v: v["files"][0].update(crc32c=1), "files[0]: crc32c must be str, but got 1."),
        (lambda v: v.update(colour=1, age=2), "the manifest has unknown fields: age, colour."),
        (lambda v: v.pop("format_version"), "not a manifest of make-records: format_version is missing."),
        (lambda v: v.update(classes=[]), "the ids of classes must be 1, 2, … in order."),
        (lambda v: v["classes"][1].update(id=7), "the ids of classes must be 1, 2, … in order."),
        (lambda v: v["classes"][1].update(name="mug"), "the names of classes must be unique and not blank."),
        (lambda v: v["files"].append(3), "files[3] must be an object, but got 3."),
        (lambda v: v["files"][0].update(split="eval"), "files[0]: split must be train, val or test, but got 'eval'."),
        (lambda v: v["files"][0].update(name="../x"), "files[0]: name must be a plain file name, but got '../x'."),
        (lambda v: v["files"][0].update(boxes={"mug": 1.5}), "files[0]: boxes must be counts, but got {'mug': 1.5}."),
        (lambda v: v["files"][0].update(boxes={"mug": -4}), "files[0]: boxes must be counts, but got {'mug': -4}."),
        (lambda v: v["files"][0].update(images=-1), "files[0]: images must be a count, but got -1."),
        (
            lambda v: v["files"][0].update(max_boxes_per_image=10**12),
            "files[0]: max_boxes_per_image must be a count, but got 1000000000000.",
        ),
        (lambda v: v["files"][1].update(group="cup"), "files[1]: group is 'cup', which is not in classes."),
        (lambda v: v["files"].append(v["files"][0]), "files[3]: 'train_bagel.record' stands twice."),
        (lambda v: v["files"][1].update(boxes={"cup": 1}), "files[1]: counts of 'cup', which is not in classes."),
        (lambda v: v["dropped"][0].update(count=5), "dropped[0]: count 5, but 1 names."),
        (lambda v: v["warnings"][0].update(count=5), "warnings[0]: count 5, but 1 names."),
        (lambda v: v["dropped"][0].update(where=[1]), "dropped[0]: where must be names, but got [1]."),
    ],
)
def test_a_damaged_manifest_names_the_field(tmp_path, edit, message):
    assert damage(tmp_path, edit) == f"manifest.json: {message} The manifest is damaged: run make-records again."


def test_files_that_are_not_as_described_are_named(tmp_path):
    contents = {"a.record": b"1", "b.record": b"22", "c.record": b"3"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    digest = "90f599e3"  # of b"1"
    files = tuple(make_file(name=name, bytes=1, crc32c=digest) for name in (*contents, "d.record"))
    with pytest.raises(RecordError) as caught:
        make_manifest(files=files).check_files(tmp_path)
    assert [problem.what for problem in caught.value.problems] == [
        "2 bytes, but the manifest says 1",
        "the manifest names this file, but it is not there",
    ]
    with pytest.raises(RecordError, match=r"c\.record: the content is not what make-records wrote"):
        make_manifest(files=files[:1] + files[2:3]).check_files(tmp_path, contents=True)
    make_manifest(files=files[:1]).check_files(tmp_path, contents=True)
