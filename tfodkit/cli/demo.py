"""``tfodkit demo``: every command, in order, on pictures that the program draws itself."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfodkit import files
from tfodkit.errors import OutputError
from tfodkit.training.run_directory import RunDirectory

if TYPE_CHECKING:
    from tfodkit.evaluation.result import EvaluationResult

TEMPLATE = "example"
NEW_PICTURES = 12
SEED_OF_NEW_PICTURES = 1_000_003  # pictures that neither split has seen


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """What the demo makes, in the order in which it is made."""

    path: Path

    def refuse_foreign(self) -> None:
        """Raise :class:`OutputError` where the folder holds what no demo made, which must not be replaced."""
        place = self.path if self.path.is_dir() else None
        names = {"pictures", "records", "pipeline.config", "run", "exported", "new_pictures", "detected"}
        if foreign := sorted({path.name for path in place.iterdir()} - names if place else set()):
            what = f"the folder holds {foreign[0]!r}, which no demo made"
            raise OutputError(str(self.path), what, "Choose another place.")

    @property
    def pictures(self) -> Path:
        return self.path / "pictures"

    @property
    def records(self) -> Path:
        return self.path / "records"

    @property
    def config(self) -> Path:
        return self.path / "pipeline.config"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def report(self) -> Path:
        return RunDirectory(self.run).report_path

    @property
    def exported(self) -> Path:
        return self.path / "exported"

    @property
    def new_pictures(self) -> Path:
        return self.path / "new_pictures"

    @property
    def detected(self) -> Path:
        return self.path / "detected"


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Where the demo left its work, what the detector is worth, and the seconds that it took."""

    folder: DemoFolder
    evaluation: EvaluationResult
    seconds: float


def demo(output: str | Path = "tfodkit-demo", *, seed: int = 0, force: bool = False) -> DemoResult:
    """Draw the example data set, make records and a config, train, evaluate, export, and detect in new pictures.

    Nothing is downloaded. Five minutes on two cores, most of them training.

    Args:
        output: the folder for all of it.
        seed: of the pictures, the split and the training.
        force: replace an ``output`` that has content, if a demo made it.

    Raises:
        OutputError: ``output`` has content and ``force`` is not set, or content that no demo made.
    """
    began = time.monotonic()
    folder = DemoFolder(Path(output))
    folder.refuse_foreign()
    with files.folder_atomic(folder.path, force=force):
        pass  # an empty folder in its place: what was there is gone before the work begins
    _make_data(folder, seed)
    _train(folder, seed)
    evaluation = _use(folder)
    return DemoResult(folder, evaluation, time.monotonic() - began)


def command(
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder for everything the demo makes.")] = Path(
        "tfodkit-demo"
    ),
    seed: Annotated[int, typer.Option(min=0, help="Of the pictures, the split and the training.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace an older demo.")] = False,
) -> None:
    """Run every command on a drawn example: five minutes, no download.

    Example: tfodkit demo -o demo
    """
    result = demo(output, seed=seed, force=force)
    figures = result.evaluation.figures
    typer.echo(
        f"\ndone in {result.seconds:.0f} s: mAP {figures['mAP'] or 0:.3f}, mAP@.50IOU {figures['mAP@.50'] or 0:.3f} "
        f"on {result.evaluation.images} validation pictures\n"
        f"  the report           {result.folder.report / 'report.html'}\n"
        f"  pictures with boxes  {result.folder.detected}\n"
        f"  curves               tensorboard --logdir {result.folder.run}\n"
        f"  figures              {result.folder.run / 'evaluations.csv'}\n"
        f"  the detector         {result.folder.exported}"
    )


def _make_data(folder: DemoFolder, seed: int) -> None:
    from tfodkit.config import make_config
    from tfodkit.example import draw_example
    from tfodkit.records import RecordOptions, make_records

    _announce(f"drawing labelled pictures of a café tray into {folder.pictures}")
    draw_example(folder.pictures, seed=seed)
    _announce(f"tfodkit make-records {folder.pictures} -o {folder.records}")
    manifest = make_records(folder.pictures, folder.records, RecordOptions(seed=seed))
    typer.echo(f"{manifest.images('train')} pictures to train on, {manifest.images('val')} to validate with")
    _announce(f"tfodkit make-config --template {TEMPLATE} --records {folder.records} -o {folder.config}")
    made = make_config(TEMPLATE, folder.records, folder.config)
    typer.echo(f"{made.training.steps} steps of {made.training.batch_size} pictures, {made.epochs:.1f} epochs")


def _train(folder: DemoFolder, seed: int) -> None:
    from tfodkit.training.options import TrainOptions
    from tfodkit.training.train import train

    _announce(f"tfodkit train {folder.config} -o {folder.run}")
    train(folder.config, folder.run, TrainOptions(seed=seed))


def _use(folder: DemoFolder) -> EvaluationResult:
    from tfodkit.example import draw_example
    from tfodkit.exporting import export
    from tfodkit.inference import detect
    from tfodkit.reporting.evaluation_text import analysis_lines
    from tfodkit.workflow.evaluate import evaluate

    _announce(f"tfodkit eval {folder.run}")
    evaluated = evaluate(folder.run, output=folder.report)
    typer.echo("\n".join(analysis_lines(evaluated.analysis)))
    _announce(f"tfodkit export {folder.run} -o {folder.exported}")
    export(folder.run, folder.exported, progress=lambda text: typer.echo(text, err=True))
    _announce(f"tfodkit detect {folder.exported} {folder.new_pictures} -o {folder.detected}")
    draw_example(folder.new_pictures, images=NEW_PICTURES, seed=SEED_OF_NEW_PICTURES)
    detected = detect(folder.exported, folder.new_pictures, folder.detected)
    typer.echo(f"{sum(detected.count_by_class().values())} objects in {len(detected.results)} new pictures")
    return evaluated.result


def _announce(text: str) -> None:
    typer.echo(f"\n$ {text}" if text.startswith("tfodkit") else text)
