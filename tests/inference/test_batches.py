from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, strategies as st

from tfodkit.inference.batches import MOST_PIXELS, in_batches, windows

items = st.lists(st.tuples(st.sampled_from(["wide", "high", "square"]), st.integers()), max_size=60)


@given(items, st.integers(1, 9))
def test_every_item_has_its_result_in_order_and_runs_hold_one_size(pairs: list[tuple[str, int]], batch: int) -> None:
    def run(together: Sequence[tuple[str, int]]) -> list[int]:
        assert 1 <= len(together) <= batch
        assert len({size for size, _ in together}) == 1
        return [number + 1 for _, number in together]

    done = in_batches(run, pairs, batch=batch, size_of=lambda item: item[0], pixels_of=lambda _: 1)
    assert list(done) == [(pair, pair[1] + 1) for pair in pairs]


def test_pictures_that_lie_both_ways_still_fill_batches() -> None:
    runs: list[int] = []

    def run(together: Sequence[int]) -> Sequence[int]:
        runs.append(len(together))
        return together

    list(in_batches(run, range(16), batch=4, size_of=lambda number: number % 2, pixels_of=lambda _: 1))
    assert runs == [4, 4, 4, 4]


def test_large_ones_do_not_wait_together() -> None:
    half, over = MOST_PIXELS // 2, MOST_PIXELS + 1
    assert list(windows([half, half, 1, over, 1], most=9, pixels_of=lambda pixels: pixels)) == [
        [half, half],
        [1],
        [over],
        [1],
    ]
    assert list(windows(range(5), most=2, pixels_of=lambda _: 1)) == [[0, 1], [2, 3], [4]]
