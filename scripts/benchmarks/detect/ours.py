"""``tfodkit.detect`` with the same SavedModel, from the moment that it is loaded, as the plain loop; JSON likewise."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from tfodkit.inference import DetectOptions, Detector, detect


def main() -> None:
    exported, pictures, output = map(Path, sys.argv[1:4])
    detector = Detector.open(exported, format="saved_model")
    began, cpu = time.perf_counter(), time.process_time()
    run = detect(detector, pictures, output / "found", DetectOptions(batch=int(sys.argv[4])))
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    objects = sum(run.count_by_class().values())
    counts = {"pictures": len(run.results), "objects": objects}
    print(json.dumps({**counts, "seconds": seconds, "cpu_seconds": cpu_seconds}))


if __name__ == "__main__":
    main()
