"""One image's truth: the values, and the files that hold them."""

from tfodkit.annotations.values import ImageAnnotation, LeftOut, ObjectAnnotation, Reading
from tfodkit.annotations.voc_reader import read_voc_xml
from tfodkit.annotations.voc_writer import to_voc_xml, write_voc_xml

__all__ = [
    "ImageAnnotation",
    "LeftOut",
    "ObjectAnnotation",
    "Reading",
    "read_voc_xml",
    "to_voc_xml",
    "write_voc_xml",
]
