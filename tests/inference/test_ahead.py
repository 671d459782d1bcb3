from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import count, islice

import pytest

from tfodkit.inference.ahead import mapped_ahead


def test_results_come_in_order_whichever_is_ready_first() -> None:
    def work(number: int) -> int:
        time.sleep(0.01 * (number % 3 == 0))
        return number * number

    assert list(mapped_ahead(work, range(20), workers=4, ahead=5)) == [number**2 for number in range(20)]
    assert list(mapped_ahead(work, [], workers=4, ahead=5)) == []


def test_so_many_are_taken_ahead_and_no_more() -> None:
    taken: list[int] = []

    def source() -> Iterator[int]:
        for number in count():
            taken.append(number)
            yield number

    rooms = iter([3, 3, 3, 3, *[1] * 100])
    results = mapped_ahead(str, source(), workers=2, ahead=lambda: next(rooms))
    assert next(results) == "0"
    assert taken == [0, 1, 2]
    assert list(islice(results, 3)) == ["1", "2", "3"]
    assert taken == [0, 1, 2, 3], "the room became one, but more were taken"
    results.close()


def test_what_is_raised_comes_in_its_place_and_leaves_no_thread() -> None:
    before = threading.active_count()
    results = mapped_ahead(lambda number: 1 // (2 - number), iter(range(100)), workers=3, ahead=10)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert threading.active_count() == before


def test_what_has_not_begun_is_never_done_once_it_is_closed() -> None:
    begun: list[int] = []
    gate = threading.Event()

    def work(number: int) -> int:
        begun.append(number)
        if number:
            gate.wait(5)
        return number

    results = mapped_ahead(work, range(100), workers=1, ahead=50)
    assert next(results) == 0
    threading.Timer(0.05, gate.set).start()
    results.close()
    assert len(begun) <= 2
