"""From a checkpoint to a folder that detects elsewhere, proven to detect the same.

One module a form of export, a table of them (:mod:`~tfodkit.exporting.forms`), and the gate that every form has to pass
(:mod:`~tfodkit.exporting.parity`).
"""

from tfodkit.exporting.exporter import export, export_checkpoint
from tfodkit.exporting.manifest import ExportManifest
from tfodkit.exporting.options import DetectionLimits, ExportOptions, FixedInput
from tfodkit.exporting.source import ExportSource

__all__ = [
    "DetectionLimits",
    "ExportManifest",
    "ExportOptions",
    "ExportSource",
    "FixedInput",
    "export",
    "export_checkpoint",
]
