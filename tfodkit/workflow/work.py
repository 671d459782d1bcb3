"""What is to be done: pictures, the place for all that is made, templates, and each step's options."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tfodkit.config.options import PipelineOptions
from tfodkit.config.templates import read_template
from tfodkit.errors import UsageError
from tfodkit.training.options import TrainOptions
from tfodkit.workflow.record_flags import RecordFlags

USUAL_TEMPLATE = "ssd_mobilenet_v2_fpnlite_320x320_coco17"
ZOO = Path("zoo")
"""The checkpoint that means the template's own, of the model zoo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One detector for each template, out of the same pictures.

    ::

        output/
          summary.json, summary.txt    what was made of what, when, and how long it took
          records/
          <template>/pipeline.config
          <template>/run/              with its report/; older ones, of other inputs, stay beside it: run-before-1, …
          <template>/exported/

    Raises:
        UsageError: an unknown template, or two of one name.
    """

    images: Path
    output: Path
    templates: tuple[str, ...] = (USUAL_TEMPLATE,)
    records: RecordFlags = field(default_factory=RecordFlags)
    config: PipelineOptions = field(default_factory=PipelineOptions)
    train: TrainOptions = field(default_factory=TrainOptions)

    def __post_init__(self) -> None:
        for template in self.templates:
            read_template(template)
        name, times = Counter(map(folder_name, self.templates)).most_common(1)[0]
        if times > 1:
            what = f"{times} templates of that name are asked for, and each has a folder by its name"
            raise UsageError(f"--template {name}", what, "Leave one out, or give the file another name.")

    @property
    def records_folder(self) -> Path:
        return self.output / "records"


def folder_name(template: str) -> str:
    """The folder of a template's detector: its name, or that of the user's own file."""
    return Path(template).name.removesuffix(".config")
