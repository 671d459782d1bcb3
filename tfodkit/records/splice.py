"""An image's bytes put into its serialized example, or taken out, without a copy of them by way of protocol buffers.

Protocol buffers would copy a picture three times, which takes ten times as long as all that is left to do. In an
example's bytes the features stand sorted by name, ``image/encoded`` before all others::

    0A <length> features
       0A <length> entry
          0A 0D "image/encoded"
          12 <length> feature
             0A <length> bytes_list
                0A <length> the picture
       0A <length> the next entry …

From ``tensorflow/core/example/{example,feature}.proto`` and the protocol buffers' encoding: a tag, then a length as a
varint, then so many bytes.
"""

from __future__ import annotations

_TAG, _VALUE_TAG = b"\x0a", b"\x12"
_KEY = b"\x0a\x0dimage/encoded"
_SEVEN_BITS = 0x7F
_MORE = 0x80

_EMPTY_ENTRY = b"\x0a\x15" + _KEY + b"\x12\x04\x0a\x02\x0a\x00"
"""As it stands where the picture has no bytes."""


def spliced(example: bytes, content: bytes) -> tuple[bytes, bytes, bytes]:
    """``example``, whose ``image/encoded`` is one value of no bytes, with ``content`` for it: in three parts.

    ``example`` is serialized deterministically; the parts together are what would have come out with ``content`` in it.
    """
    _, start = _length_at(example, 1)
    if not example.startswith(_EMPTY_ENTRY, start):
        raise ValueError("an example must begin with image/encoded of no bytes, but does not")
    rest = example[start + len(_EMPTY_ENTRY) :]
    value = _TAG + _varint(len(content))
    feature = _sized(_TAG, len(value) + len(content)) + value
    entry = _KEY + _sized(_VALUE_TAG, len(feature) + len(content)) + feature
    head = _sized(_TAG, len(entry) + len(content)) + entry
    return _sized(_TAG, len(head) + len(content) + len(rest)) + head, content, rest


def unspliced(record: bytes) -> tuple[bytes, memoryview] | None:
    """The example without its picture, as :func:`spliced` takes it, and the picture; None where it stands elsewhere."""
    try:
        return _unspliced(record)
    except IndexError:  # ends within a length
        return None


def _unspliced(record: bytes) -> tuple[bytes, memoryview] | None:
    if record[:1] != _TAG:
        return None
    features, start = _length_at(record, 1)
    entry, place = _length_at(record, start + 1)
    if start + features != len(record) or not record.startswith(_KEY, place):
        return None
    end = place + entry
    place += len(_KEY)
    for tag in (_VALUE_TAG, _TAG, _TAG):
        length, after = _length_at(record, place + 1)
        if record[place : place + 1] != tag or after + length != end:
            return None
        place = after
    rest = record[end:]
    return _sized(_TAG, len(_EMPTY_ENTRY) + len(rest)) + _EMPTY_ENTRY + rest, memoryview(record)[place:end]


def _sized(tag: bytes, size: int) -> bytes:
    return tag + _varint(size)


def _varint(number: int) -> bytes:
    groups = bytearray()
    while number > _SEVEN_BITS:
        groups.append(number & _SEVEN_BITS | _MORE)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def _length_at(content: bytes, place: int) -> tuple[int, int]:
    """The varint at ``place``, and the place behind it."""
    number = shift = 0
    while content[place] & _MORE:
        number |= (content[place] & _SEVEN_BITS) << shift
        shift += 7
        place += 1
    return number | content[place] << shift, place + 1
