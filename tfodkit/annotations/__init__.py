"""One image's truth: the values, and the readers and writers of every format."""

from tfodkit.annotations.drafts import ImageDraft, ObjectDraft, Reading
from tfodkit.annotations.keypoints import Keypoint
from tfodkit.annotations.values import ImageAnnotation, ObjectAnnotation
from tfodkit.annotations.voc_reader import read_voc
from tfodkit.annotations.voc_writer import to_voc_xml, write_voc_xml

__all__ = [
    "ImageAnnotation",
    "ImageDraft",
    "Keypoint",
    "ObjectAnnotation",
    "ObjectDraft",
    "Reading",
    "read_voc",
    "to_voc_xml",
    "write_voc_xml",
]
