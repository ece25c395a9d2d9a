"""The command ``serve`` as a process, requests to it, and a sender that repeats them."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

from workhours_sla import Event

TOKEN, WRITE = "t" * 20, "w" * 20
TOKENS = '[service]\ntokens_env = "WORKHOURS_TOKENS"\n'
REGION = f'[schedule]\ncalendar = "RU-VGG"\n{TOKENS}'
PATIENCE = 120
"""Seconds after which a process that does nothing fails the test."""


def wait_until(is_so: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Fail with a sentence unless something is so within some seconds."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"within {seconds} seconds: {what}"
        time.sleep(0.005)


def next_line(stream: IO[str] | None, seconds: float = PATIENCE) -> str:
    """Return the next line that a process prints; one that prints none fails the test."""
    found: list[str] = []
    assert stream is not None
    reading = threading.Thread(target=lambda: found.append(stream.readline()), daemon=True)
    reading.start()
    reading.join(seconds)
    assert found, f"the process has printed no line within {seconds} seconds"
    return found[0]


@contextmanager
def ended(process: subprocess.Popen[Any]) -> Iterator[Any]:
    """Kill a process at the end of the block, whatever happens in it."""
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def begin(
    folder: Path, *options: object, config: str = REGION, log: int | IO[str] = subprocess.PIPE
) -> subprocess.Popen[str]:
    """Run the command on a free port. A log in a pipe must be read, or the service stops."""
    file = folder / "region.toml"
    file.write_text(config, encoding="utf-8")
    command = [sys.executable, "-m", "workhours_sla", "serve", "--config", str(file)]
    return subprocess.Popen(
        [*command, "--port", "0", "--lang", "en", *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env={**os.environ, "WORKHOURS_TOKENS": f"read={TOKEN}\nwrite={WRITE}"},
    )


def port_of(process: subprocess.Popen[str]) -> int:
    """Return the port once the service has the store."""
    line = next_line(process.stdout)
    found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
    if found is None:
        process.kill()
        raise AssertionError(line, process.communicate(timeout=PATIENCE)[1])
    return int(found[1])


@contextmanager
def served(folder: Path, *options: object, **more: Any) -> Iterator[tuple[Any, int]]:
    """Run the command until the block ends; yield the process and the port."""
    with ended(begin(folder, *options, **more)) as process:
        yield process, port_of(process)


def ask(
    port: int, body: Any, token: str = TOKEN, path: str = "/v1/due", method: str = "POST"
) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    text = body if isinstance(body, bytes) else json.dumps(body)
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, text, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


BOARD_SECRET = "whsec_" + b64encode(b"k" * 32).decode()


@contextmanager
def board(answer: Callable[[Any], int]) -> Iterator[str]:
    """Receive webhooks, and yield the configuration of the sink; the status 0 is no answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if status := answer(json.loads(body)["data"]):
                self.send_response(status)
                self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # a client was killed
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"""
[sinks.board]
kind = "webhook"
url = "http://127.0.0.1:{server.server_port}/hook"
secret_env = "BOARD_SECRET"
allow_private = true
"""
        server.shutdown()


def row(event: Event) -> dict[str, Any]:
    found = {name: getattr(event, name) for name in Event.__dataclass_fields__}
    found |= {name: found[name].isoformat() for name in ("occurred_at", "received_at")}
    return {name: value for name, value in found.items() if value is not None}


class Sender(threading.Thread):
    """Sends batches one after the other, each again and again until it is acknowledged.

    A batch is a list of events as JSON texts. ``port`` may change at any time; while it is 0, no
    request is sent. ``again`` counts the requests that were not acknowledged.
    """

    def __init__(self, batches: Sequence[Sequence[str]]) -> None:
        super().__init__(daemon=True)
        self.batches = batches
        self.port = self.acknowledged = self.again = 0
        self.counts: Counter[str] = Counter()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for batch in self.batches:
                body = f"[{','.join(batch)}]".encode()
                while (answer := self.sent(body)) is None:
                    self.again += 1
                    time.sleep(0.02)
                assert len(answer["events"]) == len(batch)
                self.counts.update(answer["counts"])
                self.acknowledged += 1
        except BaseException as error:
            self.failure = error
            raise

    def sent(self, body: bytes) -> Any:
        """Send a request, and return the answer if the events were stored, else None."""
        if not self.port:
            return None
        try:
            status, answer = ask(self.port, body, WRITE, "/v1/events")
        except (OSError, HTTPException, ValueError):
            return None
        assert status in {202, 429, 503}, answer
        return answer if status == 202 else None

    def wait_for(self, share: float = 1) -> None:
        """Wait until a share of the batches was acknowledged, as long as some are."""
        while (done := self.acknowledged) < share * len(self.batches) and self.is_alive():
            what = f"no batch was acknowledged after {done} of {len(self.batches)}"
            wait_until(lambda: self.acknowledged > done or not self.is_alive(), what)
        assert self.failure is None, self.failure
