"""A YAML file in place of a step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tfodkit.config.augmentation import file as augmentation_file
from tfodkit.config.augmentation.notation import format_steps, parse_steps
from tfodkit.errors import UsageError

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "steps.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_the_example_of_the_docstring(write: Write) -> None:
    path = write((augmentation_file.__doc__ or "").split("::\n\n")[1].split("\n\nThe file")[0])
    crops = (
        "min_object_covered={},min_aspect_ratio=0.5,max_aspect_ratio=2.0,min_area={},max_area=1.0".format(*values)
        for values in ((0.1, 0.1), (0.5, 0.3))
    )
    assert format_steps(parse_steps(["adjust_gamma", str(path), "rgb_to_gray"])) == [
        "adjust_gamma",
        "random_horizontal_flip",
        "random_horizontal_flip",
        "random_vertical_flip",
        "random_rotation90",
        "random_crop_image:min_area=0.5,max_area=1.0",
        "random_pad_image:pad_color=124.0,pad_color=116.0,pad_color=104.0",
        "ssd_random_crop:" + "/".join(crops),
        "rgb_to_gray",
    ]


@pytest.mark.parametrize(
    ("text", "specs"),
    [
        ("- random_crop_image:min_area=0.5,max_area=1", ["random_crop_image:min_area=0.5,max_area=1"]),
        ("- adjust_gamma: {}\n- rgb_to_gray:", ["adjust_gamma", "rgb_to_gray"]),
        ("- ssd_random_crop: {min_area: 0.5}", ["ssd_random_crop:min_area=0.5"]),
        ("- none", []),
        (
            "- ssd_random_crop_fixed_aspect_ratio: {operations: [{min_area: 0.5}], aspect_ratio: 2}",
            ["ssd_random_crop_fixed_aspect_ratio:aspect_ratio=2/min_area=0.5"],
        ),
        ("- random_crop_image: {random_coef: 0, min_area: '1e-1'}", ["random_crop_image:random_coef=0,min_area=.1"]),
    ],
)  # fmt: skip
def test_other_ways_to_write_it(write: Write, text: str, specs: list[str]) -> None:
    assert parse_steps([str(write(text))]) == parse_steps(specs)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", None, "there is no list of steps. "),
        ("# only this\nlight: {}", 2, "there is no list of steps. "),
        ("- light\n- [a", 2, "it is no well-formed YAML: expected ',' or ']', but got '<stream end>'. "),
        ("- \x07", None, "it is no well-formed YAML: nested too deeply, or with characters that YAML forbids. "),
        ("[" * 5000, None, "it is no well-formed YAML: nested too deeply, or with characters that YAML forbids. "),
        ("- light\n- strnog", 2, "there is no augmentation step or preset 'strnog'. Did you mean strong?"),
        ("- light\n- other.yaml", 2, "other.yaml is another file. Give each file an --augment of its own."),
        ("- adjust_gamma: {}\n  rgb_to_gray: {}", 1, "an entry must be one step's name, or that and its parameters. "),
        ("- [adjust_gamma]", 1, "an entry must be one step's name, or that and its parameters. "),
        ("- adjust_gamma: 3", 1, "the parameters of adjust_gamma are no mapping. "),
        ("- adjust_gamma:\n    gama: 3", 2, "adjust_gamma has no parameter 'gama'. Did you mean gamma or gain?"),
        ("- adjust_gamma:\n    gamma: big", 2, "gamma must be a finite number, but got 'big'. "),
        ("- adjust_gamma:\n    gamma: 1\n    gamma: 2", 3, "gamma is given twice. Leave one of them out."),
        ("- adjust_gamma:\n    gamma: [1, [2]]", 2, "a parameter of adjust_gamma must be one value, or a list"),
        ("- adjust_gamma:\n    ? [a]\n    : 1", 3, "a parameter of adjust_gamma must be one value, or a list"),
        ("- adjust_gamma: {gamma: !!python/name:os.system x}", 1, "gamma must be a finite number, but got 'x'. "),
        ("- light: {gamma: 1}", 1, "the preset light takes no parameters. Give light alone, and steps after it."),
        ("- ssd_random_crop:\n    operations: 3", 2, "the operations of ssd_random_crop are no list. "),
        ("- ssd_random_crop:\n    operations:\n    - a", 3, "the parameters of an operation of ssd_random_crop are no"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_line(write: Write, text: str, line: int | None, message: str) -> None:
    path = write(text)
    with pytest.raises(UsageError) as caught:
        parse_steps([str(path)])
    assert str(caught.value).startswith(f"{path}:{line}: {message}" if line else f"{path}: {message}")
    assert caught.value.exit_code == 2


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    absent, large = tmp_path / "absent.yml", tmp_path / "large.yaml"
    large.write_text("# " + "x" * augmentation_file.MAX_BYTES)
    for path, message in (
        (absent, "can't be read: No such file or directory. Check the path of the file."),
        (tmp_path / "folder.yaml", "can't be read: Is a directory. Check the path of the file."),
        (large, "it is larger than 256 KB. Name a file of augmentation steps."),
    ):
        if path.stem == "folder":
            path.mkdir()
        with pytest.raises(UsageError) as caught:
            parse_steps([str(path)])
        assert str(caught.value) == f"{path}: {message}"
