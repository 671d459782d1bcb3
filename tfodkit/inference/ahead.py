"""Work done ahead in threads, in order, so much of it at once and no more."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def mapped_ahead(
    function: Callable[[T], R], items: Iterable[T], *, workers: int, ahead: int | Callable[[], int]
) -> Generator[R]:
    """``function`` of each item, in the order of ``items``, which are taken here and worked on in threads.

    At most ``ahead`` items, 1 or more, are in work or wait to be taken; a function is asked anew each time. What the
    function raises comes where its result would. When the generator is closed, what has not begun is never done, and
    what has is waited for: no thread is left.
    """
    room = ahead if callable(ahead) else lambda: ahead
    source = iter(items)
    executor = ThreadPoolExecutor(workers)
    waiting: deque[Future[R]] = deque()
    try:
        while True:
            while len(waiting) < room() and (item := [*islice(source, 1)]):
                waiting.append(executor.submit(function, item[0]))
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
