"""What one writes first: load the SavedModel; open each picture, run it, draw its boxes, save it. A process of its own.

python plain_loop.py EXPORTED PICTURES OUTPUT; the last line of standard output is JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf
from PIL import Image, ImageDraw

THRESHOLD = 0.5


def main() -> None:
    exported, pictures, output = map(Path, sys.argv[1:4])
    loaded = tf.saved_model.load(str(exported / "saved_model"))
    detect = loaded.signatures["serving_default"]
    (name,) = detect.structured_input_signature[1]
    paths = sorted(pictures.glob("*.jpg"))
    began, cpu = time.perf_counter(), time.process_time()
    objects = 0
    for path in paths:
        image = Image.open(path)
        found = detect(**{name: tf.constant(np.asarray(image)[np.newaxis])})
        boxes, scores = found["detection_boxes"][0].numpy(), found["detection_scores"][0].numpy()
        classes = found["detection_classes"][0].numpy()
        canvas = ImageDraw.Draw(image)
        for (ymin, xmin, ymax, xmax), score, class_id in zip(boxes, scores, classes, strict=True):
            if score >= THRESHOLD:
                left, top = xmin * image.width, ymin * image.height
                canvas.rectangle((left, top, xmax * image.width, ymax * image.height), outline="red", width=2)
                canvas.text((left, top), f"{int(class_id)} {score:.0%}", fill="red")
                objects += 1
        image.save(output / path.name, quality=92)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    print(json.dumps({"pictures": len(paths), "objects": objects, "seconds": seconds, "cpu_seconds": cpu_seconds}))


if __name__ == "__main__":
    main()
