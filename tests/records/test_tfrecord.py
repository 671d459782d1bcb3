"""The framing is TensorFlow's; every damaged byte is found."""

import io
from pathlib import Path

import google_crc32c
import pytest
from hypothesis import given, settings, strategies as st

from tfodkit.errors import RecordError
from tfodkit.records import tfrecord
from tfodkit.records.tfrecord import RecordWriter, read_place, read_tfrecord, record_places

# Golden: written by TensorFlow 2.20's tf.io.TFRecordWriter for these two records.
RECORDS = [b"mug", b""]
FRAMED = bytes.fromhex("0300000000000000b099490e6d7567c410e9b7000000000000000029039807d8ea82a2")


def frame(records):
    file = io.BytesIO()
    writer = RecordWriter(file)
    for record in records:
        writer.write(record)
    assert writer.bytes == len(file.getvalue())
    assert writer.crc32c == f"{google_crc32c.value(file.getvalue()):08x}"
    return file.getvalue()


def test_bytes_are_tensorflows():
    assert frame(RECORDS) == FRAMED


@pytest.mark.tensorflow
def test_tensorflow_writes_the_same_bytes(tmp_path):
    import tensorflow as tf

    records = [*RECORDS, bytes(range(256)) * 300]
    with tf.io.TFRecordWriter(str(tmp_path / "theirs")) as writer:
        for record in records:
            writer.write(record)
    assert (tmp_path / "theirs").read_bytes() == frame(records)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=100), max_size=5))
def test_records_read_back(tmp_path_factory, records):
    path = tmp_path_factory.getbasetemp() / "round_trip.record"
    path.write_bytes(frame(records))
    assert list(read_tfrecord(path)) == records


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_a_record_in_parts_is_the_record(parts):
    file = io.BytesIO()
    RecordWriter(file).write(*parts)
    assert file.getvalue() == frame([b"".join(parts)])


def test_the_checksum_of_a_file_is_that_of_its_content(tmp_path, monkeypatch):
    monkeypatch.setattr(tfrecord, "BLOCK_BYTES", 4)
    (tmp_path / "a").write_bytes(b"123456789")
    assert tfrecord.file_crc32c(tmp_path / "a") == "e3069283"  # RFC 3720's polynomial, the usual check value


def test_every_flipped_byte_is_found_and_every_cut_but_between_records(tmp_path):
    path, whole = tmp_path / "x.record", frame([b"mug", b"bagel"])
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        with pytest.raises(RecordError, match=f"record {1 if place < 19 else 2}: the (checksum|file ends)"):
            list(read_tfrecord(path))
        path.write_bytes(whole[:place])
        if place not in (0, 19):
            with pytest.raises(RecordError, match=f"record {1 if place < 19 else 2}: the file ends within"):
                list(read_tfrecord(path))


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(RecordError, match=r"nix: the records can't be read: No such file"):
        list(read_tfrecord(tmp_path / "nix"))


def test_places_are_where_the_records_are(tmp_path: Path) -> None:
    path, contents = tmp_path / "a.record", [b"one", b"", b"three" * 1000]
    with path.open("wb") as file:
        writer = RecordWriter(file)
        for content in contents:
            writer.write(content)
    places = record_places(path)
    assert [length for _, length in places] == [3, 0, 5000]
    assert [read_place(path, *place) for place in places] == contents


def test_places_of_a_cut_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.record"
    with path.open("wb") as file:
        RecordWriter(file).write(b"content")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RecordError, match=r"a\.record: record 1: the file ends within its 7 bytes"):
        record_places(path)
    path.write_bytes(path.read_bytes()[:5])
    with pytest.raises(RecordError, match=r"record 1: the file ends within its length"):
        record_places(path)
