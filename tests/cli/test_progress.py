"""Progress in a pipe is a line from time to time, and nothing for what ends soon."""

from tfodkit.cli import progress


def test_progress_in_a_pipe_is_a_line_from_time_to_time(capsys, monkeypatch):
    clock = iter([0.0, 1.0, 10.0, 12.0, 20.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.image_progress() as tell:
        for done in (5, 50, 60, 100):
            tell(done, 150)
    assert capsys.readouterr().err.splitlines() == [
        "images: 50 of 150, 5 images/s, 20 s to go",
        "images: 100 of 150, 5 images/s, 10 s to go",
    ]
