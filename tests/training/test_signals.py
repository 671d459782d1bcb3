from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from tfodkit.training.signals import listening

# It locks a mutex of its own twice: the second time it waits for ever, without a turn for Python's handlers.
STUCK = """
import ctypes
from tfodkit.training.signals import listening

lock, mutex = ctypes.CDLL(None).pthread_mutex_lock, ctypes.create_string_buffer(64)
with listening(print):
    lock(mutex)
    print("ready", flush=True)
    lock(mutex)
"""


def send(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_request_waits_to_be_asked_for(number: signal.Signals) -> None:
    told: list[str] = []
    before = signal.getsignal(number)
    with listening(told.append) as stop:
        assert stop.signal_number is None
        send(number)
        assert stop.signal_number == number
    assert told == ["asked to stop: finishing this step and saving; ask again to stop at once"]
    assert signal.getsignal(number) == before
    assert not [thread for thread in threading.enumerate() if thread.name == "tfodkit-signals"]


def test_a_terminal_that_is_closed_says_so_more_than_once() -> None:
    told: list[str] = []
    with listening(told.append) as stop:
        send(signal.SIGHUP)
        time.sleep(0.6)
        send(signal.SIGHUP)
        assert stop.signal_number == signal.SIGHUP
        time.sleep(0.1)  # in which a thread would have ended the process
    assert len(told) == 1


def test_where_others_have_to_stop_too_a_request_interrupts_nothing_and_all_are_asked() -> None:
    with listening(print) as stop:
        asked: list[bool] = []
        stop.agree = lambda is_asked: asked.append(is_asked) or True  # type: ignore[func-returns-value]
        assert stop.is_asked()
        with stop.nothing_to_lose():
            send(signal.SIGTERM)
        with stop.nothing_to_lose():
            pass
        assert stop.is_asked()
        assert asked == [False, True]
        stop.agree = lambda _: False
        assert not stop.is_asked()


def test_signals_that_somebody_took_are_taken_back() -> None:
    with listening(print) as stop:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        stop.listen()
        send(signal.SIGTERM)
        assert stop.signal_number == signal.SIGTERM


def test_what_was_started_with_nohup_hears_of_no_terminal() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with listening(print) as stop:
            send(signal.SIGHUP)
            assert stop.signal_number is None
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_where_nothing_is_lost_a_request_interrupts() -> None:
    done = []
    with listening(done.append) as stop:
        with pytest.raises(KeyboardInterrupt), stop.nothing_to_lose():
            send(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt), stop.nothing_to_lose():
            done.append("began again")
    assert done == []
    assert stop.signal_number == signal.SIGTERM


def test_other_threads_hear_nothing() -> None:
    heard = []

    def listen() -> None:
        with listening(print) as stop:
            heard.append(stop.signal_number)

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert heard == [None]


def test_at_a_prompt_the_second_request_raises_and_the_process_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    with listening(lambda _: None) as stop:
        send(signal.SIGINT)
        send(signal.SIGINT)  # the same request by another way
        assert stop.signal_number == signal.SIGINT
        time.sleep(0.6)
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGINT)
    time.sleep(0.1)  # in which a thread would have ended the process


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_second_request_ends_a_process_that_does_not_return_to_python(number: signal.Signals, code: int) -> None:
    process = subprocess.Popen([sys.executable, "-c", STUCK], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.2)
        process.send_signal(number)
        time.sleep(0.1)
        process.send_signal(number)  # the same request by another way
        time.sleep(0.6)
        assert process.poll() is None
        process.send_signal(number)
        assert process.wait(timeout=30) == code
    finally:
        process.kill()
        process.communicate()


def test_another_error_that_an_interruption_became_is_one() -> None:
    def trace() -> None:
        try:
            send(signal.SIGINT)
        except KeyboardInterrupt as error:
            raise SystemError("bad argument to internal function") from error

    with listening(print) as stop, pytest.raises(KeyboardInterrupt), stop.nothing_to_lose():
        trace()


def test_an_error_without_a_request_stays_itself() -> None:
    with listening(print) as stop, pytest.raises(SystemError, match=r"^bad$"), stop.nothing_to_lose():
        raise SystemError("bad")
