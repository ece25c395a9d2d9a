"""Drive a headless Chromium over the DevTools protocol."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from time import monotonic
from typing import Any, Self

FOUND = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
)
LAUNCH = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for end, wanted in zip(ends, (3, 4)):  # where Chromium looks for them
    os.dup2(end, wanted)
os.execv(sys.argv[3], sys.argv[3:])
"""
TIMEOUT = 60.0
KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, "")}
KEYS |= {"ArrowRight": (39, ""), "ArrowDown": (40, "")}
ERRORS = {"Runtime.exceptionThrown": "exceptionDetails", "Log.entryAdded": "entry"}
ERRORS |= {"Runtime.consoleAPICalled": "args"}


class Browser:
    """A page in a separate browser process; it lists its network ``requests`` and ``errors``."""

    def __init__(self, profile: str) -> None:
        to_read, to_write = os.pipe()
        from_read, from_write = os.pipe()
        ends = map(str, (to_read, from_write))
        self._process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, *ends, FOUND, *FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(to_read, from_write),
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(from_write)
        self._in, self._out = to_write, from_read
        self._left = b""
        self._number = 0
        self._session: str | None = None
        self.requests: list[str] = []
        self.errors: list[str] = []
        self._events: list[str] = []
        try:
            self._begin()
        except BaseException:
            self.__exit__()
            raise

    def _begin(self) -> None:
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(TIMEOUT)
        os.close(self._in)
        os.close(self._out)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._in, data) :]
        while True:
            reply = self._receive()
            if reply.get("id") == self._number:
                assert "error" not in reply, reply
                result: dict[str, Any] = reply["result"]
                return result

    def _receive(self) -> dict[str, Any]:
        until = monotonic() + TIMEOUT
        while b"\0" not in self._left:
            ready, _, _ = select([self._out], [], [], max(0.0, until - monotonic()))
            chunk = os.read(self._out, 1 << 20) if ready else b""
            assert chunk, "the browser does not answer"
            self._left += chunk
        text, _, self._left = self._left.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        method, params = message.get("method", ""), message.get("params", {})
        self._events.append(method)
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method in ERRORS:
            self.errors.append(str(params[ERRORS[method]]))
        return message

    def open(self, place: Path | str) -> None:
        url = place if isinstance(place, str) else place.resolve().as_uri()
        with self.loading():
            self.ask("Page.navigate", url=url)

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Wait for the page that is loaded because of what happens within the block."""
        self._events.clear()
        yield
        while "Page.loadEventFired" not in self._events:
            self._receive()

    def run(self, script: str) -> Any:
        answer = self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def focus(self, selector: str) -> None:
        """Focus an element, also where scripts are off."""
        document = self.ask("DOM.getDocument", depth=1)["root"]["nodeId"]
        found = self.ask("DOM.querySelector", nodeId=document, selector=selector)
        self.ask("DOM.focus", nodeId=found["nodeId"])

    def type(self, text: str) -> None:
        self.ask("Input.insertText", text=text)

    def press(self, key: str) -> None:
        code, text = KEYS[key]
        for kind, typed in (("keyDown", text), ("keyUp", "")):
            options = {"type": kind, "key": key, "windowsVirtualKeyCode": code, "text": typed}
            self.ask("Input.dispatchKeyEvent", **options)

    def size(self, width: int, height: int, *, theme: str = "light", mobile: bool = False) -> None:
        shape = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
        self.ask("Emulation.setDeviceMetricsOverride", **shape)
        feature = {"name": "prefers-color-scheme", "value": theme}
        self.ask("Emulation.setEmulatedMedia", features=[feature])

    def print(self, path: Path) -> None:
        made = self.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        path.write_bytes(b64decode(made["data"]))


@contextmanager
def browser() -> Iterator[Browser]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, Browser(profile) as it:
        yield it
