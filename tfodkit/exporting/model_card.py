"""``model_card.md``: what somebody who gets the model has to know of it (Mitchell et al. 2019, "Model Cards").

What only its maker can know, what it is for and who may use the data, is left open and marked so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tfodkit.exporting.card_facts import ModelFacts
from tfodkit.exporting.manifest import ExportManifest, Parity
from tfodkit.inference.formats import format_named
from tfodkit.records.manifest import SPLITS
from tfodkit.wording import ABSENT, byte_words, counted

CARD_NAME = "model_card.md"
TO_FILL_IN = "**TO BE FILLED IN BY YOU:**"
_FIGURES = ("mAP", "mAP@.50", "mAP@.75", "AR@100")
_RUN_WITH = {
    "saved_model": "TensorFlow: `tf.saved_model.load(…).signatures[…]`; the signatures are in the table below",
    "frozen_graph": "TensorFlow, as programs for TensorFlow 1 have it: `image_tensor:0` → `detection_boxes:0` …",
    "onnx": "ONNX Runtime: `onnxruntime.InferenceSession(…)`",
    "tflite": "LiteRT, and on phones their task libraries: `ai_edge_litert.interpreter.Interpreter(…)`",
}
"""By a form's name, or what it begins with."""


def model_card(manifest: ExportManifest, facts: ModelFacts) -> str:
    """The card's text, Markdown."""
    sections = {
        "Intended use": _intended_use(),
        "Model": _model(manifest, facts),
        "Classes": _classes(facts),
        "Data": _data(facts),
        "Figures": _figures(manifest, facts),
        "Forms": _forms(manifest),
        "How to run it": _how_to_run(manifest),
        "Licence": _licence(),
        "Versions": iter([", ".join(f"{name} {number}" for name, number in manifest.versions.items()) + "."]),
    }
    title = f"# A detector of {counted(len(facts.class_names), 'class')}"
    parts = [title, *("\n".join([f"## {name}", "", *lines]) for name, lines in sections.items())]
    return "\n\n".join(parts) + "\n"


def _intended_use() -> Iterator[str]:
    yield f"{TO_FILL_IN} what the model is for, where it was tried, what it must not be used for, who answers for it."


def _model(manifest: ExportManifest, facts: ModelFacts) -> Iterator[str]:
    weights = "moving averages of the weights" if manifest.averaged else "the weights as they were trained"
    rows = [
        ("architecture", facts.architecture),
        *([("template", facts.template)] if facts.template else []),
        ("input", facts.input_size),
        ("checkpoint", f"{manifest.checkpoint}, {weights}"),
        *([("training steps", f"{facts.step:,}")] if facts.step is not None else []),
        ("detections of a picture", facts.gives),
    ]
    yield from _table(("", ""), rows)


def _classes(facts: ModelFacts) -> Iterator[str]:
    counts = {} if facts.data is None else facts.data.boxes("train")
    aps = {} if facts.figures is None else {row["name"]: row["ap"] for row in facts.figures.get("per_class", ())}
    rows = [
        (
            str(class_id),
            name,
            _number(counts.get(name)),
            _share(aps.get(name)),
            _share(facts.thresholds.get(name), digits=2),
        )
        for class_id, name in facts.class_names.items()
    ]
    yield from _table(("id", "class", "boxes trained on", "AP", "threshold"), rows)
    yield ""
    if facts.thresholds:
        yield "The threshold is the score of highest F1 on the validation images, by the run's report."
    else:
        yield "No thresholds are known: `tfodkit eval RUN` finds them, and the next export tells them here."


def _data(facts: ModelFacts) -> Iterator[str]:
    data = facts.data
    if data is None:
        yield "The records that the model was trained on were not there when it was exported."
    else:
        rows = [
            (split, f"{data.images(split):,}", f"{sum(data.boxes(split).values()):,}")
            for split in SPLITS
            if data.images(split)
        ]
        yield from _table(("split", "images", "boxes"), rows)
    yield ""
    yield f"{TO_FILL_IN} where the pictures come from, and what they do not show."


def _figures(manifest: ExportManifest, facts: ModelFacts) -> Iterator[str]:
    if facts.figures is not None:
        values = facts.figures["figures"]
        yield from _table(("figure", ""), [(name, _share(values.get(name))) for name in _FIGURES])
        yield ""
        images = counted(int(facts.figures.get("images", 0)), "validation image")
        yield f"COCO's figures of the checkpoint when it was evaluated, on {images}."
    elif manifest.checkpoint_map is not None:
        images = counted(manifest.parity[0].images, "validation image")
        yield f"mAP {manifest.checkpoint_map:.4f} on {images}, the ones that the forms were compared on."
    else:
        yield "None: there were no validation images."


def _forms(manifest: ExportManifest) -> Iterator[str]:
    sizes = {file.path: file.bytes for file in manifest.files}
    rows = []
    for parity in manifest.parity:
        place = format_named(parity.format).place
        size = sum(count for path, count in sizes.items() if path == place or path.startswith(f"{place}/"))
        rows.append((parity.format, f"`{place}`", byte_words(size), *_compared(parity), _share(parity.map, digits=4)))
    yield from _table(("form", "place", "size", "scores within", "boxes within", "found again", "mAP"), rows)
    yield ""
    pictures = counted(manifest.parity[0].images, "picture")
    yield f"Compared with the checkpoint on {pictures} ({manifest.parity_pictures})."
    yield "Boxes in shares of the picture's side; found again: of the objects with a score of 0.3 or more, those that"
    yield "have a box of their class with an IoU of 0.75 or more."
    for name, reason in manifest.refused.items():
        yield f"Not written: {name}, {reason}."


def _compared(parity: Parity) -> tuple[str, str, str]:
    box = "not compared" if parity.box_difference is None else f"{parity.box_difference:.1g}"
    return f"{parity.score_difference:.1g}", box, f"{parity.found_again} of {parity.sure}"


def _how_to_run(manifest: ExportManifest) -> Iterator[str]:
    names = [parity.format for parity in manifest.parity]
    for start, words in _RUN_WITH.items():
        if any(name.startswith(start) for name in names):
            yield f"- {start}: {words}"
    yield f"- any of them: `tfodkit detect EXPORTED pictures -o found --format {names[-1]}`"
    if manifest.signatures:
        yield ""
        rows = [
            (one.name, one.dtype, str(tuple(side or "any" for side in one.shape)).replace("'", ""), one.takes)
            for one in manifest.signatures
        ]
        yield from _table(("signature", "type", "shape", "takes"), rows)
    yield ""
    yield "Boxes are `(ymin, xmin, ymax, xmax)` in shares of the upright picture; classes are ids of `label_map.pbtxt`,"
    yield "whose names are the lines of `labels.txt`."


def _licence() -> Iterator[str]:
    yield "tfodkit, which wrote this, is under the Apache License 2.0; that says nothing of the model."
    yield ""
    yield f"{TO_FILL_IN} the licences of the pictures, of the checkpoint that training started from, and of the model."


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _row(titles)
    yield _row(["---"] * len(titles))
    yield from map(_row, rows)


def _row(cells: Sequence[str]) -> str:
    """A class's name may hold what ends a cell or a line."""
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def _share(value: float | None, *, digits: int = 3) -> str:
    return ABSENT if value is None else f"{value:.{digits}f}"


def _number(value: int | None) -> str:
    return ABSENT if value is None else f"{value:,}"
