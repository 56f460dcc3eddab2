"""Whether a file is what its name says."""

import pytest

from ...services.document.attachments import is_what_it_says
from ...services.document.invoice import Attachment
from ...services.rules.files import EXTENSIONS

ZIP, OFFICE, PDF, PROGRAM = b"PK\x03\x04..", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..", b"%PDF-1.7\n..", b"MZ\x90\x00\x03"
#: What programs really write, by extension.
GENUINE = {
    "pdf": [PDF, b"\xef\xbb\xbf%PDF-1.4", b"@PJL COMMENT printed\r\n%PDF-1.5"],
    "png": [b"\x89PNG\r\n\x1a\n...."],
    "gif": [b"GIF87a..", b"GIF89a.."],
    "jpg": [b"\xff\xd8\xff\xe0..JFIF", b"\xff\xd8\xff\xe1..Exif"],
    "jpeg": [b"\xff\xd8\xff\xdb.."],
    "bmp": [b"BM6\x00"],
    "tif": [b"II*\x00..", b"MM\x00*.."],
    "tiff": [b"MM\x00+.."],
    "zip": [ZIP, b"PK\x05\x06" + bytes(18)],
    "docx": [ZIP],
    "xlsx": [ZIP],
    "pptx": [ZIP],
    "odt": [ZIP],
    "ods": [ZIP],
    "odp": [ZIP],
    "doc": [OFFICE, b"{\\rtf1\\ansi"],
    "xls": [OFFICE, b"\x09\x08\x10\x00"],
    "xlc": [OFFICE],
    "xlm": [OFFICE],
    "ppt": [OFFICE],
    "pps": [OFFICE],
    "rtf": [b"{\\rtf1"],
    "gz": [b"\x1f\x8b\x08.."],
    "gzip": [b"\x1f\x8b\x08.."],
    "tgz": [b"\x1f\x8b\x08.."],
    "bz2": [b"BZh91AY"],
    "p7s": [b"\x30\x82\x01", b"-----BEGIN PKCS7-----"],
    "txt": [b"Bonjour", "Métré".encode("cp1252"), "Métré".encode("utf-16"), b"\r\n"],
    "csv": [b"a;b\n1;2", "\ufeffa;b".encode()],
    "xml": [b"<?xml version='1.0'?><a/>", b"\xef\xbb\xbf<a/>", b"\n <a/>"],
    "xhtml": [b"<!DOCTYPE html><html/>"],
    "html": [b"<html>"],
    "htm": [b"<!-- saved --><html>"],
    "svg": [b"<svg xmlns='x'/>"],
    "fax": [b"anything"],
}


def told(extension, content):
    return is_what_it_says(Attachment(f"plan.{extension}", content))


def test_every_kind_is_known():
    assert set(GENUINE) == EXTENSIONS


@pytest.mark.parametrize("extension", sorted(GENUINE))
def test_genuine_files(extension):
    for content in GENUINE[extension]:
        assert told(extension, content), content
        assert told(extension.upper(), content), content


@pytest.mark.parametrize("extension", sorted(set(GENUINE) - {"fax"}))
def test_a_program_renamed(extension):
    assert not told(extension, PROGRAM)


@pytest.mark.parametrize(
    ("extension", "content"),
    [
        ("pdf", ZIP), ("pdf", OFFICE), ("pdf", b"<html>the page of an error</html>"), ("pdf", b" " * 2000 + PDF),
        ("png", b"\xff\xd8\xff"),
        ("jpg", b"\x89PNG\r\n\x1a\n"), ("docx", OFFICE), ("xlsx", b"a;b"), ("xls", ZIP), ("xls", b"<html><table>"), ("doc", PDF),
        ("xml", b"a;b"), ("xml", PDF), ("txt", PDF), ("csv", ZIP + bytes(4)), ("zip", b"\x1f\x8b"), ("html", b"plain"),
    ],
)  # fmt: skip
def test_renamed_files(extension, content):
    assert not told(extension, content)
