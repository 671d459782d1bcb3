"""What people install: the wheel, outside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


def run(*command: object, folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, cwd=folder, env=environment
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` of an environment that has the wheel, and this environment's packages but for the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT, folder=folder)
    (wheel,) = folder.glob("tfodkit-*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", "clean", folder=folder)
    scripts = folder / "clean" / "bin"
    run(*pip, "--python", scripts / "python", "install", "--quiet", "--no-deps", "--no-index", wheel, folder=folder)
    find = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run(scripts / "python", "-c", find, folder=folder).strip())
    # a folder named in a .pth file is searched, but the .pth files in it, which name the checkout, are not read
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return scripts


def test_the_wheel_works_outside_the_checkout(clean: Path, tmp_path: Path) -> None:
    where = run(clean / "python", "-c", "import tfodkit; print(tfodkit.__file__)", folder=tmp_path)
    assert where.startswith(str(clean.parent))
    assert "make-records" in run(clean / "tfodkit", "--help", folder=tmp_path)
    draw = "from tfodkit.example import draw_example; draw_example('pictures', images=12, size=(160, 120))"
    run(clean / "python", "-c", draw, folder=tmp_path)
    run(clean / "tfodkit", "make-records", "pictures", "-o", "records", folder=tmp_path)
    made = ("make-config", "--template", "example", "--records", "records", "-o", "pipeline.config")
    assert "example" in run(clean / "tfodkit", *made, folder=tmp_path)
    assert (tmp_path / "pipeline.config").is_file()


def test_the_wheel_holds_the_package_and_its_files_alone(clean: Path) -> None:
    find = "import tfodkit.resources as r; print(len(list(r.folder('templates').iterdir())), r.folder('label_maps'))"
    count, label_maps = run(clean / "python", "-c", find, folder=clean).split()
    assert int(count) == len(list((ROOT / "templates").glob("*.config")))
    assert label_maps.endswith("tfodkit/label_maps")
    packages = Path(label_maps).parents[1]
    page = Path("tfodkit", "evaluation_report", "page")
    assert sorted(path.name for path in (packages / page).iterdir()) == sorted(
        path.name for path in (ROOT / page).iterdir()
    )
    assert {
        path.name for path in packages.iterdir() if "tfodkit" in path.name or path.name in {"tests", "scripts"}
    } == {
        "tfodkit",
        *(path.name for path in packages.glob("tfodkit-*.dist-info")),
    }
