"""What a reader of a request found, and where."""

from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Found(NamedTuple, Generic[T]):
    """A value and the half-open span [start, end) of the words it was read from.

    Offsets are code points of `Request.words`.
    """

    value: T
    start: int
    end: int
