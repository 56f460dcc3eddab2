"""Several invoices in one flow. Needs neither Odoo nor a database."""

import io
import tarfile
import unittest

from ...services.document import archive


class TestArchive(unittest.TestCase):
    def test_read_back(self):
        files = [("a.xml", b"<a/>"), ("b.xml", b"<b/>" * 1000)]
        packed = archive.pack(files)
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as opened:
            self.assertEqual([(entry.name, opened.extractfile(entry).read()) for entry in opened], files)
        self.assertEqual(packed, archive.pack(files), "equal files give equal bytes")

    def test_same_name_twice(self):
        with self.assertRaises(ValueError):
            archive.pack([("a.xml", b"1"), ("a.xml", b"2")])

    def test_split(self):
        for sizes, expected in (
            ([], []),
            ([1], [1]),
            ([1] * (archive.MAX_FILES * 2 + 1), [archive.MAX_FILES, archive.MAX_FILES, 1]),
            ([archive.MAX_BYTES, 1, archive.MAX_BYTES + 5, 1], [1, 1, 1, 1]),
            ([archive.MAX_BYTES // 2] * 5, [2, 2, 1]),
        ):
            parts = [sizes[part] for part in archive.split(sizes)]
            self.assertEqual([len(part) for part in parts], expected)
            self.assertEqual([size for part in parts for size in part], sizes)
