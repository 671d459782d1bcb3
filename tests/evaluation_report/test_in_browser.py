"""The page as people see it: on a telephone and on a wide screen, by day and by night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import IS_HERE, Browser, browser
from report_builders import BREAD, make_analysis, make_scene, make_subject, write_run

from tfodkit.evaluation_report.report import write_report

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not IS_HERE, reason="needs chromium and chromedriver"),
    pytest.mark.filterwarnings("ignore:module 'sre_constants':DeprecationWarning"),
]
NAMES = {
    "few": BREAD,
    "hostile": ["<script>document.title = 'broken'</script>", "word" * 80, "שלום \u202e", "베이글", "$x$"],
    "many": [f"class number {number}" for number in range(80)],
}


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module", params=NAMES)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    images = make_scene(NAMES[request.param], images=40)
    subject = make_subject(images, model="model" * 60, run=write_run(folder / "run"))
    return write_report(make_analysis(images), subject, folder / "out").page


@pytest.mark.parametrize("dark", [False, True], ids=("light", "dark"))
@pytest.mark.parametrize("width", [320, 400, 800, 1600])
def test_nothing_is_wider_than_the_window_and_nothing_is_complained_of(
    window: Browser, page: Path, width: int, dark: bool
) -> None:
    window.resize(width, dark=dark)
    window.open(page)
    window.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert window.run("return [innerWidth, document.documentElement.scrollWidth]") == [width, width]
    assert window.run("return document.title").startswith("Evaluation of model")
    brightness = window.run("return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (max(brightness) < 60) == dark
    assert window.complaints() == []


def test_a_click_sorts_a_table_and_another_turns_it_round(window: Browser, page: Path) -> None:
    window.resize(1600)
    window.open(page)
    click = "document.querySelectorAll('#classes th')[2].querySelector('button').click();"
    read = "return [...document.querySelectorAll('#classes tbody tr')].map((row) => row.cells[2].textContent)"
    before, up, down = window.run(read), window.run(click + read), window.run(click + read)
    numbers = [float(value) for value in before if value != "–"]
    assert [float(value) for value in up if value != "–"] == sorted(numbers)
    assert [float(value) for value in down if value != "–"] == sorted(numbers, reverse=True)
    assert window.run("return document.querySelectorAll('#classes th')[2].getAttribute('aria-sort')") == "descending"
    assert sorted(before) == sorted(up) == sorted(down)


def test_every_picture_of_the_page_can_be_shown(window: Browser, page: Path) -> None:
    window.open(page)
    window.run("document.querySelectorAll('img').forEach((one) => { one.loading = 'eager'; })")
    shown = "return [...document.images].map((one) => one.decode().then(() => one.naturalWidth))"
    widths = window.run(f"return Promise.all((() => {{ {shown} }})())")
    assert widths
    assert min(widths) > 100


def test_a_name_that_has_room_is_shown_from_its_first_letter_to_its_last(window: Browser, page: Path) -> None:
    window.resize(400)
    window.open(page)
    cut = """
        return [...document.querySelectorAll('.name')].filter((name) => {
            const letters = document.createRange();
            letters.selectNodeContents(name);
            const [inner, outer] = [letters.getBoundingClientRect(), name.getBoundingClientRect()];
            const hasRoom = inner.width <= parseFloat(getComputedStyle(name).maxWidth);
            return hasRoom && (inner.left < outer.left - 1 || inner.right > outer.right + 1);
        }).map((name) => name.textContent)"""
    assert window.run(cut) == []


def test_a_printed_page_is_whole(window: Browser, page: Path) -> None:
    window.open(page)
    window.devtools("Emulation.setEmulatedMedia", media="print", features=[])
    try:
        tables = "[...document.querySelectorAll('.scroll')]"
        assert window.run(f"return {tables}.filter((one) => one.clientHeight < one.scrollHeight).length") == 0
        assert window.run("return getComputedStyle(document.querySelector('nav')).display") == "none"
    finally:
        window.devtools("Emulation.setEmulatedMedia", media="", features=[])
