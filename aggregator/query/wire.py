"""What clusters tell about themselves: read as far as it is changed here, the rest passes through unread."""

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from aggregator.federation.question import UNREADABLE, NotPrometheus
from aggregator.series import CLUSTER

T = TypeVar("T")

Fields = dict[str, msgspec.Raw]
"""A JSON object whose values are not looked at."""

encode = msgspec.json.Encoder().encode


class _Envelope(msgspec.Struct, Generic[T]):
    data: T


def reader(shape: type[T]) -> Callable[[bytes], T]:
    """Reads `data` of an answer as that shape; raises NotPrometheus."""
    decoder: msgspec.json.Decoder[_Envelope[T]] = msgspec.json.Decoder(_Envelope[shape])  # type: ignore[valid-type]

    def read(body: bytes) -> T:
        try:
            return decoder.decode(body).data
        except UNREADABLE as fault:
            raise NotPrometheus(str(fault)) from None

    return read


def labelled(fields: Fields, cluster: str, name: str = "labels") -> Fields:
    """The object with `cluster` among the labels that stand in one of its fields."""
    labels = labels_in(fields, name) | {CLUSTER: cluster}
    return fields | {name: raw(dict(sorted(labels.items())))}


def labels_in(fields: Fields, name: str = "labels") -> dict[str, str]:
    return _decoded(fields[name], dict[str, str]) if name in fields else {}


def text_in(fields: Fields, name: str) -> str:
    return _decoded(fields[name], str) if name in fields else ""


def objects_in(fields: Fields, name: str) -> list[Fields]:
    return _decoded(fields[name], list[Fields]) if name in fields else []


def raw(value: object) -> msgspec.Raw:
    """A value to be put among fields."""
    return msgspec.Raw(encode(value))


def _decoded(text: msgspec.Raw, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=shape)
    except msgspec.DecodeError as fault:
        raise NotPrometheus(str(fault)) from None
