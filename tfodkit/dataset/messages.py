"""Protocol buffer messages that are described here, in a descriptor pool of their own.

TensorFlow and the Object Detection API own the names of theirs in the default pool; what is described again elsewhere
collides with nothing when they are loaded, and needs neither. The bytes and the text on the wire are the same.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format


@cache
def message_class(schema: str, name: str) -> Any:
    """The class of the message ``name`` (with its package) out of a ``FileDescriptorProto`` in text format."""
    pool = descriptor_pool.DescriptorPool()
    pool.Add(text_format.Parse(schema, descriptor_pb2.FileDescriptorProto()))
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))
