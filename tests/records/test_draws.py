"""The order of draws: weights hold, passes are whole, and any draw can be asked for first."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.record_builders import make_features, write_record
from tfodkit.errors import RecordError
from tfodkit.records.draws import BLOCK, DrawnFrom, DrawOrder


def group(path: Path, images: int, *, name: str, weight: float = 1.0) -> DrawnFrom:
    record = write_record(path / f"{name}.record", [make_features(filename=[f"{name}{k}"]) for k in range(images)])
    return DrawnFrom((record,), weight)


def names(order: DrawOrder, first: int, last: int) -> list[str]:
    return list(order.image_names(range(first, last)))


def test_each_pass_draws_every_image_of_a_group_once_in_an_order_of_its_own(tmp_path: Path) -> None:
    order = DrawOrder([group(tmp_path, 20, name="a")], seed=5)
    passes = [names(order, 20 * turn, 20 * turn + 20) for turn in range(3)]
    assert all(sorted(one) == sorted(f"a{k}" for k in range(20)) for one in passes)
    assert len({tuple(one) for one in passes}) == 3
    assert order.images == 20


def test_a_draw_depends_on_the_seed_and_its_number_alone(tmp_path: Path) -> None:
    groups = [group(tmp_path, 7, name="a"), group(tmp_path, 3, name="b", weight=2)]
    late = BLOCK + 3
    from_the_start = DrawOrder(groups, seed=1)
    everything = [from_the_start.place(draw) for draw in range(late + 5)]
    gone_on = DrawOrder(groups, seed=1)
    assert [gone_on.place(draw) for draw in range(late, late + 5)] == everything[late:]
    assert [gone_on.place(draw) for draw in range(5)] == everything[:5]
    assert [DrawOrder(groups, seed=2).place(draw) for draw in range(50)] != everything[:50]


def test_passes_stay_whole_over_the_border_of_a_block(tmp_path: Path) -> None:
    order = DrawOrder([group(tmp_path, 5, name="a"), group(tmp_path, 4, name="b")], seed=0)
    drawn = [order.place(draw) for draw in range(BLOCK - 200, BLOCK + 200)]
    for path in {place[0] for place in drawn}:
        counts = Counter(place for place in drawn if place[0] == path)
        assert max(counts.values()) - min(counts.values()) <= 2


def test_weights_say_how_often_a_group_is_drawn(tmp_path: Path) -> None:
    groups = [group(tmp_path, 9, name=name, weight=weight) for name, weight in (("a", 3), ("b", 1), ("c", 0))]
    counts = Counter(DrawOrder(groups, seed=3).place(draw)[0].stem for draw in range(3 * BLOCK))
    assert counts["a"] / (3 * BLOCK) == pytest.approx(0.75, abs=0.02)
    assert set(counts) == {"a", "b"}


def test_without_shuffling_a_group_is_gone_through_in_the_order_of_its_files(tmp_path: Path) -> None:
    first, second = group(tmp_path, 2, name="a"), group(tmp_path, 3, name="b")
    order = DrawOrder([DrawnFrom(first.files + second.files)], seed=0, shuffle=False)
    assert names(order, 0, 7) == ["a0", "a1", "b0", "b1", "b2", "a0", "a1"]


def test_an_image_without_a_name_is_said_to_have_none(tmp_path: Path) -> None:
    record = write_record(tmp_path / "a.record", [make_features(filename=None)])
    assert DrawOrder([DrawnFrom((record,))], seed=0).image_names([0]) == ("an unnamed image",)


def test_a_group_without_images_is_refused(tmp_path: Path) -> None:
    empty = write_record(tmp_path / "empty.record", [])
    with pytest.raises(RecordError, match=r"empty\.record: the record holds no image, so that drawing from it would"):
        DrawOrder([group(tmp_path, 1, name="a"), DrawnFrom((empty,))], seed=0)
    assert DrawOrder([group(tmp_path, 1, name="a"), DrawnFrom((empty,), 0)], seed=0).images == 1


def test_weights_of_zero_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no record has a weight above 0"):
        DrawOrder([group(tmp_path, 1, name="a", weight=0)], seed=0)


def test_a_record_that_changed_since_is_told_of(tmp_path: Path) -> None:
    drawn = group(tmp_path, 1, name="a")
    order = DrawOrder([drawn], seed=0)
    content = bytearray(drawn.files[0].read_bytes())
    content[40] ^= 1
    drawn.files[0].write_bytes(content)
    with pytest.raises(RecordError, match=r"a\.record: byte 12: the checksum of its content is wrong"):
        order.record(0)
    drawn.files[0].unlink()
    with pytest.raises(RecordError, match="the records can't be read: No such file"):
        order.record(0)
