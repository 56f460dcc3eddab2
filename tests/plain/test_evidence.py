"""The archive of evidence, and the command that verifies it. Needs neither Odoo nor a database."""

import hashlib
import io
import json
import subprocess
import sys
import tempfile
import unittest
import zipfile
from datetime import datetime
from pathlib import Path

from ...services.clock import UTC
from ...services.evidence import Bundle, Entry, Event, Exchange, Story, index_page, story_json, story_page, verify
from ...services.evidence.bundle import safe_name
from ...services.evidence.page import LABELS
from ..support.places import ROOT

NOW = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
SENT = b"<rsm:CrossIndustryInvoice/>" * 50


def sha(content):
    return hashlib.sha256(content).hexdigest()


def resealed(content):
    """What a forger does at the end: a seal that fits."""
    body = content[: -verify.SEAL_LENGTH]
    return body + verify.SEAL + sha(body).encode()


class TestEvidence(unittest.TestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name, "preuves.zip")

    def bundle(self, sent=SENT, recorded=None):
        """An archive with one invoice; what it sealed, and its bytes."""
        with open(self.path, "w+b") as file:
            bundle = Bundle(file, NOW, "Claire <Comptable>")
            kept = bundle.add("depots/7/", "FAC/1.xml", "sent", sent, recorded or {"sha256": sha(SENT)})
            facts = {"company": "Atelier <Démo>", "total": "2 400,00 €", "invoice_date": "2026-07-01", "state_label": "Déposée"}
            step = Event(NOW, "", "Déposée", code="DEPOSEE", detail="à 22 h 30 <UTC>")
            change = Event(NOW, "Claire", "changed", changes=(("Chorus Pro", "", "Déposée"),))
            story = Story(
                "FAC/1", facts, (step,), (Exchange("deposit", "7", {"flow_number": "CPP1"}, (kept,), ("FAC/2",)),), (), (change,)
            )
            bundle.add_invoice(number="FAC/1")
            self.page = story_page(story, "factures/FAC-1/").decode()
            self.index = index_page([Entry(story, "factures/FAC-1/recit.html")], NOW, "Claire <Comptable>").decode()
            bundle.add("factures/FAC-1/", "recit.html", "", self.page.encode())
            bundle.add("factures/FAC-1/", "recit.json", "", story_json(story))
            bundle.add("", "index.html", "", self.index.encode())
            sealed = bundle.close()
        return sealed, self.path.read_bytes()

    def keys(self, content=None, expected=""):
        """What the command finds wrong."""
        if content is not None:
            self.path.write_bytes(content)
        return [key for key, _values in verify.verify(str(self.path), expected).faults]

    def forged(self, content, name, change):
        """The archive with another content of one member and a seal that fits."""
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
            for info in source.infolist():
                data = source.read(info)
                target.writestr(info, change(data) if info.filename == name else data)
            target.comment = source.comment
        return resealed(out.getvalue())

    def test_verified_and_the_manifest_is_the_one_noted(self):
        sealed, content = self.bundle()
        self.assertEqual(self.keys(), [])
        self.assertEqual(self.keys(expected=sealed.manifest.upper()), [])
        self.assertEqual(self.keys(expected="0" * 64), ["manifest_other"])
        self.assertEqual(sealed.archive, sha(content[: -verify.SEAL_LENGTH]))
        with zipfile.ZipFile(self.path) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(archive.read("depots/7/FAC-1.xml"), SENT)
            self.assertEqual(archive.read("verify.py"), (ROOT / "services/evidence/verify.py").read_bytes())
            self.assertEqual(archive.read("manifest.sha256").decode(), f"{sealed.manifest}  manifest.json\n")
            story = json.loads(archive.read("factures/FAC-1/recit.json"))
        self.assertEqual(story["steps"][0]["at"], "2026-07-01T22:30:00+00:00")
        self.assertEqual(story["exchanges"][0]["files"][0]["recorded"], {"sha256": sha(SENT)})

    def test_one_byte_changed_anywhere_is_seen(self):
        _sealed, content = self.bundle()
        for place in range(0, len(content), 41):
            with self.subTest(place):
                self.assertTrue(self.keys(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]))
        for place in range(len(content) - verify.SEAL_LENGTH - 22, len(content)):
            with self.subTest(place):
                self.assertTrue(self.keys(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]))
        for cut in (content[:-1], content[:100], b"", content + b" "):
            self.assertTrue(self.keys(cut))

    def test_one_byte_of_each_member_changed_under_a_new_seal_is_seen(self):
        sealed, content = self.bundle()
        with zipfile.ZipFile(self.path) as archive:
            names = archive.namelist()
        self.assertEqual(self.keys(self.forged(content, "", bytes)), [], "made anew as it was, it is the same to all purposes")
        for name in names:
            with self.subTest(name):
                faults = self.keys(self.forged(content, name, lambda data: bytes([data[0] ^ 1]) + data[1:]))
                self.assertTrue(faults, name)
                self.assertNotIn("seal_wrong", faults)
        # the manifest and its sum made anew as well: what was noted elsewhere alone tells
        made_anew = self.forged(content, "manifest.json", lambda data: data.replace(b"Claire", b"Pierre"))
        with zipfile.ZipFile(io.BytesIO(made_anew)) as archive:
            digest = sha(archive.read("manifest.json"))
        made_anew = self.forged(made_anew, "manifest.sha256", lambda _data: verify.checksum_line(digest))
        self.assertEqual(self.keys(made_anew), [])
        self.assertEqual(self.keys(expected=sealed.manifest), ["manifest_other"])

    def test_files_added_taken_out_or_twice_are_seen(self):
        _sealed, content = self.bundle()

        def with_one_more(name, data):
            out = io.BytesIO(content[: -verify.SEAL_LENGTH] + verify.SEAL.ljust(verify.SEAL_LENGTH, b"0"))
            with zipfile.ZipFile(out, "a") as archive:
                archive.writestr(name, data)
            return resealed(out.getvalue())

        self.assertEqual(self.keys(with_one_more("depots/7/plus.xml", b"<a/>")), ["added"])
        with self.assertWarns(UserWarning):
            twice = with_one_more("depots/7/FAC-1.xml", b"<another/>")
        self.assertIn("twice", self.keys(twice))
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
            for info in source.infolist():
                if not info.filename.startswith("depots/"):
                    target.writestr(info, source.read(info))
            target.comment = source.comment
        self.assertEqual(self.keys(resealed(out.getvalue())), ["gone"])

    def test_what_odoo_lost_or_altered_is_no_evidence(self):
        self.bundle(sent=b"<another/>")
        self.assertEqual(self.keys(), ["altered"])
        self.assertIn("ALTÉRÉ", self.page)
        self.assertIn("fichier perdu ou altéré", self.index)
        self.bundle(sent=None)
        self.assertEqual(self.keys(), ["lost"])
        self.assertIn("PERDU", self.page)
        self.bundle(recorded={"sha1": "0" * 40})
        self.assertEqual(self.keys(), ["altered"])

    def test_what_its_maker_may_not_read_is_named(self):
        with open(self.path, "w+b") as file:
            bundle = Bundle(file, NOW, "Claire")
            self.assertEqual(bundle.withhold("depots/7/", "lot.tar.gz", "", {"sha256": sha(SENT)}).state, "withheld")
            bundle.close()
        report = verify.verify(str(self.path))
        self.assertEqual((report.status, [key for key, _values in report.notes if key == "withheld"]), (0, ["withheld"]))

    def test_what_is_written_by_others_is_text(self):
        self.bundle()
        for page in (self.page, self.index):
            self.assertNotIn("<Démo>", page)
            self.assertIn("Atelier &lt;Démo&gt;", page)
        self.assertIn("à 22 h 30 &lt;UTC&gt;", self.page)
        self.assertIn("02/07/2026 00:30:00", self.page, "as it was in Paris")
        self.assertIn('href="../../depots/7/FAC-1.xml"', self.page)
        self.assertIn("Le même fichier portait aussi : FAC/2.", self.page)
        self.assertTrue(all(label[0].isupper() for label in LABELS.values()))

    def test_names_are_those_of_files_on_any_machine(self):
        for name, safe in (
            ("FAC/2026/00001", "FAC-2026-00001"),
            ("../../etc/passwd", "-..-etc-passwd"),
            ("C:\\a\\b.pdf", "C-a-b.pdf"),
            ("a\u202efdp.exe", "afdp.exe"),
            ("..", "sans-nom"),
            ("", "sans-nom"),
            ("é" * 150 + ".pdf", "é" * 96 + ".pdf"),
        ):
            self.assertEqual(safe_name(name), safe)
        with open(self.path, "w+b") as file:
            bundle = Bundle(file, NOW, "Claire")
            names = [bundle.add("pieces/", name, "", b"x").path for name in ("a.pdf", "A.PDF", "a.pdf", "b", "B")]
            self.assertEqual(names, ["pieces/a.pdf", "pieces/A-2.PDF", "pieces/a-3.pdf", "pieces/b", "pieces/B-2"])
            self.assertEqual(bundle.add("", "manifest.json", "", b"{}").path, "manifest-2.json")
            bundle.close()
        self.assertEqual(self.keys(), [])

    def test_the_command_needs_python_alone(self):
        sealed, content = self.bundle()
        alone = self.path.with_name("verify.py")
        with zipfile.ZipFile(self.path) as archive:
            alone.write_bytes(archive.read("verify.py"))

        def run(*words):
            # -I and -S: no package of anybody's, no variable of the environment
            command = [sys.executable, "-I", "-S", alone, self.path, *words]
            done = subprocess.run(command, capture_output=True, check=False, cwd=self.path.parent, env={"PYTHONUTF8": "1"})
            return done.returncode, done.stdout.decode(), done.stderr.decode()

        status, told, errors = run("--manifest", sealed.manifest)
        self.assertEqual((status, errors), (0, ""))
        self.assertTrue(told.endswith("VÉRIFIÉ\n"), told)
        self.assertIn(sealed.manifest, told)
        self.assertTrue(run("--english")[1].endswith("VERIFIED\n"))
        self.path.write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
        status, told, errors = run()
        self.assertEqual((status > 0, errors), (True, ""))
        self.assertIn("NON VÉRIFIÉ", told)
        self.path.write_bytes(b"no archive")
        self.assertEqual(run()[0], 2)
        sources = alone.read_text("utf-8")
        self.assertNotIn("import odoo", sources)
        self.assertNotIn("from .", sources)
