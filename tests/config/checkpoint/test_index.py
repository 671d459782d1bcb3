from __future__ import annotations

from pathlib import Path

import pytest
from checkpoint_builders import write_tensors

from tfodkit.config.checkpoint.index import FOOTER_BYTES, read_index, read_varint
from tfodkit.errors import CheckpointError

TENSORS = {f"FeatureExtractor/Conv2d_{number}/weights": (3, 3, number, 300) for number in range(40)} | {"step": ()}
AGAIN = "Copy or unpack all files of the checkpoint again."


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return write_tensors(tmp_path / "model.ckpt", TENSORS)


def test_names_and_shapes_over_many_blocks(prefix: Path) -> None:
    index = read_index(prefix)
    assert {name: tensor.shape for name, tensor in index.tensors.items()} == TENSORS
    assert list(index.tensors) == sorted(TENSORS)
    assert index.bytes_of("step") == b"\0" * 4


@pytest.mark.parametrize(("content", "number"), [(b"\x00", 0), (b"\x7f", 127), (b"\x80\x01", 128), (b"\xac\x02", 300)])
def test_varints(content: bytes, number: int) -> None:
    assert read_varint(content, 0) == (number, len(content))


def test_each_byte_that_is_changed_is_told(prefix: Path) -> None:
    path = prefix.with_name("model.ckpt.index")
    whole = path.read_bytes()
    table = len(whole) - FOOTER_BYTES
    for at in range(0, table - 20, 97):  # the last bytes are the padding and the block of filters, which has none
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(CheckpointError, match=r"model\.ckpt\.index: has a wrong checksum at byte \d+\. Copy or"):
            read_index(prefix)


@pytest.mark.parametrize("left", [0, 1, 47, 48, 49, 500])
def test_an_index_that_was_cut_off(prefix: Path, left: int) -> None:
    path = prefix.with_name("model.ckpt.index")
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(CheckpointError) as caught:
        read_index(prefix)
    assert str(caught.value) == f"{path}: is no index of a checkpoint, or was cut off. {AGAIN}"


def test_a_footer_that_points_nowhere(prefix: Path) -> None:
    path = prefix.with_name("model.ckpt.index")
    whole = path.read_bytes()
    path.write_bytes(whole[:-FOOTER_BYTES] + b"\0\0\xff\xff\xff\x07\x05".ljust(40, b"\0") + whole[-8:])
    with pytest.raises(CheckpointError, match=r"model\.ckpt\.index: is no index of a checkpoint\. Copy or unpack"):
        read_index(prefix)


def test_an_absent_index(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"ckpt-0\.index: can't be read: No such file or directory\. Copy"):
        read_index(tmp_path / "ckpt-0")


def test_an_absent_data_file(prefix: Path) -> None:
    prefix.with_name("model.ckpt.data-00000-of-00001").unlink()
    with pytest.raises(CheckpointError, match=r"model\.ckpt\.data-00000-of-00001: is not there\."):
        read_index(prefix)


def test_a_data_file_that_was_cut_off(prefix: Path) -> None:
    path = prefix.with_name("model.ckpt.data-00000-of-00001")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match=r"00001: has 163 bytes, but the index says 164\."):
        read_index(prefix)


@pytest.mark.tensorflow
def test_it_reads_what_tensorflow_writes(tmp_path: Path) -> None:
    import tensorflow as tf

    names = {f"block_{number}/kernel": [number % 5, 3] for number in range(400)}
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        made = [tf.compat.v1.get_variable(name, shape) for name, shape in names.items()]
        session.run(tf.compat.v1.global_variables_initializer())
        prefix = tf.compat.v1.train.Saver(made).save(session, str(tmp_path / "model.ckpt"))
    reader = tf.train.load_checkpoint(prefix)
    index = read_index(Path(prefix))
    assert {name: list(tensor.shape) for name, tensor in index.tensors.items()} == reader.get_variable_to_shape_map()
    assert index.bytes_of("block_4/kernel") == reader.get_tensor("block_4/kernel").tobytes()
