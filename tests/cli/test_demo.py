from pathlib import Path

import pytest

import tfodkit
from tfodkit.errors import OutputError


def test_a_folder_with_anything_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"the folder holds 'thesis\.txt', which no demo made\. Choose another place"):
        tfodkit.demo(tmp_path, force=True)
    assert (tmp_path / "thesis.txt").read_text() == "mine"
