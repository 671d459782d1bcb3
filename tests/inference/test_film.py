from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.inference.conftest import Recited
from tfodkit.errors import DataError, OutputError, UsageError
from tfodkit.inference import DetectOptions, Detector, Output, detect_film
from tfodkit.inference.film import Camera, Film, FilmWriter

RATE, FRAMES, WIDTH, HEIGHT = 10.0, 12, 96, 64


def write_film(path: Path, frames: int = FRAMES) -> Path:
    """Frames that grow brighter, red in the left half."""
    writer = FilmWriter(path, RATE)
    for number in range(frames):
        pixels = np.full((HEIGHT, WIDTH, 3), 20 * number, np.uint8)
        pixels[:, : WIDTH // 2] = (200, 0, 0)
        writer.write(pixels, number / RATE)
    writer.close()
    return path


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_film(tmp_path / "tray.mp4")


@pytest.fixture
def bagel() -> Detector:
    """Finds a bagel that fills the right half of every frame."""
    return Detector(Recited([((0.0, 0.5, 1.0, 1.0), 0.9, 1)]), {1: "bagel", 2: "mug"}, format_name="saved_model")


def frames_of(path: Path) -> list[NDArray[np.uint8]]:
    return [frame.pixels for frame in Film(path).frames()]


def test_a_film_is_read_as_it_was_written(film: Path) -> None:
    source = Film(film)
    frames = list(source.frames())
    assert (source.rate, source.count) == (RATE, FRAMES)
    assert [frame.number for frame in frames] == list(range(FRAMES))
    assert [frame.seconds for frame in frames] == pytest.approx([number / RATE for number in range(FRAMES)])
    red = frames[5].pixels[HEIGHT // 2, WIDTH // 4].astype(int)
    assert red[0] > 150, "not RGB"
    assert red[2] < 60
    assert abs(int(frames[5].pixels[HEIGHT // 2, -10, 1]) - 100) < 12


def test_a_late_frame_is_shown_for_longer(tmp_path: Path) -> None:
    writer = FilmWriter(tmp_path / "late.mp4", RATE)
    for seconds in (0.0, 0.02, 0.5):
        writer.write(np.zeros((HEIGHT, WIDTH, 3), np.uint8), seconds)
    writer.close()
    assert len(frames_of(tmp_path / "late.mp4")) == 6


def test_a_film_is_drawn_and_each_frame_listed(bagel: Detector, film: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    run = detect_film(bagel, film, tmp_path / "found", progress=lambda *frames: told.append(frames))
    assert sorted(path.name for path in run.output.iterdir()) == ["detections.json", "tray.mp4"]
    assert told == [(number, FRAMES) for number in range(1, FRAMES + 1)]
    content = json.loads(run.json_path.read_text(encoding="utf-8"))
    assert [(image["id"], image["frame"], image["time"]) for image in content["images"]] == [
        (number + 1, number, pytest.approx(number / RATE)) for number in range(FRAMES)
    ]
    assert content["images"][3]["file_name"] == f"{film.as_posix()}#3"
    assert content["images"][3]["drawn"] == "tray.mp4"
    assert [entry["image_id"] for entry in content["annotations"]] == list(range(1, FRAMES + 1))
    before, after = frames_of(film), frames_of(run.output / "tray.mp4")
    assert len(after) == FRAMES
    changed = [np.abs(one.astype(int) - other)[:, WIDTH // 2 :].max() for one, other in zip(before, after, strict=True)]
    assert min(changed) > 50, "a frame without a box"


def test_every_third_frame_is_looked_at_and_its_boxes_stay(film: Path, tmp_path: Path) -> None:
    box = ((0.1, 0.1, 0.9, 0.9), 0.9, 1)
    runtime = Recited([box], [])
    detector = Detector(runtime, {1: "bagel"}, format_name="saved_model")
    run = detect_film(detector, film, tmp_path / "found", DetectOptions(batch=4), every=3)
    assert len(runtime.seen) == 4
    assert [result.more["frame"] for result in run.results] == [0, 3, 6, 9]
    pairs = zip(frames_of(film), frames_of(run.output / "tray.mp4"), strict=True)
    is_drawn = [bool(np.abs(one.astype(int) - other).max() > 60) for one, other in pairs]
    assert is_drawn == [True] * 3 + [False] * 3 + [True] * 3 + [False] * 3


def test_without_pictures_there_is_no_film(bagel: Detector, film: Path, tmp_path: Path) -> None:
    run = detect_film(bagel, film, tmp_path / "found", DetectOptions(outputs=frozenset({Output.CSV})))
    assert sorted(path.name for path in run.output.iterdir()) == ["detections.csv", "detections.json"]


@pytest.mark.parametrize("content", [b"", b"no film at all" * 100])
def test_what_is_no_film_is_named(bagel: Detector, tmp_path: Path, content: bytes, capfd: Any) -> None:
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.mp4: can't be opened as a film: it is damaged, or of an unknown kind"):
        detect_film(bagel, tmp_path / "a.mp4", tmp_path / "found")
    assert not (tmp_path / "found").exists()
    assert capfd.readouterr().err == "", "OpenCV says it, too"
    with pytest.raises(DataError, match=r"absent\.mp4: there is no such film"):
        detect_film(bagel, tmp_path / "absent.mp4", tmp_path / "found")


def test_a_film_that_is_cut_short_is_done_so_far_and_named(bagel: Detector, film: Path, tmp_path: Path) -> None:
    class Cut(Film):
        def frames(self) -> Any:
            return (frame for frame in list(super().frames())[:7])

    from tfodkit.inference.film_run import _cut_short

    assert [str(problem) for problem in _cut_short(Cut(film), 7)] == [
        f"{film}: only 7 of 12 frames can be decoded. Convert the film anew; what could be decoded is done."
    ]
    assert list(_cut_short(Film(film), FRAMES)) == []


def test_a_camera_that_is_not_there_is_named(bagel: Detector, tmp_path: Path, capfd: Any) -> None:
    with pytest.raises(DataError, match=r"--camera 97: there is no such camera, or another program uses it\. Connect"):
        detect_film(bagel, 97, tmp_path / "found", seconds=1)
    assert capfd.readouterr().err == ""


def as_camera(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenCV opens a film as it opens a camera: every device is this one."""
    from tfodkit.inference import film as module

    opened = module._captured
    monkeypatch.setattr(module, "_captured", lambda source: opened(str(film) if isinstance(source, int) else source))
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


def test_a_camera_makes_a_film_until_its_frames_end(
    bagel: Detector, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_camera(film, monkeypatch)
    run = detect_film(bagel, 0, tmp_path / "found")
    assert len(run.results) == FRAMES
    assert sorted(path.name for path in run.output.iterdir()) == ["camera-0.mp4", "detections.json"]
    assert run.results[2].path == Path("camera 0#2")
    assert frames_of(run.output / "camera-0.mp4")


def test_a_camera_ends_when_its_time_is_over(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_camera(film, monkeypatch)
    assert list(Camera(0, seconds=1e-9).frames()) == []
    assert len(list(Camera(0, seconds=60).frames())) == FRAMES


def test_ctrl_c_ends_a_camera_s_film_and_it_is_whole(
    bagel: Detector, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(frames: int, count: int | None) -> None:
        if frames == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        detect_film(bagel, film, tmp_path / "film", progress=interrupt)
    assert not (tmp_path / "film").exists()
    as_camera(film, monkeypatch)
    run = detect_film(bagel, 0, tmp_path / "found", progress=interrupt)
    assert len(run.results) == 4
    assert frames_of(run.output / "camera-0.mp4")


@pytest.mark.parametrize(
    ("options", "more", "message"),
    [
        ({}, {"every": 0}, "--every: must be 1 or more, but got 0"),
        ({}, {"seconds": 3}, "--seconds: a film has its own length"),
        ({"outputs": frozenset({Output.CROPS})}, {}, "--crops: can't be had of a film"),
        ({"outputs": frozenset({Output.VOC})}, {}, "--voc: can't be had of a film"),
    ],
)
def test_what_a_film_has_not_is_refused(
    bagel: Detector, film: Path, tmp_path: Path, options: dict[str, Any], more: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        detect_film(bagel, film, tmp_path / "found", DetectOptions(**options), **more)


def test_the_film_itself_is_never_replaced(bagel: Detector, film: Path) -> None:
    with pytest.raises(UsageError, match="holds the film that is to be looked at"):
        detect_film(bagel, film, film.parent, force=True)


def test_a_folder_with_content_needs_force(bagel: Detector, film: Path, tmp_path: Path) -> None:
    detect_film(bagel, film, tmp_path / "found")
    with pytest.raises(OutputError, match="--force"):
        detect_film(bagel, film, tmp_path / "found")
    assert detect_film(bagel, film, tmp_path / "found", force=True).results
