"""A headless Chromium that looks at pages and takes their picture, over its own debugging protocol."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import websocket

from odoo_env import fail

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
    "--lang=fr-FR",
)
PATIENCE = 60
#: Web fonts are there and nothing moves any more: a picture is what a person sees.
SETTLED = "document.readyState === 'complete' && document.fonts.status === 'loaded'"


class Page:
    """The one page of a browser."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(address, timeout=PATIENCE)
        self._numbers = itertools.count(1)
        self.call("Page.enable")
        self.size(1366, 900)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A call of the protocol; its result.

        :raises SystemExit: when the browser refuses it.
        """
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    fail(f"The browser refused {method}: {message['error']}", "run the command again")
                return message["result"]

    def size(self, width: int, height: int) -> None:
        """How large the window is, in CSS pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression, a promise's once it is kept.

        :raises SystemExit: when it throws.
        """
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            fail(f"In the page: {answer['exceptionDetails'].get('exception', {}).get('description')}\n{script}", "see the page")
        return answer["result"].get("value")

    def open(self, address: str, until: str) -> None:
        """Go to an address and wait until ``until``, a CSS selector, finds something."""
        self.call("Page.navigate", url=address)
        self.wait(until)

    def wait(self, selector: str, gone: bool = False) -> None:
        """Wait until a selector finds something visible, or, with ``gone``, nothing; then until the page is at rest.

        :raises SystemExit: when it does not within a minute.
        """
        seen = f"[...document.querySelectorAll({json.dumps(selector)})].some(one => one.offsetParent || one.offsetHeight)"
        self._until(f"{'!' if gone else ''}({seen})", f"{selector} {'to go' if gone else 'to come'}")
        self._until(SETTLED, "the page to load")
        time.sleep(0.6)  # transitions of dialogs and tabs

    def _until(self, condition: str, what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(KeyError):
                if self.run(condition):
                    return
            time.sleep(0.1)
        fail(f"Waited in vain for {what}; the page says:\n{self.run('document.body.innerText')[:1500]}", "look at the screen")

    def click(self, selector: str, words: str = "") -> None:
        """Click on what a selector finds, the first visible one with these words in it.

        :raises SystemExit: when there is none within a minute.
        """
        found = (
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            f".find(one => (one.offsetParent || one.offsetHeight) && one.innerText.includes({json.dumps(words)}))"
        )
        self._until(f"!!({found})", f"{selector} {words}")
        self.run(f"{found}.scrollIntoView({{block: 'nearest'}})")
        self.run(f"{found}.click()")

    def type(self, selector: str, text: str) -> None:
        """Write into what a selector finds."""
        self.wait(selector)
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=text)

    def picture(self, selector: str = "") -> bytes:
        """The window as PNG, or what a selector finds, alone and whole."""
        clip = {}
        if selector:
            box = self.run(
                f"(() => {{ const box = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
                " return [box.x + scrollX, box.y + scrollY, box.width, box.height]; })()"
            )
            clip = {"clip": dict(zip(("x", "y", "width", "height"), box, strict=True), scale=1)}
        # a mouse over nothing: no tooltip, no row lit up
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=0, y=0)
        answer = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=bool(selector), **clip)
        return base64.b64decode(answer["data"])


@contextlib.contextmanager
def page() -> Iterator[Page]:
    """A browser of its own, with an empty profile, and its page.

    :raises SystemExit: when this machine has none.
    """
    name = next(filter(None, map(shutil.which, NAMES)), None) or fail("No Chromium here.", "install chromium")
    with tempfile.TemporaryDirectory(prefix="chromium-") as profile:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        command = [name, *FLAGS, *sandbox, f"--user-data-dir={profile}", "about:blank"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                yield Page(_address(Path(profile) / "DevToolsActivePort", process))
            finally:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(10)
                process.kill()


def _address(note: Path, process: subprocess.Popen[bytes]) -> str:
    """Where the page of a browser listens, from the file in which it notes its port."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, StopIteration):
            port = int(note.read_text().split()[0])
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=5) as answer:
                return next(one["webSocketDebuggerUrl"] for one in json.load(answer) if one["type"] == "page")
        time.sleep(0.1)
    fail("Chromium did not start.", f"run {NAMES[0]} --headless by hand")
