"""``tfodkit detect``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tfodkit.wording import counted

if TYPE_CHECKING:
    from tfodkit.inference import DetectionRun, Output


def command(
    exported: Annotated[Path, typer.Argument(help="An export folder, or one of the models in it.")],
    images: Annotated[
        list[Path] | None,
        typer.Argument(help="Pictures, folders, patterns such as 'photos/**/*.jpg' (quoted); or one film."),
    ] = None,
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write.")],
    threshold: Annotated[float, typer.Option(help="The lowest score that counts, 0 to 1.")] = 0.5,
    thresholds: Annotated[
        str | None, typer.Option(help="Of single classes: mug=0.4,bagel=0.6, or the best ones of a report of eval.")
    ] = None,
    top: Annotated[int | None, typer.Option(help="The most objects of a picture, by score.")] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", help="saved_model, frozen_graph …, where the folder holds several.")
    ] = None,
    models: Annotated[
        list[Path] | None, typer.Option("--model", help="A further model of the same classes, to be fused; repeatable.")
    ] = None,
    fusion: Annotated[str | None, typer.Option(help="Of models and views: wbf (usual), nms or soft-nms.")] = None,
    weights: Annotated[str | None, typer.Option(help="How much each model counts, as 2,1.")] = None,
    tile: Annotated[int | None, typer.Option(help="Look at large pictures in tiles of this side, such as 640.")] = None,
    overlap: Annotated[
        float | None, typer.Option(help="The share of a tile in the next one, best as wide as objects; 0.2.")
    ] = None,
    flip: Annotated[bool, typer.Option("--flip", help="Look at each picture mirrored, too.")] = False,
    scales: Annotated[
        list[float] | None, typer.Option("--scale", help="Look at each picture by this factor, too; repeatable.")
    ] = None,
    camera: Annotated[int | None, typer.Option(help="In place of pictures: this camera, the first is 0.")] = None,
    seconds: Annotated[float | None, typer.Option(help="So long a film of the camera; else until Ctrl-C.")] = None,
    every: Annotated[int, typer.Option(help="Of a film or camera: look at every so many frames.")] = 1,
    batch: Annotated[int, typer.Option(help="Pictures of one size that go through the model at once.")] = 8,
    recursive: Annotated[bool, typer.Option("--recursive", help="Take the folders below folders, too.")] = False,
    pictures: Annotated[bool, typer.Option("--pictures/--no-pictures", help="Write pictures with boxes.")] = True,
    csv: Annotated[bool, typer.Option("--csv", help="Write detections.csv.")] = False,
    coco: Annotated[bool, typer.Option("--coco", help="Write coco_results.json, for loadRes.")] = False,
    crops: Annotated[bool, typer.Option("--crops", help="Write each object cut out, a folder a class.")] = False,
    voc: Annotated[bool, typer.Option("--voc", help="Write annotations/*.xml, for labelImg.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the folder of an older detection.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts and the files as JSON.")] = False,
) -> None:
    """Find objects in pictures: writes the pictures with boxes drawn, and detections.json.

    Example: tfodkit detect exported photos -o found
    """
    from tfodkit.errors import DataError
    from tfodkit.inference import DetectOptions, Output, detect, detect_film
    from tfodkit.inference.thresholds import read_thresholds

    asked = {
        Output.PICTURES: pictures,
        Output.CSV: csv,
        Output.COCO: coco,
        Output.CROPS: crops,
        Output.VOC: voc,
    }
    options = DetectOptions(
        threshold=threshold,
        thresholds=read_thresholds(thresholds) if thresholds is not None else {},
        top=top,
        batch=batch,
        tile=tile,
        overlap=overlap,
        flip=flip,
        scales=tuple(scales or ()),
        fusion=_fusion(fusion),
        weights=_weights(weights),
        outputs=frozenset(each for each, is_asked in asked.items() if is_asked),
    )
    all_models = [exported, *(models or ())]
    film = _film_of(images or [], camera, every, seconds)
    with _progress_bar() as bar:
        task = bar.add_task("loading the model", total=None)

        def tell(number: int, count: int, picture: Path) -> None:
            bar.update(task, total=count, completed=number - 1, description=picture.name)

        def tell_frames(frames: int, count: int | None) -> None:
            bar.update(task, total=count, completed=frames, description="frames")

        if film is None:
            run = detect(
                all_models,
                images or [],
                output,
                options,
                format=format_name,
                recursive=recursive,
                force=force,
                progress=tell,
            )
        else:
            run = detect_film(
                all_models,
                film,
                output,
                options,
                every=every,
                seconds=seconds,
                format=format_name,
                force=force,
                progress=tell_frames,
            )
    for note in run.notes:
        typer.echo(note, err=True)
    lines = summary_lines(run, options.outputs, of="picture" if film is None else "frame")
    typer.echo(json.dumps(_as_json(run), indent=2, ensure_ascii=False) if as_json else "\n".join(lines))
    if run.problems:
        raise DataError.collect(run.problems)


def summary_lines(run: DetectionRun, outputs: frozenset[Output] | None = None, *, of: str = "picture") -> list[str]:
    """What was found, for a person: pictures, objects of each class, where it all is."""
    counts = run.count_by_class()
    found = sum(len(result.detections) for result in run.results)
    widest = max(map(len, counts), default=0)
    lines = [f"{counted(found, 'object')} in {counted(len(run.results), of)}"]
    lines += [f"  {name:{widest}}  {count:>5}" for name, count in counts.items()]
    if run.problems:
        lines.append(f"{counted(len(run.problems), 'place')} could not be looked at")
    return [*lines, f"{_what_was_written(outputs, of)}: {run.output}"]


def _what_was_written(outputs: frozenset[Output] | None, of: str) -> str:
    from tfodkit.inference import Output

    words = {
        Output.PICTURES: "pictures with boxes" if of == "picture" else "a film with boxes",
        Output.CSV: "detections.csv",
        Output.COCO: "coco_results.json",
        Output.CROPS: "crops",
        Output.VOC: "annotations for labelImg",
    }
    chosen = [text for each, text in words.items() if each in ({Output.PICTURES} if outputs is None else outputs)]
    return " and ".join(filter(None, [", ".join(chosen), "detections.json"]))


def _film_of(images: list[Path], camera: int | None, every: int, seconds: float | None) -> Path | int | None:
    """The film or camera that is to be looked at; None where there are pictures."""
    from tfodkit.errors import UsageError
    from tfodkit.inference.film import FILM_SUFFIXES

    films = [path for path in images if path.suffix.lower() in FILM_SUFFIXES and not path.is_dir()]
    if camera is not None and images:
        raise UsageError(f"--camera {camera}", f"{images[0]} is given too", "Leave one of them out.")
    if camera is not None:
        return camera
    if not images:
        raise UsageError("detect", "there is nothing to look at", "Name pictures, folders or a film, or pass --camera.")
    if films and len(images) > 1:
        raise UsageError(str(films[0]), "is a film among other things", "Look at each film by a command of its own.")
    if not films and (every != 1 or seconds is not None):
        flag = "--every" if every != 1 else "--seconds"
        raise UsageError(flag, "pictures have no frames", "Pass it with a film or --camera, or leave it out.")
    return films[0] if films else None


def _fusion(name: str | None) -> Any:
    from tfodkit.errors import UsageError
    from tfodkit.inference.fusion import Fusion
    from tfodkit.nearest import nearest_names

    if name is None:
        return None
    try:
        return Fusion(name)
    except ValueError:
        raise UsageError("--fusion", f"there is no way {name!r}", nearest_names(name, Fusion)) from None


def _weights(text: str | None) -> tuple[float, ...] | None:
    from tfodkit.errors import UsageError

    if text is None:
        return None
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise UsageError("--weights", f"{text!r} is no list of numbers", "Pass such as 2,1.") from None


def _as_json(run: DetectionRun) -> dict[str, Any]:
    return {
        "output": str(run.output),
        "detections": str(run.json_path),
        "pictures": len(run.results),
        "objects_by_class": dict(run.count_by_class()),
        "unreadable": [problem.where for problem in run.problems],
    }


def _progress_bar() -> Progress:
    columns = (TextColumn("{task.description}", markup=False), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
