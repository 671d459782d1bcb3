"""Class names become file names that are safe everywhere and never collide."""

import fnmatch
import re

from hypothesis import given, settings, strategies as st

from tfodkit.records.file_names import file_stems, is_record_name, shard_names, shard_pattern


def test_plain_names_stay_and_others_get_a_hash():
    # Golden: pipeline.configs name these files.
    assert file_stems(["mug", "v1.0_x-y", "a b", "a/b", "crêpe", "中", "..", "Cat", "cat", "x" * 65]) == {
        "mug": "mug",
        "v1.0_x-y": "v1.0_x-y",
        "a b": "a_b-c8687a08",
        "a/b": "a_b-c14cddc0",
        "crêpe": "crepe-d6065f12",
        "中": "class-a567bdaa",
        "..": "..",
        "Cat": "Cat-48735c4f",
        "cat": "cat-77af778b",
        "x" * 65: f"{'x' * 64}-9537c5fd",
    }


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from("aAbB /\\*?[]{}é中ß😀-_."), min_size=1, max_size=70), unique=True))
def test_stems_are_safe_and_differ_even_without_case(names):
    stems = file_stems(names)
    assert list(stems) == names
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]{1,73}", stem) for stem in stems.values())
    assert len({stem.lower() for stem in stems.values()}) == len(names)


def test_shards_have_tensorflows_names():
    assert shard_names("train_mug", 1) == ["train_mug.record"]
    assert shard_names("val_mug", 4)[3] == "val_mug.record-00003-of-00004"
    assert shard_names("val_mug", 100_001)[:1] == ["val_mug.record-000000-of-100001"]


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["train", "train_mug", "train_mug.record-00000-of-00002", "train_a"]), st.integers(1, 12)
    )
)
def test_a_pattern_matches_its_shards_and_no_other_file(groups):
    names = {stem: shard_names(stem, count) for stem, count in groups.items()}
    everything = [name for shards in names.values() for name in shards]
    for shards in names.values():
        assert fnmatch.filter(everything, shard_pattern(shards)) == shards


def test_what_is_a_record_is_known_by_its_name():
    assert all(map(is_record_name, [*shard_names("train", 1), *shard_names("train", 2)]))
    assert not any(map(is_record_name, ["notes.txt", "train.record.gz", "train.record-1-of-x", "train-00000-of-00002"]))
