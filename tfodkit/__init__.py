"""From a folder of labelImg pictures to a shipped detector, through the TensorFlow Object Detection API.

Every command of the command line is a function here, under the same name: ``tfodkit make-records`` is
:func:`tfodkit.make_records`. The names load on first use, so that nothing heavy is imported for what is not used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfodkit.cli.demo import demo
    from tfodkit.config import make_config
    from tfodkit.config.templates import templates
    from tfodkit.dataset.check import CheckOptions, check
    from tfodkit.dataset.convert import convert
    from tfodkit.dataset.policies import Policies
    from tfodkit.dataset.read import read_annotations
    from tfodkit.dataset.shares import SplitShares
    from tfodkit.dataset.split import split_dataset as split
    from tfodkit.exporting import export
    from tfodkit.exporting.benchmark import benchmark_export
    from tfodkit.inference import Detector, detect
    from tfodkit.records import RecordOptions, make_records, read_records
    from tfodkit.training.lr_finder import find_learning_rate as lr_find
    from tfodkit.training.options import TrainOptions
    from tfodkit.training.train import train
    from tfodkit.workflow.compare import compare
    from tfodkit.workflow.compare_runs import compare_runs
    from tfodkit.workflow.evaluate import evaluate as eval  # noqa: A004 - named as the command is
    from tfodkit.workflow.model_benchmark import benchmark
    from tfodkit.workflow.run import run_work as run
    from tfodkit.zoo import fetch_model

__version__ = "0.1.0"

_HOME = {
    "read_annotations": ("tfodkit.dataset.read", "read_annotations"),
    "check": ("tfodkit.dataset.check", "check"),
    "CheckOptions": ("tfodkit.dataset.check", "CheckOptions"),
    "Policies": ("tfodkit.dataset.policies", "Policies"),
    "convert": ("tfodkit.dataset.convert", "convert"),
    "split": ("tfodkit.dataset.split", "split_dataset"),
    "SplitShares": ("tfodkit.dataset.shares", "SplitShares"),
    "make_records": ("tfodkit.records", "make_records"),
    "RecordOptions": ("tfodkit.records", "RecordOptions"),
    "read_records": ("tfodkit.records", "read_records"),
    "templates": ("tfodkit.config.templates", "templates"),
    "fetch_model": ("tfodkit.zoo", "fetch_model"),
    "make_config": ("tfodkit.config", "make_config"),
    "lr_find": ("tfodkit.training.lr_finder", "find_learning_rate"),
    "train": ("tfodkit.training.train", "train"),
    "TrainOptions": ("tfodkit.training.options", "TrainOptions"),
    "eval": ("tfodkit.workflow.evaluate", "evaluate"),
    "compare_runs": ("tfodkit.workflow.compare_runs", "compare_runs"),
    "export": ("tfodkit.exporting", "export"),
    "benchmark_export": ("tfodkit.exporting.benchmark", "benchmark_export"),
    "detect": ("tfodkit.inference", "detect"),
    "Detector": ("tfodkit.inference", "Detector"),
    "benchmark": ("tfodkit.workflow.model_benchmark", "benchmark"),
    "compare": ("tfodkit.workflow.compare", "compare"),
    "run": ("tfodkit.workflow.run", "run_work"),
    "demo": ("tfodkit.cli.demo", "demo"),
}

__all__ = [
    "CheckOptions",
    "Detector",
    "Policies",
    "RecordOptions",
    "SplitShares",
    "TrainOptions",
    "benchmark",
    "benchmark_export",
    "check",
    "compare",
    "compare_runs",
    "convert",
    "demo",
    "detect",
    "eval",
    "export",
    "fetch_model",
    "lr_find",
    "make_config",
    "make_records",
    "read_annotations",
    "read_records",
    "run",
    "split",
    "templates",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'tfodkit' has no attribute {name!r}")
    module, attribute = _HOME[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
