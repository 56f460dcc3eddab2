"""Several invoices in one flow: a tar.gz of their files (doc/API.md §2.0)."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterable, Iterator

#: Invoices a flow may hold; the platform recommends 500 at most (doc/API.md §5). Fewer lose less when a flow is rejected whole.
MAX_FILES = 100
#: Bytes of the files of one flow before compression: base64, JSON and the copies on the way multiply them (doc/RULES.md §10.1),
#: and a third party reads 10 MB as the limit of a file where AIFE writes 30 MB (doc/API.md §5).
MAX_BYTES = 10_000_000


def split(sizes: Iterable[int]) -> Iterator[slice]:
    """How to cut a row of files into flows, by count and size; a file larger than the limit goes alone.

    :param sizes: the size of each file, in bytes.
    :return: slices of the row, in order, none empty.
    """
    start = count = total = 0
    for size in sizes:
        if count and (count == MAX_FILES or total + size > MAX_BYTES):
            yield slice(start, start + count)
            start, count, total = start + count, 0, 0
        count, total = count + 1, total + size
    if count:
        yield slice(start, start + count)


def pack(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The files as a tar.gz; equal files give equal bytes.

    :raises ValueError: when two files have the same name, of which the platform would see one only.
    """
    buffer, names = io.BytesIO(), set()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name, content in files:
            if name in names:
                raise ValueError(f"two files named {name}")
            names.add(name)
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
