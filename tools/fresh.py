"""The README on a Debian that has nothing yet: its two commands, then its recipe for one's own Odoo, typed line by line.

Each runs in a root file system of its own, made by debootstrap (minbase, Python and the certificates added), which only sees
this machine's network and a clean clone of the last commit. Nothing is mounted outside, and nothing stays running: all of it
lives in namespaces that end with the shell.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import demo
import odoo_env
from odoo_env import CACHE, MODULE, REPO, fail, log, run, tail
from workspace import free_port

HOME = CACHE / "fresh"
# Not the add-on's name: the two commands work whatever the folder is called.
CLONE = "chorus-pro"
SECTION = "Installing on your own Odoo"
DATABASE = "production"
ONE_FILE = "tests/odoo/exchange/test_deposit.py"
# The tests that Odoo's own runner does on the production server: it loads all, and these need what a server has not.
SERVER_TESTS = ("TestCorpus", "TestMarketAmounts", "TestWithoutFrench", "TestDeposit")
PATIENCE = 3600
#: The two commands as root and as another user, and one's own Odoo.
PARTS = ("root", "user", "own-odoo")
MARK = "--- fresh: exit status"
# How this machine reaches its registries, for pip and apt there to reach them too.
NETWORK = re.compile(r"(?i)(https?|no|all|ftp)_proxy|PIP_(INDEX_URL|EXTRA_INDEX_URL|PROXY|TRUSTED_HOST|DEFAULT_TIMEOUT)")
NETWORK_FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt")
APT_SETTINGS = ("Acquire::http", "Acquire::https", "Acquire::Check-Valid-Until")  # the last for a mirror that stands still
ODOO_CONF = """[options]
addons_path = /home/odoo/addons
data_dir = /home/odoo/data
http_interface = 127.0.0.1
publisher_warranty_url =
max_cron_threads = 1
"""


class Shell:
    """A shell in a root file system, as root until `become`; what is typed and answered goes into a log.

    :param root: the folder that becomes ``/``.
    """

    def __init__(self, root: Path) -> None:
        self.log = HOME / f"{root.name}.log"
        self._out = open(self.log, "w", encoding="utf-8", errors="replace")  # noqa: SIM115 - closed by `close`
        enter = ["unshare", "--mount", "--pid", "--fork", "--kill-child", f"--mount-proc={root}/proc", "chroot", str(root)]
        bare = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]
        bare += [f"{name}={value}" for name, value in os.environ.items() if NETWORK.fullmatch(name)]
        self._process = subprocess.Popen(
            [*enter, *bare, "bash"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def type(self, line: str, patience: float = PATIENCE) -> str:
        """Type a line and wait for its end; what it wrote.

        :raises SystemExit: when its exit status is not 0, or it does not end within ``patience`` seconds.
        """
        self._write(f"{{ {line}\n}} </dev/null; status=$?; echo; echo '{MARK}' $status\n")
        print(f"$ {line}", file=self._out, flush=True)
        watch = threading.Timer(patience, self._process.kill)
        watch.start()
        said: list[str] = []
        status = "the shell ended"
        try:
            for text in self._process.stdout or ():
                if text.startswith(MARK):
                    status = text.removeprefix(MARK).strip()
                    break
                said.append(text)
                print(text, end="", file=self._out, flush=True)
        finally:
            watch.cancel()
        if status != "0":
            fail(f"This failed ({status}):\n    {line}\n{tail(''.join(said), 30)}", f"see {self.log}")
        return "".join(said)

    def become(self, user: str) -> None:
        """Go on as another user, in its home folder."""
        self._write(f"exec su {user} -s /bin/bash\n")
        self.type(f"export HOME=/home/{user} USER={user}; cd")

    def _write(self, text: str) -> None:
        if self._process.stdin:
            self._process.stdin.write(text)
            self._process.stdin.flush()

    def close(self) -> None:
        """End the shell, and with it whatever it started."""
        self._process.kill()
        self._process.wait()
        self._out.close()


class Trial:
    """One root file system, what is done in it and how long that took.

    :param release: of Debian. :param what: short, for the names of its folder and log.
    """

    def __init__(self, release: str, what: str) -> None:
        self.name = f"{release}-{what}"
        self.root = HOME / self.name
        self.steps: list[tuple[str, float, int]] = []
        shutil.rmtree(self.root, ignore_errors=True)
        run(["cp", "-a", base(release), self.root], "The root file system could not be copied.", "check the free space")
        carry_network(self.root)
        self.empty = self.megabytes()
        self.shell = Shell(self.root)

    def megabytes(self) -> int:
        """What lies in the root file system."""
        return int(run(["du", "-smx", self.root], "du failed.", "check the file system").split()[0])

    def clone(self, home: str, user: str) -> None:
        """The last commit, where a person would have cloned it."""
        target = self.root / home.lstrip("/") / CLONE
        # Not linked to this repository, whose files another user might not read.
        command = ["git", "clone", "--quiet", "--no-hardlinks", f"file://{REPO}", target]
        run(command, "The repository could not be cloned.", "install git, and commit what is to be tried")
        self.shell.type(f"chown -R {user}: {home}/{CLONE}")

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Time what is done within, and weigh it."""
        log(f"{self.name}: {what}")
        started = time.monotonic()
        yield
        self.steps.append((what, time.monotonic() - started, self.megabytes() - self.empty))

    def type(self, line: str) -> str:
        """Type a line as a step of its own."""
        with self.step(line):
            return self.shell.type(line)

    def __enter__(self) -> Trial:
        return self

    def __exit__(self, *_error: object) -> None:
        """End what runs and delete the root file system; the log stays."""
        self.shell.close()
        shutil.rmtree(self.root)


def base(release: str) -> Path:
    """The root file system of a release as debootstrap makes it; made once."""
    target = HOME / f"base-{release}"
    if not (HOME / f"{target.name}.READY").exists():
        shutil.rmtree(target, ignore_errors=True)
        log(f"debootstrap {release}")
        # in a namespace of its own: what it mounts is gone with it, even where it is killed
        command = [
            "unshare",
            "--mount",
            "debootstrap",
            "--variant=minbase",
            "--include=python3,ca-certificates",
            release,
            target,
            odoo_env.mirror(),
        ]
        run(command, f"debootstrap could not make a {release}.", "check the network, and that this machine may chroot")
        for deb in target.glob("var/cache/apt/archives/*.deb"):
            deb.unlink()
        (HOME / f"{target.name}.READY").touch()
    return target


def carry_network(root: Path) -> None:
    """Let the programs in a root file system reach what this machine reaches: names, certificates, proxies, mirrors."""
    for name in NETWORK_FILES:
        if Path(name).exists():
            shutil.copy(name, root / name.lstrip("/"))
    settings = run(["apt-config", "dump", *APT_SETTINGS], "apt-config failed.", "check apt")
    (root / "etc/apt/apt.conf.d/99network").write_text(settings)
    (root / "dev/shm").mkdir(mode=0o1777, exist_ok=True)
    (root / "dev/shm").chmod(0o1777)


def two_commands(trial: Trial, user: str) -> None:
    """`demo --once`, `demo` until its pages answer, `test` of one file: as the README has them, with nothing prepared."""
    home = "/root" if user == "root" else f"/home/{user}"
    if user != "root":
        trial.shell.type(f"useradd --create-home {user}")
    trial.clone(home, user)
    if user != "root":
        trial.shell.become(user)
    trial.shell.type(f"cd {home}/{CLONE}")
    trial.type("python3 tools/dev.py demo --once")
    with trial.step("python3 tools/dev.py demo (until its pages answer)"):
        trial.shell.type("(python3 tools/dev.py demo >~/demo.log 2>&1; echo $? >~/demo.rc) &")
        served(trial.root / home.lstrip("/"))
        trial.shell.type("python3 tools/dev.py stop")
    trial.type(f"python3 tools/dev.py test {ONE_FILE}")


def served(home: Path) -> None:
    """Wait until the demonstration says where it is, then look at its two pages.

    :param home: where its log goes, and its exit status when it ends.
    :raises SystemExit: when it ends, or a page is not the one expected.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        said = (home / "demo.log").read_text(errors="replace") if (home / "demo.log").exists() else ""
        found = dict(re.findall(r"(?m)^(Odoo|Simulator) +(http://\S+)", said))
        if len(found) == 2:
            break
        if (home / "demo.rc").exists() or time.monotonic() > deadline:
            fail(f"The demonstration does not serve:\n{tail(said, 30)}", "see the lines above")
        time.sleep(1)
    for address, expected in ((found["Odoo"], "oe_login_form"), (found["Simulator"], "Chorus Pro")):
        with urllib.request.urlopen(address, timeout=120) as answer:
            if expected not in answer.read().decode():
                fail(f"{address} answers, but not with the page expected.", f"look for {expected} in it")
    for line in re.findall(r"LEFT OUT: .*", said):
        log(line)


def recipe_lines(readme: str) -> list[str]:
    """What the README has one type to install the add-on on one's own Odoo."""
    section = readme.partition(f"\n## {SECTION}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"(?ms)^ *```sh\n(.*?)^ *```", section)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def own_odoo(trial: Trial, home: Path) -> None:
    """The README's recipe on a server with the packages that Odoo pins for its Python, no French and nothing for tests.

    :param home: Odoo's folder.
    """
    lines = recipe_lines((REPO / "README.md").read_text("utf-8"))
    install = next((number for number, line in enumerate(lines) if " -i " in line), None)
    if install is None:
        fail(f"The README's section “{SECTION}” has no line that installs.", "see tools/fresh.py")
    with trial.step("an Odoo 19 as it stands on a server (not of the README)"):
        server(trial, home)
    trial.shell.type(f"export ADDONS=~/addons ODOO_RC=~/odoo.conf DATABASE={DATABASE}; cd ~/{CLONE}")
    for line in lines[: install + 1]:
        if line.startswith("pip "):
            refused(trial, lines[install])
        trial.type(line)
    installed = f"SELECT state FROM ir_module_module WHERE name = '{MODULE}'"  # noqa: S608 - a constant
    expect(trial, installed, "installed")
    expect(trial, "SELECT count(*) FROM res_lang WHERE active AND code LIKE 'fr%'", "0")
    copy = f"createdb -T {DATABASE} tests && cp -r ~/data/filestore/{DATABASE} ~/data/filestore/tests"
    tests = ",".join(f"/{MODULE}:{name}" for name in SERVER_TESTS)
    with trial.step(f"one invoice sent and followed, in a database without French, as {DATABASE}"):
        trial.shell.type(copy)
        deposit(trial)
    with trial.step(f"odoo --test-enable --test-tags {tests}"):
        options = f"-d tests -u {MODULE} --test-enable --test-tags {tests} --stop-after-init --http-port={free_port()}"
        report(trial.shell.type(f"odoo {options} 2>&1"))
    for line in lines[install + 1 :]:
        if line.startswith("grep "):
            kept(trial, lines[-1])
            expect(trial, installed, "installed")
        trial.type(line)
    expect(trial, installed, "uninstalled")


def refused(trial: Trial, line: str) -> None:
    """Install before the packages are there that Odoo does not bring: it must name them, and leave the database well.

    :raises SystemExit: when it says something else.
    """
    with trial.step("the same line to install, before the packages are there: refused by name"):
        said = trial.shell.type(f"{line} 2>&1 || true")
    needed = odoo_env.recipe()
    if not any(requirement in said for requirement in needed):
        fail(f"Without its packages the installation does not name any of {', '.join(needed)}.", f"see {trial.shell.log}")


def kept(trial: Trial, line: str) -> None:
    """Uninstall while an invoice is at Chorus Pro, before the line that allows it: it must say why not, and how it is allowed.

    :raises SystemExit: when it says something else.
    """
    with trial.step("the same line to uninstall, with an invoice at Chorus Pro: refused with its reason"):
        said = trial.shell.type(f"{line} 2>&1 || true")
    if "may_uninstall = True" not in said:
        fail("With an invoice at Chorus Pro, uninstalling does not say how it is allowed.", f"see {trial.shell.log}")


def server(trial: Trial, home: Path) -> None:
    """PostgreSQL, a user, a virtual environment with Odoo's pins, Odoo and its configuration file."""
    shell = trial.shell
    shell.type("apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends"
               " postgresql python3-venv >/dev/null")  # fmt: skip
    shell.type("useradd --create-home odoo && pg_ctlcluster $(pg_lsclusters -h | cut -d' ' -f1,2) start")
    shell.type("su postgres -c 'createuser --createdb odoo'")
    trial.clone("/home/odoo", "odoo")
    # some of its files are links to those of other Debian packages, of which only what is needed is there
    shutil.copytree(home, trial.root / "opt/odoo", ignore_dangling_symlinks=True)
    pins = trial.root / "home/odoo/requirements.txt"
    shutil.copy(odoo_env.PINS, pins)
    (trial.root / "home/odoo/odoo.conf").write_text(ODOO_CONF)
    shell.type("mkdir /home/odoo/addons && chown -R odoo: /home/odoo")
    shell.become("odoo")
    shell.type("python3 -m venv ~/venv && export PATH=~/venv/bin:$PATH")
    # The pip in Debian's venv builds what has no wheel with the setuptools that it fetches.
    shell.type("pip install -qq --only-binary=:all: --no-binary=docopt,vobject -r ~/requirements.txt")
    shell.type("echo /opt/odoo >$(echo ~/venv/lib/python3*/site-packages)/odoo19.pth")
    shell.type(r"""printf '#!/bin/sh\nexec python -m odoo "$@"\n' >~/venv/bin/odoo && chmod +x ~/venv/bin/odoo""")


def expect(trial: Trial, query: str, value: str) -> None:
    """Look at the production database.

    :raises SystemExit: when a query gives something else.
    """
    found = trial.shell.type(f"psql -At -d {DATABASE} -c {shlex.quote(query)}").strip()
    if found != value:
        fail(f"{query} gives {found!r} instead of {value!r}.", f"see {trial.shell.log}")


def deposit(trial: Trial) -> None:
    """The demonstration's company, and its job: one invoice sent to the simulator and followed, as a user's browser would."""
    simulator_port, odoo_port = free_port(), free_port()
    address = f"http://127.0.0.1:{simulator_port}"
    trial.shell.type(f"CHORUS_DEMO_SIMULATOR={address} odoo shell -d {DATABASE} --no-http <tools/demo_data.py 2>&1")
    simulator = f"PYTHONPATH=tools python -m simulator --control --port {simulator_port} --processing-time 5"
    trial.shell.type(f"{simulator} >~/simulator.log 2>&1 & echo $! >~/simulator.pid")
    odoo = f"odoo -d {DATABASE} --http-port={odoo_port} --max-cron-threads=0"
    trial.shell.type(f"{odoo} >~/server.log 2>&1 & echo $! >~/server.pid")
    url = f"http://127.0.0.1:{odoo_port}"
    for page in (f"{url}/web/login", address):
        answers(page)
    demo.Job(url, address, DATABASE).run()
    trial.shell.type("kill $(cat ~/server.pid) $(cat ~/simulator.pid); wait")


def answers(page: str, patience: float = 120) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(page, timeout=patience):
                return
        except OSError as error:
            if time.monotonic() > deadline:
                fail(f"{page} does not answer: {error}", "see its log in the root file system")
        time.sleep(0.5)


def report(said: str) -> None:
    """What Odoo's runner did, with what it skipped and why.

    :raises SystemExit: when it ran nothing.
    """
    counts = re.findall(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests", said)
    if not counts or not int(counts[-1][2]):
        fail("Odoo's runner ran no test.", "see the log")
    skipped = [f"{name} ({why.strip()})" for name, why in re.findall(r"skipped (\S+) : (.*)", said)]
    log(f"{counts[-1][2]} tests; skipped: {'; '.join(skipped) or 'none'}")


def fresh(home: Path, release: str, part: str | None = None) -> int:
    """Try a release of Debian; the exit status, after a table of what was done, how long it took and what it weighs.

    :param part: one of ``PARTS`` alone.
    """
    if os.geteuid():
        fail("`fresh` makes root file systems and goes into them: it needs root.", "run it as root")
    if not shutil.which("debootstrap"):
        odoo_env.apt_install("debootstrap")
    remedy = "run it on a machine, or in a container, that may mount and unshare"
    run(["unshare", "--mount", "--pid", "--fork", "true"], "This machine does not let root make namespaces.", remedy)
    HOME.mkdir(parents=True, exist_ok=True)
    if subprocess.run(["git", "-C", REPO, "diff", "--quiet", "HEAD"], check=False).returncode:
        log("NOT TRIED: what is not committed")
    trials = []
    for what in [part] if part else PARTS:
        with Trial(release, what) as trial:
            trials.append(trial)
            if what == "own-odoo":
                own_odoo(trial, home)
            else:
                two_commands(trial, what)
    print(f"\n{release}: {part or 'all'} passed. Seconds, and megabytes beside the {trials[0].empty} MB of the bare system:")
    for trial in trials:
        print(f"\n{trial.name}")
        for what, seconds, megabytes in trial.steps:
            print(f"{seconds:8.0f} s {megabytes:6} MB   {what}")
    return 0
