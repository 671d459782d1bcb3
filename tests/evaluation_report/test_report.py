from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import html
from PIL import Image
from report_builders import BREAD, make_analysis, make_scene, make_set, make_subject, write_run

from tfodkit.errors import OutputError
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation_report.contents import contents, shown
from tfodkit.evaluation_report.curve_plots import curve_plots
from tfodkit.evaluation_report.page import render
from tfodkit.evaluation_report.report import ReportFiles, write_report
from tfodkit.evaluation_report.training_plots import training_plots
from tfodkit.evaluation_report.worst_pictures import show_worst

# matplotlib's parser imports it when it is loaded.
pytestmark = pytest.mark.filterwarnings("ignore:module 'sre_constants':DeprecationWarning")

MUG, HERE = 2, (10, 10, 50, 50)
PLACED = ("summary", "figures", "classes", "counts", "confusion", "curves", "errors", "causes", "uncertainty")
SECTIONS = [*PLACED, "training", "worst", "suspects", "reading"]
HOSTILE = (
    "<script>alert(1)</script>",
    "\" onmouseover='alert(1)",
    "$x_{1}$ {{ 7 * 7 }} </svg>",
    "שלום",
    "베이글",
    "\u202eexe.gpj",
    "long " * 60,
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> ReportFiles:
    folder = tmp_path_factory.mktemp("report")
    images = make_scene(images=12)
    subject = make_subject(
        images, run=write_run(folder / "run"), paths=[folder / "a b" / one.name for one in images.images]
    )
    return write_report(make_analysis(images), subject, folder / "out")


def page_of(files: ReportFiles) -> html.HtmlElement:
    return html.fromstring(files.page.read_text(encoding="utf-8"))


def render_page(folder: Path, images: EvaluationSet) -> html.HtmlElement:
    """The page without its plots, which take their time."""
    analysis, subject = make_analysis(images), make_subject()
    worst = show_worst(analysis, subject, folder, folder)
    return html.fromstring(render(contents(analysis, subject, worst, [], [])))


def test_the_page_has_its_sections_in_their_order(written: ReportFiles) -> None:
    page = page_of(written)
    found = [element.get("id") for element in page.xpath("//header[@id]|//section[@id]")]
    assert found == SECTIONS
    assert [link.get("href").lstrip("#") for link in page.xpath("//nav//a")] == found


def test_the_page_needs_no_other_file_and_no_network(written: ReportFiles) -> None:
    page = page_of(written)
    assert all(source.startswith("data:image/jpeg;base64,") for source in page.xpath("//img/@src"))
    assert page.xpath("//link/@href") == ["data:,"]
    assert not page.xpath("//script/@src|//iframe|//object|//embed")
    text = written.page.read_text(encoding="utf-8")
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_labels_that_may_be_wrong_are_listed(written: ReportFiles) -> None:
    with (written.page.parent / "suspects.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    doubts = [float(row["doubt"]) for row in rows]
    assert doubts
    assert doubts == sorted(doubts, reverse=True)
    assert {row["kind"] for row in rows} <= {"wrong class", "missing label", "misplaced box", "spurious label"}
    shown = page_of(written).xpath("//section[@id='suspects']//tbody/tr")
    assert [row.xpath("string(td[2])").strip() for row in shown] == [row["words"] for row in rows][:20]
    assert [row.xpath("string(th)").strip() for row in shown] == [row["image"] for row in rows][:20]


def dead_links(files: ReportFiles, page: html.HtmlElement) -> set[str]:
    links = {unquote(link) for link in page.xpath("//main//a/@href") if not link.startswith("#")}
    return {link for link in links if not (files.folder / link).exists()}


def test_links_lead_to_files_that_are_there_and_to_the_images(written: ReportFiles) -> None:
    page = page_of(written)
    dead = dead_links(written, page)
    assert dead
    assert all(link.startswith("../a b/tray_") for link in dead)  # where the images would be
    assert "annotations/" in page.xpath("//footer//a/@href")


def test_a_machine_can_read_it_aloud(written: ReportFiles) -> None:
    page = page_of(written)
    assert page.get("lang") == "en"
    assert not page.xpath("//th[not(@scope)]")
    assert all(page.xpath("//img/@alt"))
    assert len(page.xpath("//figure//svg[@role='img']/@aria-label")) == 6
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_every_use_within_a_plot_finds_what_it_uses(written: ReportFiles) -> None:
    text = written.page.read_text(encoding="utf-8")
    used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text))
    ids = set(re.findall(r'\sid="([^"]+)"', text))
    assert {name for pair in used for name in pair if name} <= ids


def test_plots_take_the_colours_of_the_page(written: ReportFiles) -> None:
    svg = "".join(html.tostring(element, encoding="unicode") for element in page_of(written).xpath("//figure/svg"))
    assert "var(--ink)" in svg
    assert not re.search(r"(fill|stroke): #(?!000000)", svg)


def test_plots_and_pictures_lie_beside_it(written: ReportFiles) -> None:
    names = {path.stem for path in written.plots}
    assert names >= {"precision_recall", "ap_by_iou", "thresholds", "f1_by_class", "mistakes", "intervals", "confusion"}
    assert names >= {"training_loss", "training_precision"}
    for path in (*written.plots, *written.worst):
        with Image.open(path) as picture:
            picture.load()
            assert min(picture.size) > 100
    assert written.worst[0].name.startswith("01_tray_")


def test_tables_tell_the_same_as_the_analysis(written: ReportFiles) -> None:
    analysis = make_analysis(make_scene(images=12, width=160, height=120))
    page = page_of(written)
    rows = page.xpath("//section[@id='classes']//tbody/tr")
    assert [row.xpath("string(th)").strip() for row in rows] == list(BREAD)
    for row, fate, ap in zip(rows, analysis.fates, analysis.boxes.ap.mean(axis=0), strict=True):
        cells = [cell.text_content().strip() for cell in row.xpath("td")]
        assert cells[0] == str(fate.ground_truths)
        assert cells[1] == f"{ap:.3f}"
        assert cells[-3:] == [str(fate.correct), str(fate.misclassified), str(fate.missed)]
    matrix = [cell.text_content() for cell in page.xpath("//table[@class='matrix']//td")]
    assert sum(int(cell) for cell in matrix if cell != "·") == analysis.confusion.counts.sum()
    right = [int(cell.text_content()) for cell in page.xpath("//td[@class='right']")]
    assert right == [fate.correct for fate in analysis.fates]


def test_strangers_names_are_text_and_nothing_else(tmp_path: Path) -> None:
    images = make_scene(HOSTILE, images=9, width=160, height=120)
    named = tuple(replace(image, name=f"{HOSTILE[0]}/{HOSTILE[1]}{image.name}") for image in images.images)
    images = replace(images, images=named)
    subject = make_subject(images, model=HOSTILE[0], data=HOSTILE[1], paths=[Path(HOSTILE[1]) / "\udcff"] * 9)
    analysis = make_analysis(images)
    worst = show_worst(analysis, subject, tmp_path, tmp_path)
    text = render(contents(analysis, subject, worst, shown(curve_plots(analysis)[:1]), []))
    page = html.fromstring(text)
    assert len(page.xpath("//script")) == 1
    assert not page.xpath("//@*[starts-with(name(), 'on')]")
    assert not page.xpath("//section[@id='worst']//a[contains(@href, '\"')]")
    assert "{{ 7 * 7 }}" in page.xpath("string(//section[@id='classes'])")
    assert "\u202e" not in text
    assert "베이글" in page.xpath("string(//section[@id='classes'])")
    names = page.xpath("//section[@id='classes']//tbody//bdi")
    assert names[0].text_content() == HOSTILE[0]
    assert all(len(name.text_content()) <= 48 for name in names)
    assert text.encode("utf-8")


def test_nothing_labelled_and_nothing_found(tmp_path: Path) -> None:
    files = write_report(make_analysis(make_set(([], []), ([], []))), make_subject(), tmp_path / "out")
    page = page_of(files)
    assert dead_links(files, page) == set()
    assert "No object is labelled" in page.xpath("string(//header[@id='summary'])")
    assert "nothing to draw" in page.xpath("string(//section[@id='curves'])")
    assert "In no picture anything is wrong" in page.xpath("string(//section[@id='worst'])")
    assert not page.xpath("//section[@id='training']")


def test_things_found_where_nothing_is_labelled(tmp_path: Path) -> None:
    page = render_page(tmp_path, make_set(([], [(MUG, HERE, 0.9)])))
    assert "lies where nothing is labelled" in page.xpath("string(//section[@id='worst'])")


def test_nothing_found(tmp_path: Path) -> None:
    page = render_page(tmp_path, make_set(([(MUG, HERE)], []), names=("bagel", "mug")))
    assert "0 of 1 objects are found" in page.xpath("string(//header[@id='summary'])")
    assert "The picture is not at hand." in page.xpath("string(//section[@id='worst'])")


def test_one_class(tmp_path: Path) -> None:
    page = render_page(tmp_path, make_scene(["raccoon"], images=8))
    assert len(page.xpath("//section[@id='classes']//tbody/tr")) == 1
    assert "taken for" not in page.xpath("string(//header[@id='summary'])")


def test_more_classes_than_a_matrix_can_show(tmp_path: Path) -> None:
    page = render_page(tmp_path, make_scene([f"class {number}" for number in range(101)], images=20))
    assert not page.xpath("//table[@class='matrix']")
    assert "too many classes" in page.xpath("string(//section[@id='confusion'])")
    assert len(page.xpath("//section[@id='classes']//tbody/tr")) == 101


def test_a_run_that_wrote_nothing_has_no_training_curves(tmp_path: Path) -> None:
    assert training_plots(tmp_path / "no run") == training_plots(None) == []


def test_the_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    def broken(places: Sequence[int]) -> Iterator[tuple[int, Image.Image]]:
        raise OutputError("here", "it breaks", "Mend it.")
        yield

    subject = replace(make_subject(), pictures=broken)
    analysis = make_analysis(make_set(([(MUG, HERE)], [])))
    with pytest.raises(OutputError, match="it breaks"):
        write_report(analysis, subject, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_replaced_unless_forced_and_nobody_elses_folder_ever(tmp_path: Path) -> None:
    analysis = make_analysis(make_set(([], []), names=()))
    write_report(analysis, make_subject(), tmp_path / "out")
    with pytest.raises(OutputError, match="--force"):
        write_report(analysis, make_subject(), tmp_path / "out")
    write_report(analysis, make_subject(model="another"), tmp_path / "out", force=True)
    assert "another" in (tmp_path / "out" / "report.html").read_text()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "photo.jpg").touch()
    with pytest.raises(OutputError, match="something else"):
        write_report(analysis, make_subject(), tmp_path / "mine", force=True)
