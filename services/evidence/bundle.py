"""The archive of evidence: files streamed into a ZIP, a manifest of their SHA-256, and a seal over the whole file.

What is in it and how it is checked stands in ``verify.py``, which goes into each archive and runs without anything of ours.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from . import verify

#: What packs well; the rest (archives, PDF, pictures) is stored as it is.
PACKED = (".xml", ".json", ".html", ".txt", ".csv", ".py")
LONGEST_NAME = 100
#: What Windows, which unpacks most of these, does not take in a name.
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
#: The moment that a member bears: when the archive was made stands in the manifest.
_MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class File:
    """A file of the story, in the archive or not.

    :param path: in the archive. :param name: as it was sent. :param what: what it is, a word of ``page.WHATS``.
    :param state: ``kept``, ``altered`` (kept, but no longer as recorded when it was sent), ``lost``, or ``withheld``: it holds
        invoices that whoever makes the archive may not read.
    :param recorded: what was recorded of it when it was sent: name of the digest → hexadecimal.
    """

    path: str
    name: str
    what: str
    state: str
    size: int = 0
    sha256: str = ""
    recorded: Mapping[str, str] = field(default_factory=dict)


class Sealed(NamedTuple):
    """What proves an archive; ``manifest`` is the SHA-256 that is to be noted elsewhere."""

    manifest: str
    archive: str


class Bundle:
    """Writes one archive. Files go in one at a time, so that no more than one of them is in memory.

    :param file: open for reading and writing, empty.
    :param made_at: aware. :param made_by: who makes it.
    """

    def __init__(self, file: BinaryIO, made_at: datetime, made_by: str) -> None:
        self._file = file
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self._manifest = {
            "format": verify.FORMAT,
            "made_at": made_at.isoformat(timespec="seconds"),
            "made_by": made_by,
            "invoices": [],
            "files": [],
            "lost": [],
            "withheld": [],
        }
        self._taken = {name.casefold() for name in (verify.MANIFEST, verify.MANIFEST_SUM)}

    def free_path(self, folder: str, name: str) -> str:
        """A path for a file of that name which nothing in the archive has; it is taken from now on.

        :param folder: ``""``, or ending with a slash; made of names of this function or of :func:`safe_name`.
        """
        name = safe_name(name)
        stem, dot, suffix = name.rpartition(".")
        path, count = folder + name, 1
        # names that differ in capitals alone are one file on many machines
        while path.casefold() in self._taken:
            count += 1
            path = f"{folder}{stem}-{count}{dot}{suffix}" if dot else f"{folder}{name}-{count}"
        self._taken.add(path.casefold())
        return path

    def add_invoice(self, **facts: str) -> None:
        """Name an invoice in the manifest."""
        self._manifest["invoices"].append(facts)

    def add(self, folder: str, name: str, what: str, content: bytes | None, recorded: Mapping[str, str] | None = None) -> File:
        """Put a file in, or note that it is lost.

        :param content: None where nothing of it is left. :param recorded: see :class:`File`.
        """
        recorded = {kind: value.lower() for kind, value in (recorded or {}).items() if value}
        path = self.free_path(folder, name)
        if content is None:
            self._manifest["lost"].append({"path": path, "recorded": recorded})
            return File(path, name, what, "lost", recorded=recorded)
        digest = hashlib.sha256(content).hexdigest()
        self._write(path, content)
        self._manifest["files"].append({"path": path, "size": len(content), "sha256": digest, "recorded": recorded})
        intact = all(hashlib.new(kind, content).hexdigest() == value for kind, value in recorded.items())
        return File(path, name, what, "kept" if intact else "altered", len(content), digest, recorded)

    def withhold(self, folder: str, name: str, what: str, recorded: Mapping[str, str]) -> File:
        """Note a file that whoever makes the archive may not have."""
        path = self.free_path(folder, name)
        self._manifest["withheld"].append({"path": path, "recorded": dict(recorded)})
        return File(path, name, what, "withheld", recorded=dict(recorded))

    def close(self) -> Sealed:
        """Write the command that verifies it, the manifest and the seal. The file stays open, for its reader."""
        self.add("", "verify.py", "command", Path(verify.__file__).read_bytes())
        text = json.dumps(self._manifest, ensure_ascii=False, indent=1).encode()
        digest = hashlib.sha256(text).hexdigest()
        self._write(verify.MANIFEST, text)
        self._write(verify.MANIFEST_SUM, verify.checksum_line(digest))
        # its length stands before it: a comment of that length first, then the true one
        self._zip.comment = verify.SEAL.ljust(verify.SEAL_LENGTH, b"0")
        self._zip.close()
        return Sealed(digest, self._seal())

    def _write(self, path: str, content: bytes) -> None:
        info = zipfile.ZipInfo(path, _MOMENT)
        info.external_attr = 0o644 << 16
        info.compress_type = zipfile.ZIP_DEFLATED if path.lower().endswith(PACKED) else zipfile.ZIP_STORED
        self._zip.writestr(info, content)

    def _seal(self) -> str:
        left = self._file.seek(0, 2) - verify.SEAL_LENGTH
        self._file.seek(0)
        digest = hashlib.sha256()
        while left:
            chunk = self._file.read(min(left, verify.CHUNK))
            digest.update(chunk)
            left -= len(chunk)
        self._file.seek(-verify.SEAL_LENGTH, 2)
        self._file.write(verify.SEAL + digest.hexdigest().encode())
        self._file.flush()
        return digest.hexdigest()


def safe_name(name: str) -> str:
    """A text as the name of one file or folder, on any machine: ``FAC/2026/00001`` becomes ``FAC-2026-00001``."""
    name = "".join(letter for letter in _FORBIDDEN.sub("-", name) if not unicodedata.category(letter).startswith("C"))
    name = " ".join(name.split()).strip(". ")
    if len(name) > LONGEST_NAME:
        stem, dot, suffix = name.rpartition(".")
        # an ending is kept, what only looks like one is not
        suffix = dot + suffix if dot and len(suffix) <= 8 else ""
        name = name[: LONGEST_NAME - len(suffix)] + suffix if suffix and stem else name[:LONGEST_NAME]
    return name or "sans-nom"
