"""The programs of docs/export.md run as they stand there, and find what our own detector finds.

Each ```python block is a program. It runs beside a folder ``exported`` and a picture ``photo.jpg``, in a process where
nothing of the packages in WITHHELD can be imported but what the program names itself. What it prints is held against
:class:`~tfodkit.inference.Detector` on the form whose place in the folder the program names.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfodkit.annotations.detections import Detections
from tfodkit.inference import Detector
from tfodkit.inference.formats import FORMATS, ModelFormat

pytestmark = pytest.mark.tensorflow

PAGE = Path(__file__).parents[2] / "docs" / "export.md"
PROGRAM = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROGRAMS = PROGRAM.findall(PAGE.read_text(encoding="utf-8"))
WITHHELD = {"ai_edge_litert", "cv2", "object_detection", "onnx", "onnxruntime", "tensorflow", "tf2onnx", "tfodkit"}
NEAR = 0.05
"""Of scores and of sides: a program may make the picture smaller in another way than the exported graph does."""
LINE = re.compile(r"(?P<name>.+) (?P<score>\d\.\d\d) \[(?P<box>[^]]+)\]")


def form_of(program: str) -> ModelFormat:
    return next(known for known in FORMATS if f'"exported/{known.place}"' in program)


def imports_of(program: str) -> set[str]:
    tree = ast.parse(program)
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return {
        name.split(".")[0] for name in plain | {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    }


def run(program: str, folder: Path) -> list[tuple[str, float, list[float]]]:
    """Name, score and box yxyx_norm of each line that the program prints."""
    missing = dict.fromkeys(sorted(WITHHELD - imports_of(program)))
    code = f"import sys; sys.modules.update({missing!r}); exec(compile(sys.argv[1], 'program', 'exec'))"
    done = subprocess.run(
        [sys.executable, "-c", code, program], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = [match for line in re.sub(r"\n\s+", " ", done.stdout).splitlines() if (match := LINE.fullmatch(line))]
    assert len(found) == len(done.stdout.strip().splitlines()), done.stdout
    return [(one["name"], float(one["score"]), [float(side) for side in one["box"].split()]) for one in found]


@pytest.fixture(scope="module")
def folder(tiny_export: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the programs run: ``exported`` and ``photo.jpg``."""
    folder = tmp_path_factory.mktemp("user")
    (folder / "exported").symlink_to(tiny_export)
    coarse = np.random.default_rng(3).integers(0, 256, (7, 9, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((96, 96), Image.Resampling.BICUBIC).save(folder / "photo.jpg", quality=95)
    return folder


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: form_of(program).name)
def test_a_program_of_the_page_finds_what_the_detector_finds(program: str, folder: Path) -> None:
    for package in imports_of(program) & WITHHELD:
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    lines = run(program, folder)
    detector = Detector.open(folder / "exported", format=form_of(program).name)
    expected: Detections = detector.detect(Image.open(folder / "photo.jpg"))
    sure = int(np.sum(expected.scores >= 0.5))
    assert sure > 0, "the tiny detector is sure of nothing"
    assert abs(len(lines) - sure) <= max(1, sure // 10)
    name, score, box = lines[0]
    ymin, xmin, ymax, xmax = (96 * side for side in box)
    assert name == detector.name_of(int(expected.class_ids[0]))
    assert abs(score - expected.scores[0]) <= NEAR
    np.testing.assert_allclose([xmin, ymin, xmax, ymax], expected.boxes_xyxy[0], atol=96 * NEAR)


def test_the_page_has_a_program_for_every_form() -> None:
    shown = {form_of(program).name for program in PROGRAMS}
    as_float32 = {"tflite_float16", "tflite_dynamic", "tflite_int8"}
    assert {known.name for known in FORMATS} - shown <= as_float32


def test_programs_are_of_ten_lines_beside_their_imports() -> None:
    for program in PROGRAMS:
        lines = [line for line in program.splitlines() if line and not line.startswith(("import ", "from "))]
        assert len(lines) <= 12, program
