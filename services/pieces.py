"""Base64 of large files, a piece at a time: what is encoded at once is in memory a second time, a third larger."""

from __future__ import annotations

import base64
from collections.abc import Iterator

#: Bytes encoded at a time: a multiple of three, so that the pieces make one base64 together.
SIZE = 3 * 64 * 1024


def encoded(content: bytes) -> Iterator[bytes]:
    """The base64 of a file, in pieces."""
    view = memoryview(content)
    for start in range(0, len(view), SIZE):
        yield base64.b64encode(view[start : start + SIZE])


def encoded_length(content: bytes) -> int:
    """Characters of the base64 of a file."""
    return (len(content) + 2) // 3 * 4
