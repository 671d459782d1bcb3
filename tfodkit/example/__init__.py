"""The built-in example: pictures of a café tray, drawn by the program, labelled as labelImg labels."""

from tfodkit.example.drawing import draw_example
from tfodkit.example.scene import CLASSES

__all__ = ["CLASSES", "draw_example"]
