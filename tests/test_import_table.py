"""The house: who may import whom. Imports point down; what is heavy is imported where it is used."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tfodkit"

GROUND = {"errors", "findings", "boxes", "atomic", "files", "resources", "wording", "nearest"}
DATA = GROUND | {"images", "annotations", "dataset", "records", "config"}
DOING = {"evaluation", "inference", "training", "exporting"}
MAY_IMPORT = {
    **dict.fromkeys(GROUND, GROUND),
    "plots": GROUND,
    "images": GROUND,
    "annotations": GROUND | {"images"},
    "dataset": GROUND | {"images", "annotations"},
    "records": GROUND | {"images", "annotations", "dataset"},
    # the schema of pipeline.config is odapi's, and loads without TensorFlow
    "config": GROUND | {"dataset", "records.manifest", "records.tfrecord", "odapi.protos"},
    "zoo": GROUND | {"config"},
    "odapi": GROUND,
    "evaluation": GROUND | {"annotations", "records", "images.index", "images.presumed", "dataset.label_map"},
    "inference": GROUND | {"annotations", "dataset"},
    "training": GROUND
    | {"plots", "annotations.detections", "config", "evaluation", "inference.drawing", "odapi", "records.draws"},
    "exporting": GROUND
    | {"annotations.detections", "config", "dataset.label_map", "evaluation", "odapi", "inference"}
    | {"training.run_directory", "training.checkpoint_folder", "records"},
    "evaluation_report": DATA | {"plots", "evaluation", "inference", "training"},
    "workflow": DATA | DOING | {"zoo", "odapi", "example", "evaluation_report"},
    "reporting": DATA | DOING | {"plots", "zoo", "workflow", "evaluation_report"},
    "example": GROUND | {"annotations"},
}
# One module of evaluation holds a model against its records; one of reporting draws what its input makes of them.
EXCEPTIONS = {
    ("evaluation/model_evaluator.py", "odapi.detection"),
    ("reporting/augmented_sheet.py", "odapi.augmented"),
}

# Imported inside functions only, so that a command loads what it needs and no more.
NEVER_AT_TOP = {"tensorflow", "object_detection", "official", "matplotlib", "pandas", "cv2", "tf_keras", "tf_slim"}
ONLY_IN_ODAPI = {"object_detection", "official", "tf_slim"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def names(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        module = node.module or ""
        # "from tfodkit import files" names a module of ours; elsewhere the module alone says enough
        yield from (f"{module}.{alias.name}" for alias in node.names) if module.startswith("tfodkit") else (module,)


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def top_level(tree: ast.Module) -> Iterator[ast.AST]:
    stack: list[ast.AST] = list(tree.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or is_for_types(node):
            continue
        yield node
        stack.extend(ast.iter_child_nodes(node))


def is_allowed(path: Path, ours: str) -> bool:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room in {"cli", "__init__", "__main__"} or ours.split(".", maxsplit=1)[0] == room or ours == "__version__":
        return True
    allowed = MAY_IMPORT[room] | {name for module, name in EXCEPTIONS if module == names(path)}
    return any(ours == name or ours.startswith(f"{name}.") for name in allowed)


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_imports_point_down(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    ours = [
        name.removeprefix("tfodkit.")
        for node in ast.walk(tree)
        for name in imported(node)
        if name.startswith("tfodkit.")
    ]
    assert [name for name in ours if not is_allowed(path, name)] == []


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_nothing_heavy_is_imported_at_the_top_of_a_module(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    roots = {name.split(".")[0] for node in top_level(tree) for name in imported(node)}
    assert roots & NEVER_AT_TOP == set()


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_only_the_bridge_imports_the_object_detection_api(path: Path) -> None:
    if path.relative_to(PACKAGE).parts[0] == "odapi":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    roots = {name.split(".")[0] for node in ast.walk(tree) for name in imported(node)}
    assert roots & ONLY_IN_ODAPI == set()


@pytest.mark.parametrize("module", sorted(GROUND))
def test_the_ground_floor_needs_the_standard_library_alone(module: str) -> None:
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    roots = {name.split(".")[0] for node in ast.walk(tree) for name in imported(node)}
    assert roots <= sys.stdlib_module_names | {"tfodkit"}


def test_every_room_stands_in_the_table() -> None:
    rooms = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in MODULES}
    assert rooms - {"cli", "__init__", "__main__"} == set(MAY_IMPORT)
