#!/usr/bin/env python3
"""Verify an archive of evidence of invoices sent to Chorus Pro: ``python3 verify.py archive.zip``.

This file needs Python 3.8 or later and nothing else: neither Odoo nor the add-on that made the archive. It reads, writes
nothing, and opens no connection. Exit status: 0 verified, 1 not verified, 2 the archive cannot be read at all.

What is verified, and what each part proves:

* the *seal*, the archive's comment, is the SHA-256 of every byte before it: no byte of the file was changed by accident, nor by
  somebody who did not make the seal anew;
* the *manifest* lists every file with its size and SHA-256: none was changed, added or taken out;
* what the database had recorded of a file when it was sent (``recorded``) is still true of the bytes that were kept.

A manifest bears no signature: whoever makes all of it anew passes these checks. So the SHA-256 of the manifest was written on
each invoice, in Odoo, when the archive was made. Give it as ``--manifest`` to know that this archive is that one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zipfile

MANIFEST = "manifest.json"
MANIFEST_SUM = "manifest.sha256"
FORMAT = "l10n_fr_chorus_pro.evidence/1"
#: What the archive's comment begins with; the SHA-256 of all bytes before the comment follows.
SEAL = b"SHA-256 "
SEAL_LENGTH = len(SEAL) + 64
CHUNK = 1 << 20
#: A manifest of many thousand files has a few megabytes; what is larger was not made by the add-on.
MANIFEST_AT_MOST = 64 << 20

TEXTS = {
    "sealed": ("Seal: no byte of the archive was changed since it was made.",
               "Sceau : aucun octet de l'archive n'a changé depuis qu'elle a été faite."),
    "seal_missing": ("Seal missing: the archive was made anew, or cut short.",
                     "Sceau absent : l'archive a été refaite, ou tronquée."),
    "seal_wrong": ("Seal broken: the bytes of the archive were changed.", "Sceau rompu : des octets de l'archive ont changé."),
    "unreadable": ("The archive cannot be read: {0}.", "L'archive est illisible : {0}."),
    "no_manifest": ("There is no manifest in it.", "Il n'y a pas de manifeste."),
    "manifest_sum": ("The manifest was changed: its SHA-256 is not the one in {0}.",
                     "Le manifeste a été modifié : son SHA-256 n'est pas celui de {0}."),
    "manifest_form": ("The manifest cannot be understood: {0}.", "Le manifeste est incompréhensible : {0}."),
    "manifest_other": ("The SHA-256 of the manifest is not the one expected: another archive, or one made anew.",
                       "Le SHA-256 du manifeste n'est pas celui attendu : une autre archive, ou une archive refaite."),
    "twice": ("{0}: twice in the archive.", "{0} : deux fois dans l'archive."),
    "added": ("{0}: in the archive, not in the manifest.", "{0} : dans l'archive, absent du manifeste."),
    "gone": ("{0}: in the manifest, not in the archive.", "{0} : dans le manifeste, absent de l'archive."),
    "changed": ("{0}: changed, it is not the file of the manifest.", "{0} : modifié, ce n'est pas le fichier du manifeste."),
    "broken": ("{0}: cannot be read ({1}).", "{0} : illisible ({1})."),
    "altered": ("{0}: the bytes kept in Odoo were no longer those recorded when it was sent.",
                "{0} : les octets conservés dans Odoo n'étaient plus ceux enregistrés à l'envoi."),
    "lost": ("{0}: recorded when it was sent, lost in Odoo when the archive was made.",
             "{0} : enregistré à l'envoi, perdu dans Odoo quand l'archive a été faite."),
    "withheld": ("{0}: left out, it holds invoices that whoever made the archive may not read.",
                 "{0} : laissé de côté, il contient des factures que l'auteur de l'archive n'a pas le droit de lire."),
    "counts": ("{0} files of {1} invoices, made on {2} by {3}.", "{0} fichiers de {1} factures, établi le {2} par {3}."),
    "hash": ("SHA-256 of the manifest: {0}", "SHA-256 du manifeste : {0}"),
    "expected": ("It is the one expected.", "C'est celui attendu."),
    "compare": ("Compare it with the one written on the invoice in Odoo (or give it as --manifest): without that, a whole archive"
                " made anew is not seen.",
                "Comparez-le à celui noté sur la facture dans Odoo (ou donnez-le par --manifest) : sans cela, une archive"
                " entièrement refaite ne se voit pas."),
    "verified": ("VERIFIED", "VÉRIFIÉ"),
    "failed": ("NOT VERIFIED: {0} fault(s).", "NON VÉRIFIÉ : {0} défaut(s)."),
}  # fmt: skip


class Report:
    """What is said of an archive: ``faults`` make it fail, ``notes`` do not. Both hold a key of ``TEXTS`` and its values."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, tuple[str, ...]]] = []
        self.notes: list[tuple[str, tuple[str, ...]]] = []
        self.unreadable = False

    def fault(self, key: str, *values: object) -> None:
        """Something is wrong."""
        self.faults.append((key, tuple(map(str, values))))

    def note(self, key: str, *values: object) -> None:
        """Something to know."""
        self.notes.append((key, tuple(map(str, values))))

    @property
    def status(self) -> int:
        """The exit status."""
        return 2 if self.unreadable else int(bool(self.faults))


def verify(path: str, expected: str = "") -> Report:
    """Verify an archive; never raises for what is in it.

    :param path: of the archive. :param expected: the SHA-256 that its manifest must have, in hexadecimal; ``""`` for any.
    """
    report = Report()
    try:
        _verify_seal(path, report)
        with zipfile.ZipFile(path) as archive:
            _verify_members(archive, expected.strip().lower(), report)
    # whatever a damaged or forged archive makes the library raise, it is not verified
    except Exception as error:  # noqa: BLE001
        report.unreadable = True
        report.fault("unreadable", f"{type(error).__name__}: {error}")
    return report


def _verify_seal(path: str, report: Report) -> None:
    digest = hashlib.sha256()
    tail = b""
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            # the last bytes are the seal itself
            tail += chunk
            digest.update(tail[:-SEAL_LENGTH])
            tail = tail[-SEAL_LENGTH:]
    if not tail.startswith(SEAL):
        report.fault("seal_missing")
    elif tail[len(SEAL) :] != digest.hexdigest().encode():
        report.fault("seal_wrong")
    else:
        report.note("sealed")


def _verify_members(archive: zipfile.ZipFile, expected: str, report: Report) -> None:
    names = [info.filename for info in archive.infolist()]
    for name in sorted({name for name in names if names.count(name) > 1} if len(names) != len(set(names)) else ()):
        report.fault("twice", name)
    if MANIFEST not in names:
        report.fault("no_manifest")
        return
    if archive.getinfo(MANIFEST).file_size > MANIFEST_AT_MOST:
        report.fault("manifest_form", "size")
        return
    text = archive.read(MANIFEST)
    found = hashlib.sha256(text).hexdigest()
    if MANIFEST_SUM not in names or archive.read(MANIFEST_SUM) != checksum_line(found):
        report.fault("manifest_sum", MANIFEST_SUM)
    try:
        manifest = json.loads(text)
        if manifest["format"] != FORMAT:
            raise ValueError(manifest["format"])
        files = {entry["path"]: entry for entry in manifest["files"]}
        lost, withheld = list(manifest["lost"]), list(manifest["withheld"])
        counts = len(files), len(manifest["invoices"]), manifest["made_at"], manifest["made_by"]
    except (ValueError, KeyError, TypeError) as error:
        report.fault("manifest_form", f"{type(error).__name__} {error}")
        return
    report.note("counts", *counts)
    there = set(names) - {MANIFEST, MANIFEST_SUM}
    for name in sorted(there - files.keys()):
        report.fault("added", name)
    for name, entry in files.items():
        if name in there:
            _verify_file(archive, name, entry, report)
        else:
            report.fault("gone", name)
    for entry in lost:
        report.fault("lost", entry["path"])
    for entry in withheld:
        report.note("withheld", entry["path"])
    report.note("hash", found)
    if expected and expected != found:
        report.fault("manifest_other")
    report.note("expected" if expected and expected == found else "compare")


def _verify_file(archive: zipfile.ZipFile, name: str, entry: dict, report: Report) -> None:
    recorded = {kind: value.lower() for kind, value in (entry.get("recorded") or {}).items() if value}
    # what was recorded by other means than SHA-256 (Odoo's own checksum is SHA-1) tells of accidents, not of forgery
    digests = {"sha256": hashlib.sha256(), **{kind: hashlib.new(kind) for kind in recorded}}
    left = entry["size"]
    try:
        with archive.open(name) as file:
            while left >= 0 and (chunk := file.read(CHUNK)):
                # no more than the manifest says is unpacked
                left -= len(chunk)
                for digest in digests.values():
                    digest.update(chunk)
    except Exception as error:  # noqa: BLE001 - see verify()
        report.fault("broken", name, type(error).__name__)
        return
    if left or digests["sha256"].hexdigest() != entry["sha256"]:
        report.fault("changed", name)
    elif any(digests[kind].hexdigest() != value for kind, value in recorded.items()):
        report.fault("altered", name)


def checksum_line(digest: str) -> bytes:
    """The whole content of ``manifest.sha256``, which ``sha256sum --check`` reads too."""
    return f"{digest}  {MANIFEST}\n".encode()


def main(words: list[str] | None = None) -> int:
    """Print what is found, in French or with ``--english``; the exit status."""
    parser = argparse.ArgumentParser(
        prog="verify.py", description=__doc__.split("\n\n", 1)[0], epilog="0: verified; 1: not verified; 2: unreadable."
    )
    parser.add_argument("archive", help="the ZIP file")
    parser.add_argument(
        "--manifest", default="", metavar="SHA-256", help="the SHA-256 of the manifest noted on the invoice in Odoo"
    )
    parser.add_argument("--english", action="store_true", help="in English")
    options = parser.parse_args(words)
    report = verify(options.archive, options.manifest)
    language = 0 if options.english else 1
    lines = [f"  {TEXTS[key][language].format(*values)}" for key, values in report.notes]
    lines += [f"! {TEXTS[key][language].format(*values)}" for key, values in report.faults]
    verdict = TEXTS["failed"][language].format(len(report.faults)) if report.faults else TEXTS["verified"][language]
    # a console that knows no accents is no reason to fail
    sys.stdout.reconfigure(errors="replace")
    sys.stdout.write("\n".join((*lines, verdict, "")))
    return report.status


if __name__ == "__main__":
    sys.exit(main())
