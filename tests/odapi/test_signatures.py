"""Every signature of a SavedModel finds the same in the same picture."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tfodkit.odapi.serving import load_serving_model
from tfodkit.odapi.signatures import SIGNATURES, fixed_signature

pytestmark = pytest.mark.tensorflow

HEIGHT, WIDTH = 90, 120


@pytest.fixture(scope="module")
def signatures(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    import tensorflow as tf

    folder = tmp_path_factory.mktemp("signatures")
    model = load_serving_model((tiny_run / "pipeline.config").read_text(), tiny_run / "best" / "ckpt-7")
    model.write_saved_model(folder, [fixed_signature(2, (HEIGHT, WIDTH))])
    loaded = tf.saved_model.load(str(folder))
    return loaded.signatures


@pytest.fixture(scope="module")
def images() -> NDArray[np.uint8]:
    return np.random.default_rng(5).integers(0, 256, (2, HEIGHT, WIDTH, 3), np.uint8)


def as_file(image: NDArray[np.uint8], kind: str = "png") -> bytes:
    target = BytesIO()
    Image.fromarray(image).save(target, kind)
    return target.getvalue()


def as_example(image: NDArray[np.uint8]) -> bytes:
    import tensorflow as tf

    encoded = tf.train.Feature(bytes_list=tf.train.BytesList(value=[as_file(image)]))
    return tf.train.Example(features=tf.train.Features(feature={"image/encoded": encoded})).SerializeToString()


def arguments(name: str, images: NDArray[np.uint8]) -> Any:
    if name == "float":
        return images.astype(np.float32)
    if name in {"encoded", "tf_example"}:
        return [(as_file if name == "encoded" else as_example)(image) for image in images]
    return images


@pytest.mark.parametrize("name", ["float", "encoded", "tf_example", "fixed"])
def test_a_signature_finds_what_serving_default_finds(name: str, signatures: Any, images: NDArray[np.uint8]) -> None:
    import tensorflow as tf

    expected = signatures["serving_default"](input_tensor=tf.constant(images))
    found = signatures[name](input_tensor=tf.constant(arguments(name, images)))
    assert found.keys() == expected.keys()
    assert expected["detection_scores"].numpy().std() > 0.01, "the tiny detector's scores say nothing"
    for key, tensor in expected.items():
        np.testing.assert_allclose(found[key].numpy(), tensor.numpy(), atol=1e-5, err_msg=key)


def test_the_table_tells_type_and_shape_of_each(signatures: Any) -> None:
    table = {one.name: one for one in (*SIGNATURES, fixed_signature(2, (HEIGHT, WIDTH)))}
    assert set(signatures) == set(table)
    for name, one in table.items():
        spec = signatures[name].structured_input_signature[1]["input_tensor"]
        assert (spec.dtype.name, tuple(spec.shape.as_list())) == (one.dtype, one.shape)


def test_encoded_files_of_several_sizes_and_kinds_make_one_batch(signatures: Any, images: NDArray[np.uint8]) -> None:
    import tensorflow as tf

    grey = as_file(images[0, :50, :40, 0], "jpeg")
    both = signatures["encoded"](input_tensor=tf.constant([as_file(images[1]), grey]))
    for index, alone in enumerate((as_file(images[1]), grey)):
        single = signatures["encoded"](input_tensor=tf.constant([alone]))
        np.testing.assert_allclose(
            both["detection_scores"][index].numpy(), single["detection_scores"][0].numpy(), atol=1e-5
        )


def test_a_fixed_signature_takes_no_other_size(signatures: Any, images: NDArray[np.uint8]) -> None:
    import tensorflow as tf

    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
        signatures["fixed"](input_tensor=tf.constant(images[:1]))
