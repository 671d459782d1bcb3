"""What we write, TensorFlow and the Object Detection API read: every field of every image."""

import pytest
from builders import cafe_folder, label_image, make_image_annotation, make_object, shared_data

from tfodkit.annotations.coco_writer import write_coco
from tfodkit.annotations.keypoints import Keypoint
from tfodkit.annotations.mask_pixels import from_bitmap, to_bitmap
from tfodkit.annotations.masks import PolygonMask
from tfodkit.records import make_records

pytestmark = pytest.mark.tensorflow


def decoded(folder, manifest, **options):
    """Each image's tensors as the trainer gets them, by file name."""
    from tfodkit.odapi.install import install

    install()
    import tensorflow as tf
    from object_detection.data_decoders.tf_example_decoder import TfExampleDecoder

    decoder = TfExampleDecoder(label_map_proto_file=str(folder / "label_map.pbtxt"), **options)
    paths = [str(folder / file.name) for file in manifest.files]
    dataset = tf.data.TFRecordDataset(paths).map(decoder.decode)
    return {tensors["filename"].decode(): tensors for tensors in dataset.as_numpy_iterator()}


def test_the_decoder_gives_back_what_was_labelled(tmp_path):
    import numpy as np

    images = cafe_folder(tmp_path / "in")
    first = make_object("crêpe", 4, 6, 20, 24, difficult=True)
    label_image(images / "tray é.png", first, make_object("mug", 0, 0, 40, 30))
    label_image(images / "tray_x.png", make_object("crêpe"))
    tensors = decoded(tmp_path / "out", make_records(images, tmp_path / "out"))
    assert len(tensors) == 14
    found = tensors["tray é.png"]
    np.testing.assert_allclose(
        found["groundtruth_boxes"], [[6 / 30, 4 / 40, 24 / 30, 20 / 40], [0, 0, 1, 1]], rtol=1e-6
    )
    assert found["groundtruth_classes"].tolist() == [2, 3]
    assert found["groundtruth_difficult"].tolist() == [True, False]
    assert found["groundtruth_is_crowd"].tolist() == found["groundtruth_group_of"].tolist() == [False, False]
    assert found["groundtruth_area"].tolist() == [16 * 18, 1200]
    assert found["groundtruth_weights"].tolist() == [1, 1]
    assert found["image"].shape == (30, 40, 3)
    assert found["original_image_spatial_shape"].tolist() == [30, 40]
    assert found["source_id"] == "tray é.png".encode()
    assert tensors["tray_11.jpg"]["groundtruth_boxes"].shape == (0, 4)


def test_the_decoder_gives_back_masks_keypoints_and_crowds(tmp_path):
    """Of every image, also of those where no object has any, so that a batch of them can be made."""
    import numpy as np

    images = cafe_folder(tmp_path / "in")
    names = ("left", "right", "tip")
    runs = from_bitmap(np.random.default_rng(3).random((30, 40)) < 0.1)
    points = tuple(Keypoint(name, x, 3 * x, seen) for name, x, seen in zip(names, (2, 4, 0), (2, 1, 0), strict=True))
    masked = make_object("mug", mask=PolygonMask([(4, 6, 20, 6, 20, 24.5)]), keypoints=points)
    objects = (masked, make_object("mug", 1, 2, 9, 9), make_object("mug", 0, 0, 40, 30, mask=runs, is_crowd=True))
    annotations = [
        make_image_annotation(path, objects=objects if path.stem == "tray_03" else (make_object("mug"),) * count)
        for count, path in enumerate(sorted(images.glob("*.jpg")))
    ]
    write_coco(annotations, tmp_path / "coco.json")
    manifest = make_records(images, tmp_path / "out", annotations=tmp_path / "coco.json")
    options = {"load_instance_masks": True, "instance_mask_type": 2, "num_keypoints": len(names)}  # 2: PNG_MASKS
    tensors = decoded(tmp_path / "out", manifest, **options)
    found = tensors["tray_03.jpg"]
    bitmaps = [to_bitmap(each.mask, width=40, height=30) if each.mask else np.zeros((30, 40)) for each in objects]
    assert np.array_equal(found["groundtruth_instance_masks"], np.stack(bitmaps))
    assert found["groundtruth_instance_mask_weights"].tolist() == [1, 0, 1]
    assert found["groundtruth_area"].tolist() == [bitmaps[0].sum(), 56, bitmaps[2].sum()]
    assert found["groundtruth_is_crowd"].tolist() == [False, False, True]
    yx = [[6 / 30, 2 / 40], [12 / 30, 4 / 40], [np.nan, np.nan]]
    np.testing.assert_allclose(found["groundtruth_keypoints"], [yx, np.full((3, 2), np.nan), np.full((3, 2), np.nan)])
    assert found["groundtruth_keypoint_visibilities"].tolist() == [[True, True, False], [False] * 3, [False] * 3]
    assert len(tensors) == 12
    for tensor in tensors.values():
        count = len(tensor["groundtruth_boxes"])
        assert tensor["groundtruth_instance_masks"].shape == (count, 30, 40)
        assert tensor["groundtruth_instance_mask_weights"].shape == (count,)
        assert tensor["groundtruth_keypoints"].shape == (count, len(names), 2)


@pytest.mark.parametrize(
    ("name", "images", "annotations", "expected"),
    [
        ("raccoon", "images", "annotations", {1: 217}),
        ("bccd", "JPEGImages", "Annotations", {1: 361, 2: 4153, 3: 372}),
    ],
)
def test_real_data_is_decoded_in_full(tmp_path, name, images, annotations, expected):
    import numpy as np
    from PIL import Image

    data = shared_data(name)
    manifest = make_records(data / images, tmp_path / "out", annotations=data / annotations)
    tensors = decoded(tmp_path / "out", manifest)
    assert sorted(tensors) == sorted(path.name for path in (data / images).iterdir())
    ids, counts = np.unique(
        np.concatenate([item["groundtruth_classes"] for item in tensors.values()]), return_counts=True
    )
    assert dict(zip(ids.tolist(), counts.tolist(), strict=True)) == expected
    for filename, item in tensors.items():
        with Image.open(data / images / filename) as image:
            assert item["image"].shape == (image.height, image.width, 3)
        ymin, xmin, ymax, xmax = item["groundtruth_boxes"].T
        assert np.all((ymin >= 0) & (ymin < ymax) & (ymax <= 1) & (xmin >= 0) & (xmin < xmax) & (xmax <= 1))


def test_boxes_are_those_of_create_pascal_tf_record(tmp_path):
    """The OD API's own converter for labelImg's XML gives the same numbers, to the bit."""
    from lxml import etree

    from tfodkit.odapi.install import install

    install()
    import tensorflow as tf
    from object_detection.utils import dataset_util

    from tfodkit.records import read_tfrecord
    from tfodkit.records.example import parse_example

    data = shared_data("raccoon")
    manifest = make_records(data / "images", tmp_path / "out", annotations=data / "annotations")
    for file in manifest.files:
        for record in read_tfrecord(tmp_path / "out" / file.name):
            ours = parse_example(record, where=file.name)
            xml = etree.parse(data / "annotations" / ours["image/filename"][0].decode().replace(".jpg", ".xml"))
            theirs = dataset_util.recursive_parse_xml_to_dict(xml.getroot())["annotation"]
            for side in ("xmin", "ymin", "xmax", "ymax"):
                size = float(theirs["size"]["width" if side[0] == "x" else "height"])
                values = [float(found["bndbox"][side]) / size for found in theirs["object"]]
                expected = tf.train.FloatList(value=values).value
                assert ours[f"image/object/bbox/{side}"] == list(expected)
