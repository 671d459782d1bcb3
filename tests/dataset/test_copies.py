"""Copies are found by content, whatever they are called."""

from builders import shared_data

from tfodkit.dataset.copies import identical_images


def test_files_with_the_same_bytes_are_named_together(tmp_path):
    contents = {"a": b"1", "b": b"2", "c": b"1", "d": b"22", "e": b"1", "f": b"33", "g": b"22"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    paths = [tmp_path / name for name in reversed(contents)]
    assert identical_images([*paths, tmp_path / "absent"]) == [["a", "c", "e"], ["d", "g"]]


def test_the_raccoons_have_four_pairs():
    assert identical_images(sorted((shared_data("raccoon") / "images").iterdir())) == [
        ["raccoon-11.jpg", "raccoon-116.jpg"],
        ["raccoon-120.jpg", "raccoon-83.jpg"],
        ["raccoon-52.jpg", "raccoon-74.jpg"],
        ["raccoon-65.jpg", "raccoon-98.jpg"],
    ]
