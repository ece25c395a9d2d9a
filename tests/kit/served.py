"""The command ``serve`` as a process, and requests to it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, Any

TOKEN, WRITE = "t" * 20, "w" * 20
REGION = '[schedule]\ncalendar = "RU-VGG"\n[service]\ntokens_env = "WORKHOURS_TOKENS"\n'


def begin(
    folder: Path, *options: object, config: str = REGION, log: int | IO[str] = subprocess.PIPE
) -> tuple[subprocess.Popen[str], int]:
    """Run the command on a free port; return the process and the port.

    A log in a pipe must be read, or the service stops once the pipe is full.
    """
    file = folder / "region.toml"
    file.write_text(config, encoding="utf-8")
    command = [sys.executable, "-m", "workhours_sla", "serve", "--config", str(file)]
    process = subprocess.Popen(
        [*command, "--port", "0", "--lang", "en", *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env={**os.environ, "WORKHOURS_TOKENS": f"read={TOKEN}\nwrite={WRITE}"},
    )
    assert process.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
    assert found, process.communicate()[1]
    return process, int(found[1])


@contextmanager
def served(
    folder: Path, *options: object, config: str = REGION, log: int | IO[str] = subprocess.PIPE
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run the command on a free port; yield the process and the port."""
    process, port = begin(folder, *options, config=config, log=log)
    with process:
        try:
            yield process, port
        finally:
            process.kill()


def ask(
    port: int, body: Any, token: str = TOKEN, path: str = "/v1/due", method: str = "POST"
) -> tuple[int, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    connection.request(method, path, json.dumps(body), headers)
    response = connection.getresponse()
    found = response.status, json.loads(response.read())
    connection.close()
    return found
