"""What a competent user writes in an hour: read, parse, ``tf.train.Example``, ``tf.io.TFRecordWriter``; no checks.

python plain_loop.py YEAR_FOLDER LABEL_MAP OUTPUT
"""

from __future__ import annotations

import os
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf


def main() -> None:
    year, label_map, output = map(Path, sys.argv[1:])
    items = re.findall(r"id: (\d+) name: '(\w+)'", label_map.read_text())
    ids = {name: int(number) for number, name in items}
    with tf.io.TFRecordWriter(str(output)) as writer:
        for path in sorted((year / "Annotations").glob("*.xml")):
            writer.write(example(path, year / "JPEGImages", ids).SerializeToString())


def example(path: Path, images: Path, ids: dict[str, int]) -> tf.train.Example:
    root = ET.parse(path).getroot()
    filename = root.findtext("filename")
    width, height = (int(root.findtext(f"size/{side}")) for side in ("width", "height"))
    objects = root.findall("object")
    names = [found.findtext("name") for found in objects]

    def side(name: str, whole: int) -> tf.train.Feature:
        return floats([float(found.findtext(f"bndbox/{name}")) / whole for found in objects])

    feature = {
        "image/height": integers([height]),
        "image/width": integers([width]),
        "image/filename": texts([filename]),
        "image/source_id": texts([filename]),
        "image/encoded": tf.train.Feature(bytes_list=tf.train.BytesList(value=[(images / filename).read_bytes()])),
        "image/format": texts(["jpeg"]),
        "image/object/bbox/xmin": side("xmin", width),
        "image/object/bbox/xmax": side("xmax", width),
        "image/object/bbox/ymin": side("ymin", height),
        "image/object/bbox/ymax": side("ymax", height),
        "image/object/class/text": texts(names),
        "image/object/class/label": integers([ids[name] for name in names]),
    }
    return tf.train.Example(features=tf.train.Features(feature=feature))


def floats(values: list[float]) -> tf.train.Feature:
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def integers(values: list[int]) -> tf.train.Feature:
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def texts(values: list[str]) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value.encode() for value in values]))


if __name__ == "__main__":
    main()
