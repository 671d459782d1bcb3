"""The steps after make-records, each for one template: what it depends on, whether it is done, and the doing."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar

from tfodkit import __version__, files
from tfodkit.config import make_config
from tfodkit.config.options import PipelineOptions
from tfodkit.config.templates import read_template
from tfodkit.errors import OutputError
from tfodkit.evaluation_report.data_files import RESULTS
from tfodkit.exporting import export
from tfodkit.exporting.manifest import MANIFEST_NAME, list_exported
from tfodkit.training import checkpoint_folder
from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.run_record import read_result
from tfodkit.training.train import train
from tfodkit.workflow.evaluate import evaluate
from tfodkit.workflow.ledger import Entry, digest
from tfodkit.workflow.work import ZOO, Work, folder_name
from tfodkit.zoo import checkpoint_for

BORN_WITH = ("seed", "precision", "accumulate", "deterministic")
"""The options that a run is begun with; with others it can go on."""
NO_MATTER = ("mirror", "force")
"""The options that change nothing about a run."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Step(ABC):
    """A step of the work for one template."""

    work: Work
    template: str
    name: ClassVar[str]

    @property
    def folder(self) -> Path:
        return self.work.output / folder_name(self.template)

    @property
    def config(self) -> Path:
        return self.folder / "pipeline.config"

    @property
    def run(self) -> RunDirectory:
        return RunDirectory(self.folder / "run")

    @property
    @abstractmethod
    def output(self) -> Path:
        """What it makes."""

    @abstractmethod
    def key(self) -> str:
        """A digest of all that the output depends on."""

    def origin(self) -> str:
        """A digest of all that it has to be made anew for."""
        return self.key()

    @abstractmethod
    def is_whole(self, entry: Entry) -> bool:
        """Whether the output is as the step left it."""

    goes_on: ClassVar[bool] = False
    """Whether what is there is gone on with, where it is of the same origin."""

    def prepare(self, before: Entry | None, tell: Tell) -> None:  # noqa: B027 - most have nothing to prepare
        """Make room: ``before`` is what was made before, perhaps of something else."""

    @abstractmethod
    def do(self, tell: Tell) -> Mapping[str, Any]:
        """Make the output; the figures."""


class MakeConfig(Step):
    """Template and records → ``pipeline.config``."""

    name = "make-config"

    @property
    def output(self) -> Path:
        return self.config

    def key(self) -> str:
        records = self.work.records_folder
        flags = self.work.config.flags()
        return digest(__version__, read_template(self.template).text, flags, manifest_digest(records), str(records))

    def is_whole(self, entry: Entry) -> bool:
        if not self.config.exists() or not entry.figures:
            return False
        if files.sha256(self.config) != entry.figures["sha256"]:
            what = "was changed since it was made, and would be overwritten"
            remedy = "Write the changes as options of make-config in a work file, and move this file away."
            raise OutputError(str(self.config), what, remedy)
        return True

    def do(self, tell: Tell) -> Mapping[str, Any]:  # noqa: ARG002 - done in a moment
        made = make_config(self.template, self.work.records_folder, self.config, self._options(), force=True)
        return {
            "sha256": files.sha256(self.config),
            "steps": made.training.steps,
            "batch_size": made.training.batch_size,
            "epochs": made.epochs,
            "warnings": list(made.warnings),
        }

    def _options(self) -> PipelineOptions:
        options = self.work.config
        if options.fine_tune_checkpoint == ZOO:
            return replace(options, fine_tune_checkpoint=checkpoint_for(self.template))
        return options


class Train(Step):
    """Config → run directory; another config, or other records, begin another run, and the older one stays."""

    name = "train"
    goes_on = True

    @property
    def output(self) -> Path:
        return self.run.path

    def key(self) -> str:
        options = [item.name for item in fields(self.work.train) if item.name not in NO_MATTER]
        return digest(self.origin(), {name: getattr(self.work.train, name) for name in options})

    def origin(self) -> str:
        born_with = [getattr(self.work.train, name) for name in BORN_WITH]
        return digest(self.config.read_text(encoding="utf-8"), manifest_digest(self.work.records_folder), born_with)

    def is_whole(self, entry: Entry) -> bool:
        result = read_result(self.run.record_path)
        best = self.run.find_checkpoint("best")
        is_saved = result is not None and self.run.saved_step() == result["step"] == entry.figures.get("step")
        return is_saved and best is not None and checkpoint_folder.is_whole(best)

    def prepare(self, before: Entry | None, tell: Tell) -> None:
        if self.run.path.exists() and (before is None or before.origin != self.origin()):
            tell(f"what {self.run.path} was trained of has changed; it is kept as {self._move_aside()}")

    def do(self, tell: Tell) -> Mapping[str, Any]:  # noqa: ARG002 - it shows itself
        result = train(self.config, self.run.path, self.work.train)
        best = None if result.best is None else {"step": result.best.step, "text": str(result.best)}
        return {"step": result.step, "why": result.why, "best": best}

    def _move_aside(self) -> Path:
        path = self.run.path
        number = 1
        while (place := path.with_name(f"{path.name}-before-{number}")).exists():
            number += 1
        path.rename(place)
        return place


class Evaluate(Step):
    """The run's best checkpoint → a report."""

    name = "eval"

    @property
    def output(self) -> Path:
        return self.run.report_path

    def key(self) -> str:
        return digest(
            self.config.read_text(encoding="utf-8"), best_digest(self.run), manifest_digest(self.work.records_folder)
        )

    def is_whole(self, entry: Entry) -> bool:
        results = self.output / RESULTS
        return results.is_file() and files.sha256(results) == entry.figures.get("sha256")

    def do(self, tell: Tell) -> Mapping[str, Any]:
        tell("evaluating the best checkpoint")
        result = evaluate(self.run.path, output=self.output, force=True).result
        return {"sha256": files.sha256(self.output / RESULTS), "images": result.images, **result.figures}


class Export(Step):
    """The run's best checkpoint → an export folder."""

    name = "export"

    @property
    def output(self) -> Path:
        return self.folder / "exported"

    def key(self) -> str:
        return digest(__version__, self.config.read_text(encoding="utf-8"), best_digest(self.run))

    def is_whole(self, entry: Entry) -> bool:  # noqa: ARG002 - export.json tells
        try:
            content = json.loads((self.output / MANIFEST_NAME).read_text(encoding="utf-8"))
            return bool(content["files"] == [asdict(file) for file in list_exported(self.output)])
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def do(self, tell: Tell) -> Mapping[str, Any]:
        manifest = export(self.run.path, self.output, force=True, progress=tell)
        sizes = {name: sum(file.bytes for file in manifest.files if file.path.startswith(name)) for name in MODELS}
        return {"bytes": manifest.bytes, "checkpoint": manifest.checkpoint, "models": sizes}


STEPS: tuple[type[Step], ...] = (MakeConfig, Train, Evaluate, Export)
MODELS = ("saved_model/", "frozen_inference_graph.pb")


def manifest_digest(records: Path) -> str:
    """Of the manifest of a records folder, which holds a digest of all that is in the records."""
    return files.sha256(records / "manifest.json")


def best_digest(run: RunDirectory) -> str:
    """Of the content of a run's best checkpoint and of what is known of it."""
    prefix = run.checkpoint("best")
    parts = [path for path in (*checkpoint_folder.files_of(prefix), run.figures_path("best")) if path.is_file()]
    return digest([[path.name, files.sha256(path)] for path in parts])
