"""Ctrl-C, SIGTERM and a terminal that is closed (SIGHUP): the first one asks a run to end in good order.

A second Ctrl-C or SIGTERM ends it at once. The first one is heard between two lines of Python, or after the operation
that TensorFlow is in; the second one ends the process even when TensorFlow does not return: the system wakes a thread
of ours, without a turn of the main one. A program that was started with nohup hears of no terminal.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

HANG_UP = getattr(signal, "SIGHUP", None)
"""Which Windows lacks. It comes twice, from the shell and from the system, and is one request always."""
ENDING = (signal.SIGINT, signal.SIGTERM)
ASKING = ENDING if HANG_UP is None else (*ENDING, HANG_UP)
EXIT_CODE = 128
"""Plus the signal's number is how shells tell of an end by a signal."""
ONE_REQUEST = 0.5
"""Seconds in which signals are one request: a terminal and the program that started us may both send one."""


class StopRequest:
    """Whether the user, or the system, has asked a run to end. Use it through :func:`listening`."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._at_once = False
        self.listen: Callable[[], None] = lambda: None
        """Take the signals back: TensorFlow takes SIGTERM for itself where several processes learn together."""
        self._asked_at = 0.0
        self.signal_number: int | None = None
        """Of the first signal; None as long as there was none."""
        self.agree: Callable[[bool], bool] | None = None
        """Set where other processes have to stop at the same step: whether any was asked, for all of them to ask. Then
        a request interrupts nothing, as the others would wait for what does not come."""

    def is_asked(self) -> bool:
        """Whether this process, or one that has to stop with it, was asked to end."""
        is_asked = self.signal_number is not None
        return is_asked if self.agree is None else self.agree(is_asked)

    @contextlib.contextmanager
    def nothing_to_lose(self) -> Iterator[None]:
        """Inside, a request interrupts whatever is being done; outside, :attr:`signal_number` waits to be asked for.

        Raises:
            KeyboardInterrupt: a request came, or had come before.
        """
        before, self._at_once = self._at_once, self.agree is None
        try:
            self._interrupt_if_asked()
            yield
        except Exception as error:  # what TensorFlow's native code makes of an interruption
            if self.signal_number is None:
                raise
            raise KeyboardInterrupt from error
        finally:
            self._at_once = before

    def _interrupt_if_asked(self) -> None:
        if self._at_once and self.signal_number is not None:
            raise KeyboardInterrupt

    def ask(self, number: int) -> None:
        """Take note of a signal, and interrupt where nothing is lost by it."""
        now = time.monotonic()
        is_first = self.signal_number is None
        if not is_first and (number == HANG_UP or now - self._asked_at < ONE_REQUEST):
            return
        if is_first:
            self.signal_number, self._asked_at = number, now
        if self._at_once or not is_first:
            raise KeyboardInterrupt
        self._tell("asked to stop: finishing this step and saving; ask again to stop at once")


@contextlib.contextmanager
def listening(tell: Callable[[str], None]) -> Iterator[StopRequest]:
    """Listen to these signals until the block ends; ``tell`` says that the first one was heard.

    Outside the main thread, where Python hears no signals, nothing is ever asked. In a notebook or at Python's prompt a
    second Ctrl-C raises :class:`KeyboardInterrupt`, and the process lives on.
    """
    request = StopRequest(tell)
    if threading.current_thread() is not threading.main_thread():
        yield request
        return

    def hear(number: int, _frame: FrameType | None) -> None:
        request.ask(number)

    heard = [number for number in ASKING if number in ENDING or signal.getsignal(number) != signal.SIG_IGN]
    before: dict[signal.Signals, Any] = {number: signal.getsignal(number) for number in heard}

    def listen() -> None:
        for number in heard:
            signal.signal(number, hear)

    listen()
    request.listen = listen
    try:
        with contextlib.nullcontext() if _is_interactive() else _end_at_second():
            yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _end_at_second() -> Iterator[None]:
    """A thread that the system itself writes the signals' numbers to, before Python hears of them."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    thread = threading.Thread(target=_count_signals, args=(reading,), name="tfodkit-signals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(writing)  # the thread reads the end of the pipe
        thread.join()
        os.close(reading)


def _count_signals(reading: int) -> None:
    first: float | None = None
    while byte := os.read(reading, 1):
        if byte[0] not in ASKING:
            continue
        now = time.monotonic()
        if first is None:
            first = now
        elif byte[0] in ENDING and now - first >= ONE_REQUEST:
            os._exit(EXIT_CODE + byte[0])


def _is_interactive() -> bool:
    return "ipykernel" in sys.modules or hasattr(sys, "ps1")
