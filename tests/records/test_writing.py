"""Read ahead, written in order, cut by size; what goes wrong with one image is told with all the others."""

import threading
from pathlib import Path

import pytest
from builders import make_image_annotation

from tfodkit.dataset.label_map import LabelMap
from tfodkit.dataset.survey import SurveyedImage
from tfodkit.errors import DataError
from tfodkit.images.facts import ImageFacts
from tfodkit.records import writing
from tfodkit.records.grouping import ImageGroup
from tfodkit.records.tfrecord import FRAME_BYTES, read_tfrecord
from tfodkit.records.writing import write_groups

LABEL_MAP = LabelMap(("mug", "bagel"))
SIZE = 100


def make_group(*names, size=SIZE, split="train", name="mug", labels=("mug",)):
    facts = ImageFacts("JPEG", 40, 30, 1, size, bytes(32), 0, None)
    images = tuple(SurveyedImage(make_image_annotation(each, labels), facts) for each in names)
    return ImageGroup(split, name, f"{split}_{name}", images)


def serialize(image):
    return (image.annotation.image.name.encode().ljust(SIZE - FRAME_BYTES - 3), b"end")


def write(folder, *groups, **options):
    return write_groups(groups, folder, options.pop("serialize", serialize), label_map=LABEL_MAP, **options)


def names_in(path):
    return [record.split()[0].decode() for record in read_tfrecord(path)]


@pytest.mark.parametrize(
    ("shard_bytes", "expected"),
    [
        (5 * SIZE, [["a", "b", "c", "d", "e"]]),
        (5 * SIZE - 1, [["a", "b", "c", "d"], ["e"]]),
        (2 * SIZE, [["a", "b"], ["c", "d"], ["e"]]),
        (SIZE - 1, [["a"], ["b"], ["c"], ["d"], ["e"]]),
    ],
)
def test_a_shard_takes_as_much_as_it_may(tmp_path, shard_bytes, expected):
    files = write(tmp_path, make_group(*"abcde"), shard_bytes=shard_bytes, workers=2)
    assert [names_in(tmp_path / file.name) for file in files] == expected
    assert [file.bytes for file in files] == [SIZE * len(names) for names in expected]
    assert sorted(path.name for path in tmp_path.iterdir()) == [file.name for file in files]


def test_a_file_is_counted_in_the_order_of_ids(tmp_path):
    one, two = make_group("a", labels=["bagel", "mug", "bagel"]), make_group("b", labels=[], name="background")
    first, second = write(tmp_path, one, two)
    assert (first.boxes, first.images_with) == ((("mug", 1), ("bagel", 2)), (("mug", 1), ("bagel", 1)))
    assert (first.max_boxes_per_image, second.max_boxes_per_image) == (3, 0)
    assert (second.boxes, second.group, second.images) == ((), "background", 1)


@pytest.mark.parametrize("workers", [1, 8])
def test_threads_read_ahead_so_far_and_no_farther(tmp_path, monkeypatch, workers):
    monkeypatch.setattr(writing, "BATCH_BYTES", 3 * SIZE)
    monkeypatch.setattr(writing, "AHEAD_BYTES", 10 * SIZE)
    started, behind, lock, written = 0, [], threading.Lock(), 0

    def serialize_counted(image):
        nonlocal started
        with lock:
            started += 1
            behind.append(started - written)
        return serialize(image)

    def count(done, _):
        nonlocal written
        written = done

    names = [f"{number:03}" for number in range(200)]
    write(tmp_path, make_group(*names), workers=workers, serialize=serialize_counted, progress=count)
    assert names_in(tmp_path / "train_mug.record") == names
    assert max(behind) <= 10 + 3 + 3  # what may be ahead, the batch that goes beyond it, and the one that is written


def test_all_problems_are_collected_and_nothing_is_written_after_the_first(tmp_path):
    def refuse_some(image):
        if (name := image.annotation.image.name) in "bd":
            raise DataError(name, "it changed", "Run again.")
        return serialize(image)

    with pytest.raises(DataError) as caught:
        write(tmp_path, make_group(*"abc"), make_group(*"de", name="bagel"), serialize=refuse_some)
    assert [problem.where for problem in caught.value.problems] == ["b", "d"]
    assert names_in(tmp_path / "train_mug.record") == ["a"]
    assert not (tmp_path / "train_bagel.record").exists()


def test_what_is_no_problem_of_the_data_ends_it_and_its_threads(tmp_path):
    def fail(_):
        raise RuntimeError("a bug")

    before = threading.active_count()
    with pytest.raises(RuntimeError, match="a bug"):
        write(tmp_path, make_group(*"abc"), serialize=fail, workers=4)
    assert threading.active_count() == before
    with pytest.raises(ZeroDivisionError):
        write(tmp_path, make_group(*"abc"), workers=4, progress=lambda *_: 1 // 0)
    assert threading.active_count() == before


def test_the_disk_is_told_to_begin_in_good_time(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(writing, "SYNC_BYTES", 2 * SIZE)
    monkeypatch.setattr(
        writing.atomic, "begin_sync", lambda descriptor: told.append(Path(f"/proc/self/fd/{descriptor}"))
    )
    write(tmp_path, make_group(*"abcdefg"))
    assert len(told) == 3  # after three records, after six, and at the end
