"""Detecting with an exported model, whatever its form; drawing what it found.

:class:`Detector` opens an export and looks at one picture; :func:`detect` does a folder: pictures with boxes, and
``detections.json``. Nothing here needs the Object Detection API; TensorFlow is loaded when a model is opened.
"""

from tfodkit.inference.detections_json import PictureResult
from tfodkit.inference.detector import Detector
from tfodkit.inference.drawing import draw
from tfodkit.inference.film_run import detect_film
from tfodkit.inference.options import DetectOptions, Output
from tfodkit.inference.picture_run import DetectionRun, detect

__all__ = ["DetectOptions", "DetectionRun", "Detector", "Output", "PictureResult", "detect", "detect_film", "draw"]
