"""What is said of a run that waits, and when."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from tfodkit.training import watchdog
from tfodkit.training.log import Log
from tfodkit.training.watchdog import Watchdog, awaited


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def dog(said: list[str], tmp_path: Path, clock: Clock) -> Watchdog:
    return Watchdog(said.append, Log(tmp_path / "train.log"), source="train_mug.record", now=clock)


def look_at(dog: Watchdog, clock: Clock, *seconds: float, about: str = "step 7") -> None:
    began = clock.now
    with dog.watching("step", about):
        for second in seconds:
            clock.now = began + second
            dog.look()


def test_the_first_of_a_kind_is_told_of_after_a_minute_and_whenever_the_time_has_doubled(
    dog: Watchdog, clock: Clock, said: list[str]
) -> None:
    look_at(dog, clock, *range(1, 290))
    assert [line.rpartition(" ")[2] for line in said] == ["1:00", "2:00", "4:00"]
    assert said[0] == "step 7: busy outside TensorFlow for 1:00"


def test_what_takes_five_times_as_long_as_usual_is_told_of(dog: Watchdog, clock: Clock, said: list[str]) -> None:
    for _ in range(5):
        look_at(dog, clock, 10)
    look_at(dog, clock, 49)
    assert said == []
    look_at(dog, clock, 49, 50)
    assert len(said) == 1


def test_quick_steps_are_given_half_a_minute(dog: Watchdog, clock: Clock, said: list[str]) -> None:
    look_at(dog, clock, 0.1)
    look_at(dog, clock, 29, 30)
    assert [line.rpartition(" ")[2] for line in said] == ["0:30"]


def test_steps_do_not_say_how_long_an_evaluation_takes(dog: Watchdog, clock: Clock, said: list[str]) -> None:
    look_at(dog, clock, 0.1)
    with dog.watching("evaluation"):
        clock.now += 59
        dog.look()
        assert said == []
        clock.now += 1
        dog.look()
    assert said == ["evaluation: busy outside TensorFlow for 1:00"]


def test_after_five_minutes_the_stacks_are_kept_once(
    dog: Watchdog, clock: Clock, said: list[str], tmp_path: Path
) -> None:
    look_at(dog, clock, 299, 300, 301)
    look_at(dog, clock, 400)
    stacks = (tmp_path / "train.log").read_text()
    assert stacks.count("Current thread") == 1
    assert "test_after_five_minutes_the_stacks_are_kept_once" in stacks
    assert [line for line in said if "train.log" in line] == [
        f"step 7: where the program is stands in {tmp_path / 'train.log'}; it goes on waiting"
    ]


def test_nothing_is_said_of_what_has_ended_however_it_ended(dog: Watchdog, clock: Clock, said: list[str]) -> None:
    with pytest.raises(RuntimeError), dog.watching("step"):
        raise RuntimeError
    clock.now = 1000
    dog.look()
    assert said == []
    look_at(dog, clock, 59)
    assert said == [], "a step that failed says nothing of how long steps take"


def test_it_looks_from_a_thread_of_its_own(said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(watchdog, "FIRST_PATIENCE", 0.0)
    with Watchdog(said.append, Log(tmp_path / "train.log")) as dog, dog.watching("checkpoint", "saving"):
        deadline = time.monotonic() + 5
        while not said and time.monotonic() < deadline:
            time.sleep(0.01)
    assert said[0] == "saving: busy outside TensorFlow for 0:00"
    assert not dog._thread.is_alive()


def stack_of(call: Callable[[threading.Event], object], seconds: float = 10.0) -> Iterator[FrameType]:
    """Frames of a thread that makes ``call`` until it ends."""
    done = threading.Event()
    thread = threading.Thread(target=lambda: (call(done), done.set()))
    thread.start()
    deadline = time.monotonic() + seconds
    while thread.is_alive() and time.monotonic() < deadline:
        frame = sys._current_frames().get(thread.ident or 0)
        if frame is not None:
            yield frame
        time.sleep(0.02)
    thread.join()


def awaited_during(call: Callable[[], object]) -> set[str]:
    return {awaited(frame, "a.record") for frame in stack_of(lambda _: call())}


@pytest.mark.tensorflow
def test_input_tracing_and_device_are_told_apart() -> None:
    import tensorflow as tf

    def slow(value: tf.Tensor) -> tf.Tensor:
        return tf.numpy_function(lambda each: (time.sleep(0.4), each)[1], [value], tf.int64)

    iterator = iter(tf.data.Dataset.range(3).map(slow))
    assert "waiting for the input (reading a.record)" in awaited_during(lambda: next(iterator))

    distributed = iter(tf.distribute.get_strategy().experimental_distribute_dataset(tf.data.Dataset.range(3).map(slow)))
    assert "waiting for the input (reading a.record)" in awaited_during(lambda: next(distributed))

    @tf.function
    def traced(value: tf.Tensor) -> tf.Tensor:
        time.sleep(0.4)
        return value + 1

    assert "tracing" in awaited_during(lambda: traced(tf.constant(1)))

    compiled = tf.function(slow)
    compiled(tf.constant(1, tf.int64))
    seen = awaited_during(lambda: compiled(tf.constant(2, tf.int64)))
    assert "the device has not returned" in seen
    assert "tracing" not in seen
