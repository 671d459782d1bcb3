"""The image of an annotation is found by name, then by stem, and never outside its folder."""

import unicodedata

import pytest
from builders import draw_image

from tfodkit.errors import DataError
from tfodkit.images.index import ImageIndex, NoImageError, leads_out
from tfodkit.images.rules import IMAGE_AMBIGUOUS, IMAGE_CONTRADICTED, IMAGE_MISSING, NAME_LEADS_OUT

COMPOSED = unicodedata.normalize("NFC", "café")
DECOMPOSED = unicodedata.normalize("NFD", "café")


@pytest.fixture
def make_index(tmp_path):
    def make(*names):
        for name in names:
            draw_image(tmp_path / name)
        return ImageIndex(tmp_path)

    return make


@pytest.fixture
def index(make_index):
    return make_index("a.JPG", "b.jpeg", "twice.jpg", "twice.png")


def refusal(index, *args, **kwargs):
    with pytest.raises(NoImageError) as caught:
        index.find(*args, **kwargs)
    return caught.value


@pytest.mark.parametrize(
    ("filename", "stem", "found"),
    [
        ("a.JPG", "x", "a.JPG"),
        ("a.jpg", "x", "a.JPG"),
        ("A.Jpg", "x", "a.JPG"),
        ("a", "x", "a.JPG"),
        ("renamed.jpg", "b", "b.jpeg"),
        ("", "b", "b.jpeg"),
        ("", "B", "b.jpeg"),
        ("twice.png", "x", "twice.png"),
        ("images/a.png", "x", "a.JPG"),
        ("images\\a.jpg", "x", "a.JPG"),
    ],
)
def test_an_image_is_found_by_name_else_by_stem(index, filename, stem, found):
    assert index.find(filename, stem=stem).name == found


def test_a_stem_of_two_images_is_no_answer(index):
    error = refusal(index, "twice.bmp", stem="a")
    assert (error.rule, error.what) == (IMAGE_AMBIGUOUS, "'twice' can be twice.jpg or twice.png")


def test_a_name_and_a_stem_of_two_images_are_no_answer(index):
    error = refusal(index, "a.JPG", stem="b")
    assert error.rule is IMAGE_CONTRADICTED
    assert error.what == "'a.JPG' is another image than 'b.jpeg', which is there too"


def test_an_absent_image_is_named_with_both_tries(index, tmp_path):
    error = refusal(index, "c.jpg", stem="d")
    assert error.rule is IMAGE_MISSING
    assert error.what == f"there is no image 'c.jpg', nor one called 'd', in {tmp_path}"
    assert refusal(index, "c.jpg", stem="").what == f"there is no image 'c.jpg' in {tmp_path}"


@pytest.mark.parametrize(
    "filename",
    ["../a.JPG", "x/../../a.JPG", "/etc/a.JPG", "..\\a.JPG", "C:\\a.JPG", "C:a.JPG", "\\\\host\\a.JPG", "a\0", ".."],
)
def test_a_name_that_leads_out_is_refused(index, filename):
    assert leads_out(filename)
    error = refusal(index, filename, stem="a")
    assert (error.rule, error.what) == (NAME_LEADS_OUT, f"{filename!r} leads out of the folder of the images")


def test_two_dots_within_a_name_are_fine():
    assert not leads_out("a..b.jpg")


def test_images_are_listed_by_suffix_through_all_folders_and_sorted(make_index, tmp_path):
    index = make_index("b/x.png", "a.JPG", "b.jpeg", "b/c/a.jpg", "z.WebP", ".hidden/a.jpg")
    (tmp_path / "notes.txt").write_text("")
    assert [index.name_of(image) for image in index.images] == ["a.JPG", "b.jpeg", "b/c/a.jpg", "b/x.png", "z.WebP"]


def test_the_image_in_the_same_subfolder_goes_before_others(make_index):
    index = make_index("one/a.jpg", "two/a.jpg", "two/b.png")
    for subfolder in ("one", "two"):
        assert index.name_of(index.find("a.jpg", stem="a", subfolder=subfolder)) == f"{subfolder}/a.jpg"
        assert index.name_of(index.find("a", stem="a", subfolder=subfolder)) == f"{subfolder}/a.jpg"
    assert index.name_of(index.find("b.png", stem="b", subfolder="one")) == "two/b.png"
    error = refusal(index, "a.jpg", stem="a")
    assert (error.rule, error.what) == (IMAGE_AMBIGUOUS, "'a.jpg' can be one/a.jpg or two/a.jpg")


def test_folders_in_a_name_say_which_image_is_meant(make_index):
    index = make_index("one/a.png", "two/a.jpg")
    assert index.name_of(index.find("one/a.png", stem="")) == "one/a.png"
    assert index.name_of(index.find("one/a.jpg", stem="")) == "one/a.png"
    assert index.name_of(index.find("TWO\\A.PNG", stem="")) == "two/a.jpg"


@pytest.mark.parametrize(("there", "wanted"), [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED)])
def test_two_ways_to_write_an_accent_are_one_name(make_index, there, wanted):
    assert make_index(f"{there}.jpg").find(f"{wanted}.jpg", stem="x").stem == there


def test_exact_spelling_goes_before_alike(make_index):
    index = make_index("a.jpg", "A.jpg", f"{COMPOSED}.png", f"{DECOMPOSED}.png")
    assert index.find("A.jpg", stem="x").name == "A.jpg"
    assert index.find("a", stem="x").name == "a.jpg"
    assert index.find(f"{DECOMPOSED}.jpg", stem="x").stem == DECOMPOSED
    assert refusal(index, "CAFÉ.png", stem="x").rule is IMAGE_AMBIGUOUS


def test_links_that_lead_back_are_named_and_not_followed(make_index, tmp_path):
    make_index("deep/a.jpg")
    (tmp_path / "deep" / "again").symlink_to(tmp_path)
    (tmp_path / "other").symlink_to(tmp_path / "deep")
    index = ImageIndex(tmp_path)
    assert [index.name_of(image) for image in index.images] == ["deep/a.jpg"]
    assert {path.relative_to(tmp_path).as_posix() for path in index.loops} == {"deep/again", "other"}


def test_a_folder_must_be_one(tmp_path):
    with pytest.raises(DataError, match="nix: the folder does not exist"):
        ImageIndex(tmp_path / "nix")
    with pytest.raises(DataError, match="this is a file, not a folder"):
        ImageIndex(draw_image(tmp_path / "a.png"))
