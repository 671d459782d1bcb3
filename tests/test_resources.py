import pytest

from tfodkit import resources
from tfodkit.errors import SetupError


def test_ready_made_files_are_found() -> None:
    assert list(resources.folder("templates").glob("*.config"))
    assert list(resources.folder("label_maps").glob("*.pbtxt"))


def test_a_missing_folder_is_an_installation_at_fault() -> None:
    with pytest.raises(SetupError, match="the folder 'nothing' is missing"):
        resources.folder("nothing")
