"""The features of a ``tf.train.Example``, each taken out when it is asked for: pictures are not copied unasked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, TypeAlias

from google.protobuf.message import DecodeError

from tfodkit.errors import RecordError
from tfodkit.records.example import example_class

Kind: TypeAlias = Literal["bytes_list", "float_list", "int64_list"]

_KIND_NAMES = {"bytes_list": "bytes", "float_list": "floats", "int64_list": "integers"}


class KindError(Exception):
    """A feature that holds another kind of values than is asked for, or not as many; the text says so."""


class Features:
    """The features of one serialized example by name. A feature without a kind counts as absent, as in TensorFlow."""

    __slots__ = ("_features",)

    def __init__(self, record: bytes) -> None:
        """Parse ``record``; ``DecodeError`` where it is no example."""
        self._features: dict[str, tuple[Kind, Any]] = {
            name: (kind, feature)
            for name, feature in example_class().FromString(record).features.feature.items()
            if (kind := feature.WhichOneof("kind"))
        }

    @classmethod
    def of(cls, record: bytes, *, where: str) -> Features:
        """As the constructor; :class:`RecordError`, naming ``where``, for what is no example."""
        try:
            return cls(record)
        except DecodeError as error:
            remedy = "Pass records that hold serialized examples, one for each image."
            raise RecordError(where, "the record is not a tf.train.Example", remedy) from error

    def __contains__(self, name: str) -> bool:
        return name in self._features

    def kinds(self) -> Iterator[tuple[str, Kind]]:
        """The name and the kind of each feature."""
        return ((name, kind) for name, (kind, _) in self._features.items())

    def kind(self, name: str) -> Kind | None:
        """None where the feature is absent."""
        return self._features[name][0] if name in self._features else None

    def texts(self, name: str) -> Sequence[bytes]:
        """The byte strings of a feature, none where it is absent; :class:`KindError` where it holds others."""
        return self._values(name, "bytes_list")

    def floats(self, name: str) -> Sequence[float]:
        """As :meth:`texts`, for floats: 32 bits each, as Python's own."""
        return self._values(name, "float_list")

    def ints(self, name: str) -> Sequence[int]:
        """As :meth:`texts`, for integers."""
        return self._values(name, "int64_list")

    def count(self, name: str, kind: Kind) -> int:
        """How many values a feature holds."""
        return len(self._values(name, kind))

    def text(self, name: str) -> bytes | None:
        """The one byte string of a feature, None where it is absent; :class:`KindError` for any other count."""
        return _one(self.texts(name), name) if name in self else None

    def int(self, name: str) -> int | None:
        """As :meth:`text`, for an integer."""
        return _one(self.ints(name), name) if name in self else None

    def _values(self, name: str, kind: Kind) -> Sequence[Any]:
        if name not in self._features:
            return ()
        found, feature = self._features[name]
        if found != kind:
            raise KindError(f"{name} must hold {_KIND_NAMES[kind]}, but holds {_KIND_NAMES[found]}")
        values: Sequence[Any] = getattr(feature, kind).value
        return values


def _one(values: Sequence[Any], name: str) -> Any:
    if len(values) != 1:
        raise KindError(f"{name} must hold one value, but holds {len(values)}")
    return values[0]
