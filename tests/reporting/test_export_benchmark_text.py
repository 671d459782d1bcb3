from __future__ import annotations

from tfodkit.exporting.benchmark import ExportBenchmark, MeasuredForm
from tfodkit.reporting.export_benchmark_text import export_benchmark_lines

GOOD = MeasuredForm("saved_model", 5_800_000, 4.21, 0.0123, 0.0456, 812_000_000, 0.66804)
BAD = MeasuredForm("onnx", 1_000, reason="onnxruntime is not installed")


def test_figures_stand_in_columns_and_reasons_below() -> None:
    assert list(export_benchmark_lines(ExportBenchmark((GOOD, BAD), 16, "validation"))) == [
        "form           size   load   median      p95    memory     mAP",
        "saved_model  5.8 MB  4.2 s  12.3 ms  45.6 ms  812.0 MB  0.6680",
        "",
        "16 pictures (validation), one at a time; median and p95 are of a picture",
        "after the first. Load has the runtime's import in it, memory is the most of its whole process.",
        "onnx could not be measured: onnxruntime is not installed",
    ]


def test_where_none_ran_there_is_no_table() -> None:
    lines = list(export_benchmark_lines(ExportBenchmark((BAD,), 16, "drawn")))
    assert lines == ["onnx could not be measured: onnxruntime is not installed"]
