"""Requests per second and the slowest percent of ``/v1/due``, beside a bare FastAPI endpoint.

Both run in uvicorn with the same settings, one process each. The two are measured in turn, so that
the load of the machine is the same for both; the ratio is that of the best rounds.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

ROUNDS = 6
SECONDS = 3.0
CONNECTIONS = 8
BODY = b'{"start": "2025-10-31T17:30:00+03:00"}'
BARE = """
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

class Question(BaseModel):
    start: str

app = FastAPI()

@app.post("/v1/due")
async def due(question: Question) -> dict[str, str]:
    return {"start": question.start}

uvicorn.run(app, port=%d, access_log=False, log_level="warning")
"""


def request(port: int) -> bytes:
    """Return a request as it is sent."""
    head = (
        f"POST /v1/due HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    return head.encode() + BODY


async def connection(port: int, until: float, times: list[float]) -> None:
    """Send requests one after the other over one connection, and note how long each takes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = request(port)
    while perf_counter() < until:
        begun = perf_counter()
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head  # noqa: S101
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        times.append(perf_counter() - begun)
    writer.close()


async def measured(port: int) -> tuple[float, float]:
    """Return the requests per second, and the time in ms that 99 % of them do not exceed."""
    times: list[float] = []
    begun = perf_counter()
    until = begun + SECONDS
    await asyncio.gather(*(connection(port, until, times) for _ in range(CONNECTIONS)))
    return len(times) / (perf_counter() - begun), sorted(times)[int(len(times) * 0.99)] * 1000


async def ready(port: int) -> None:
    """Wait until a server accepts connections."""
    for _ in range(300):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    msg = f"no server on port {port}"
    raise TimeoutError(msg)


def main() -> None:
    """Print the figures of each round, then the ratio of the best rounds."""
    ports = {"bare": 18_761, "service": 18_762}
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "region.toml")
        config.write_text('[schedule]\ncalendar = "RU-VGG"\n', encoding="utf-8")
        serve = ["-m", "workhours_sla", "serve", "--config", str(config)]
        commands = {
            "bare": [sys.executable, "-c", BARE % ports["bare"]],
            "service": [sys.executable, *serve, "--port", str(ports["service"])],
        }
        silent = subprocess.DEVNULL
        running = [
            subprocess.Popen(command, stdout=silent, stderr=silent)  # noqa: S603
            for command in commands.values()
        ]
        try:
            found: dict[str, list[tuple[float, float]]] = {name: [] for name in ports}
            for port in ports.values():
                asyncio.run(ready(port))
            for _ in range(ROUNDS):
                for name, port in ports.items():
                    rate, slowest = asyncio.run(measured(port))
                    found[name].append((rate, slowest))
                    print(f"{name:<8} {rate:8.0f} requests/s   p99 {slowest:7.2f} ms")  # noqa: T201
        finally:
            for process in running:
                process.terminate()
                process.wait()
    best = {name: max(rate for rate, _ in rounds) for name, rounds in found.items()}
    slow = {name: min(slowest for _, slowest in rounds) for name, rounds in found.items()}
    print(  # noqa: T201
        f"service / bare: {best['service'] / best['bare']:.2f} of the requests/s, "
        f"p99 {slow['service']:.2f} ms beside {slow['bare']:.2f} ms"
    )


if __name__ == "__main__":
    main()
