"""What a labeller gets: pictures in the order of doubt, each with its labels and the boxes to look at."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from builders import draw_image

from tfodkit.annotations.values import ImageAnnotation, ObjectAnnotation
from tfodkit.boxes import Box
from tfodkit.dataset.read import read_annotations
from tfodkit.errors import DataError, OutputError
from tfodkit.evaluation.columns import EvaluatedImage, EvaluationSet, FoundColumns, TruthColumns
from tfodkit.evaluation.comparing.suspects import Suspect, Suspicion
from tfodkit.evaluation_report.suspects_list import suspects_csv, write_suspects

MUG, CUP = 1, 2


def evaluation():
    """Three pictures of 40 x 30 pixels, two of them called alike, each with a mug; and detections beside the mark."""
    labelled = np.array([[4, 6, 20, 24]] * 3, np.float64)
    found = np.array([[4.4, 6.6, 20, 24], [30, 20, 44, 29.6], [20.6, 1.2, 21.2, 1.4]], np.float64)
    return EvaluationSet(
        tuple(EvaluatedImage(name, 40, 30) for name in ("day1/tray.jpg", "day2/tray.jpg", "plate.png")),
        {MUG: "mug", CUP: "cup"},
        TruthColumns(
            np.arange(3),
            labelled,
            np.full(3, MUG),
            np.zeros(3, bool),
            np.array([True, False, False]),
            np.full(3, 288.0),
        ),
        FoundColumns(np.arange(3), found, np.array([CUP, MUG, MUG]), np.array([0.9, 0.8, 0.75])),
    )


SUSPECTS = (
    Suspect(Suspicion.MISSING, 0.8, 1, None, 1, 0.0),
    Suspect(Suspicion.WRONG_CLASS, 0.7, 0, 0, 0, 0.86),
    Suspect(Suspicion.SPURIOUS, 0.6, 1, 1, None, 0.0),
    Suspect(Suspicion.MISPLACED, 0.5, 2, 2, 2, 0.31),
)


@pytest.fixture
def pictures(tmp_path):
    return {place: draw_image(tmp_path / "own" / name) for place, name in enumerate(["day1/x.jpg", "day2/y.JPG"])}


def test_the_folder_opens_in_the_order_of_doubt(tmp_path, pictures):
    output = tmp_path / "suspects"
    written = write_suspects(evaluation(), SUSPECTS, output, pictures=pictures)
    assert (written.suspects, written.images, written.pictures) == (4, 3, 2)
    assert written.command == f"labelImg {output} {output}/classes.txt {output}"
    files = sorted(path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file())
    assert files == [
        "0001/tray.JPG",
        "0002/tray-2.jpg",
        "classes.txt",
        "plate.xml",
        "suspects.csv",
        "suspects.txt",
        "tray-2.xml",
        "tray.xml",
    ]
    assert (output / "0001" / "tray.JPG").read_bytes() == pictures[1].read_bytes()
    assert (output / "classes.txt").read_text() == "cup\nmug\n"


def test_each_suspicion_is_a_box_whose_label_asks(tmp_path, pictures):
    (tmp_path / "suspects").mkdir()  # an empty folder is no obstacle
    write_suspects(evaluation(), SUSPECTS, tmp_path / "suspects", pictures=pictures)
    (tmp_path / "suspects" / "plate.xml").unlink()  # its picture is not at hand
    second, first = read_annotations(tmp_path / "suspects").annotations[::-1]
    assert [(found.label, found.box.xyxy, found.difficult) for found in first.objects] == [
        ("mug", (4, 6, 20, 24), False),
        ("mug?", (30, 20, 40, 30), False),  # whole pixels, inside the picture
        ("no mug?", (4, 6, 20, 24), False),
    ]
    assert [(found.label, found.box.xyxy, found.difficult) for found in second.objects] == [
        ("mug", (4, 6, 20, 24), True),
        ("cup, not mug?", (4, 7, 20, 24), False),
    ]


def test_the_annotations_that_are_passed_keep_what_columns_lack(tmp_path):
    pose = ObjectAnnotation("mug", Box(4, 6, 20, 24), truncated=True, pose="Left")
    annotations = [ImageAnnotation(Path("x.jpg"), 40, 30, (pose,))] * 3
    written = write_suspects(evaluation(), SUSPECTS, tmp_path / "suspects", annotations=annotations)
    text = (tmp_path / "suspects" / "plate.xml").read_text()
    assert "<pose>Left</pose>" in text
    assert "<name>mug, here?</name>" in text
    assert "<xmin>21</xmin>\n\t\t\t<ymin>1</ymin>\n\t\t\t<xmax>22</xmax>\n\t\t\t<ymax>2</ymax>" in text  # not empty
    assert (written.pictures, written.command.split()[1]) == (0, "PICTURES")


def test_the_list_tells_how_to_open_it_and_what_is_the_matter(tmp_path):
    write_suspects(evaluation(), SUSPECTS, tmp_path / "my suspects")
    lines = (tmp_path / "my suspects" / "suspects.txt").read_text().splitlines()
    assert lines[0] == f"labelImg PICTURES '{tmp_path}/my suspects/classes.txt' '{tmp_path}/my suspects'"
    assert lines[1].startswith('Mend the label that is meant, delete every box whose label ends with "?"')
    assert lines[3:5] == [
        "   1  0.80  missing label   day2/tray.jpg: not labelled, but looks like mug (score 0.80)",
        "   2  0.70  wrong class     day1/tray.jpg: labelled mug, but looks like cup (score 0.90, IoU 0.86)",
    ]


def test_the_table_has_a_row_a_suspicion():
    rows = list(csv.DictReader(io.StringIO(suspects_csv(evaluation(), SUSPECTS))))
    assert [row["kind"] for row in rows] == ["missing label", "wrong class", "spurious label", "misplaced box"]
    first, _, third, _ = rows
    assert list(first.values())[:8] == ["1", "0.8", "missing label", "day2/tray.jpg", "", "mug", "0.8", "0.0"]
    assert [first[side] for side in ("xmin", "ymin", "xmax", "ymax")] == ["30.0", "20.0", "44.0", "29.6"]
    assert [third[column] for column in ("labelled", "found", "score", "xmin")] == ["mug", "", "", "4.0"]
    assert suspects_csv(evaluation(), ()).count("\n") == 1


def test_nobody_elses_folder_is_replaced_and_a_lost_picture_is_told(tmp_path, pictures):
    output = tmp_path / "suspects"
    write_suspects(evaluation(), SUSPECTS, output)
    with pytest.raises(OutputError, match="exists and is not empty"):
        write_suspects(evaluation(), SUSPECTS, output)
    write_suspects(evaluation(), (), output, force=True)
    assert sorted(path.name for path in output.iterdir()) == ["classes.txt", "suspects.csv", "suspects.txt"]
    with pytest.raises(OutputError, match=r"no suspects\.csv"):
        write_suspects(evaluation(), SUSPECTS, tmp_path / "own", force=True)
    pictures[0].unlink()
    with pytest.raises(DataError, match=r"x\.jpg: can't be copied: No such file or directory\. Check the file\."):
        write_suspects(evaluation(), SUSPECTS, output, pictures=pictures, force=True)
    assert (output / "suspects.csv").exists()
