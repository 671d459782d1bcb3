from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from tfodkit.config.augmentation.notation import parse_steps
from tfodkit.config.pipeline import format_pipeline, parse_pipeline
from tfodkit.errors import ConfigError, OutputError, RecordError, TfodkitError, UsageError
from tfodkit.records.tfrecord import RecordWriter
from tfodkit.reporting import augmented_sheet, paper
from tfodkit.reporting.augmented_sheet import AugmentedSheet, _draw_records, draw_augmented


def write_records(path: Path, count: int) -> Path:
    with path.open("wb") as file:
        writer = RecordWriter(file)
        for number in range(count):
            writer.write(f"{path.name} {number}".encode())
    return path


def test_each_file_gives_a_record_in_turn_and_the_seed_decides_which(tmp_path: Path) -> None:
    files = [write_records(tmp_path / f"{name}.record", count) for name, count in (("a", 50), ("b", 2), ("c", 50))]
    drawn = _draw_records(files, 8, seed=0)
    assert [record.decode()[0] for record in drawn] == ["a", "b", "c", "a", "b", "c", "a", "c"]
    assert len(set(drawn)) == 8
    assert drawn == _draw_records([*files, files[0]], 8, seed=0)  # one that is named twice gives once
    assert drawn != _draw_records(files, 8, seed=1)
    assert len(_draw_records(files, 200, seed=0)) == 102


def test_words_on_the_boxes_that_are_left() -> None:
    def words(boxes: int, kept: int) -> str:
        return AugmentedSheet(Path("a.png"), (), 1, boxes, kept).words

    assert words(8, 18) == "18 of 24 boxes are left: 25.0% were cropped away"
    assert words(8, 24) == "24 boxes of 24 before: none was cropped away"
    assert words(8, 30) == "30 boxes of 24 before: none was cropped away"
    assert words(0, 0) == "0 boxes of 0 before: none was cropped away"


@pytest.mark.parametrize(
    ("output", "options", "kind", "message"),
    [
        ("a.gif", {}, UsageError, "a sheet is a .jpg or a .png. Name it so."),
        ("taken.png", {}, OutputError, "the file exists. Choose another name or pass --force."),
        ("a.png", {"images": 0}, UsageError, "--images 0: must be 1 to 200, but got 0. 8 is the default."),
        ("a.png", {"images": 201}, UsageError, "--images 201: must be 1 to 200, but got 201. 8 is the default."),
    ],
)
def test_what_can_not_be_drawn(
    tmp_path: Path, output: str, options: dict[str, int], kind: type[TfodkitError], message: str
) -> None:
    (tmp_path / "taken.png").write_text("mine")
    with pytest.raises(kind) as caught:
        draw_augmented(tmp_path / "absent.config", tmp_path / output, **options)
    assert str(caught.value).endswith(message)
    assert (tmp_path / "taken.png").read_text() == "mine"


def with_steps(config: Path, place: Path, *specs: str) -> Path:
    message = parse_pipeline(config.read_text(), str(config))
    message.train_config.data_augmentation_options.extend(parse_steps(specs))
    place.write_text(format_pipeline(message))
    return place


def test_a_config_with_errors_is_refused_before_anything_is_drawn(tmp_path: Path, tiny_config: str) -> None:
    (tmp_path / "a.config").write_text(tiny_config)
    config = with_steps(tmp_path / "a.config", tmp_path / "b.config", "rgb_to_gray")
    with pytest.raises(ConfigError, match="rgb_to_gray leaves one channel"):
        draw_augmented(config, tmp_path / "a.png")


def test_records_without_an_image_give_no_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = write_records(tmp_path / "a.record", 0)
    checked = SimpleNamespace(train_records=(empty,))
    monkeypatch.setattr(augmented_sheet, "read_checked_pipeline", lambda _: checked)
    with pytest.raises(RecordError) as caught:
        draw_augmented("a.config", tmp_path / "a.png")
    assert str(caught.value) == "a.config: its training records hold no image. Run make-records again."


@pytest.mark.tensorflow
def test_a_row_has_the_picture_and_three_augmented_and_the_seed_decides(drawn_config: Path, tmp_path: Path) -> None:
    config = with_steps(
        drawn_config, tmp_path / "a.config", "random_black_patches:probability=1,size_to_image_ratio=0.3"
    )
    one = draw_augmented(config, tmp_path / "a.png", images=2)
    again = draw_augmented(config, tmp_path / "b.png", images=2)
    other = draw_augmented(config, tmp_path / "c.png", images=2, seed=1)
    assert one.path.read_bytes() == again.path.read_bytes() != other.path.read_bytes()
    assert (one.images, one.kept) == (2, 3 * one.boxes)
    assert one.boxes > 0
    assert one.steps == ("random_black_patches:probability=1.0,size_to_image_ratio=0.3",)
    with Image.open(one.path) as sheet:
        assert sheet.width == 2 * paper.MARGIN + 4 * paper.PICTURE_WIDTH + 3 * paper.GAP
        top, step = (
            sheet.height - paper.MARGIN - 2 * (paper.PICTURE_HEIGHT + paper.CAPTION),
            paper.PICTURE_WIDTH + paper.GAP,
        )
        side = 2 * 96  # as the model takes it, enlarged to twice
        left = paper.MARGIN + (paper.PICTURE_WIDTH - side) // 2
        top += (paper.PICTURE_HEIGHT - side) // 2
        cells = [sheet.crop((left + step * at, top, left + step * at + side, top + side)) for at in range(4)]
        black = [sum(low < 3 for low in map(max, cell.convert("RGB").getdata())) for cell in cells]
    assert black[0] * 2 < min(black[1:])  # lines of boxes are black too
    assert len({cell.tobytes() for cell in cells}) == 4


@pytest.mark.tensorflow
def test_boxes_that_are_cropped_away_are_counted(drawn_config: Path, tmp_path: Path) -> None:
    steps = "random_crop_image:min_area=0.1,max_area=0.2,overlap_thresh=0.9"
    drawn = draw_augmented(with_steps(drawn_config, tmp_path / "a.config", steps), tmp_path / "a.jpg", images=3)
    assert 0 < drawn.kept < 3 * drawn.boxes
    assert drawn.words.endswith("% were cropped away")
