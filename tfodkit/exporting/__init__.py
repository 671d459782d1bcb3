"""From a checkpoint to a folder that detects elsewhere, proven to detect the same.

One module a form of export, a table of them (:mod:`~tfodkit.exporting.forms`), and the gate that every form has to pass
(:mod:`~tfodkit.exporting.parity`).
"""

from tfodkit.exporting.exporter import ExportOptions, ExportSource, export, export_checkpoint
from tfodkit.exporting.manifest import ExportManifest

__all__ = ["ExportManifest", "ExportOptions", "ExportSource", "export", "export_checkpoint"]
