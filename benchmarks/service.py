"""Requests per second and the slowest percent of ``/v1/due``, beside a bare endpoint of Starlette.

Both run in uvicorn with the same settings, one process each. The two are measured in turn, so that
the load of the machine is the same for both; the ratios are those of the best rounds. On Linux the
processor time of each server per request is printed as well, which other load disturbs less.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from time import perf_counter

ROUNDS = 8
SECONDS = 2.0
CONNECTIONS = 8
BODY = b'{"start": "2025-10-31T17:30:00+03:00"}'
BARE = """
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def due(request):
    question = await request.json()
    return JSONResponse({"start": question["start"]})

app = Starlette(routes=[Route("/v1/due", due, methods=["POST"])])
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


async def measured(port: int, process: subprocess.Popen[bytes]) -> tuple[float, float, float]:
    """Return requests per second, the time in ms that 99 % do not exceed, and ms of processor."""
    used = processor_time(process)
    times: list[float] = []
    begun = perf_counter()
    until = begun + SECONDS
    await asyncio.gather(*(connection(port, until, times) for _ in range(CONNECTIONS)))
    rate = len(times) / (perf_counter() - begun)
    slowest = sorted(times)[int(len(times) * 0.99)] * 1000
    return rate, slowest, (processor_time(process) - used) / len(times) * 1000


def processor_time(process: subprocess.Popen[bytes]) -> float:
    """Return the seconds of processor time that a process has used, 0 where that is unknown."""
    stat = Path(f"/proc/{process.pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
    ArgumentParser(prog="python -m benchmarks.service", description=__doc__).parse_args()
    ports = {"bare": 18_761, "service": 18_762}
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "region.toml")
        config.write_text('[schedule]\ncalendar = "RU-VGG"\n', encoding="utf-8")
        serve = ["-m", "workhours_sla", "serve", "--config", str(config)]
        commands = {
            "bare": [sys.executable, "-c", BARE % ports["bare"]],
            "service": [sys.executable, *serve, "--rate", "0", "--port", str(ports["service"])],
        }
        silent = subprocess.DEVNULL
        running = {
            name: subprocess.Popen(command, stdout=silent, stderr=silent)  # noqa: S603
            for name, command in commands.items()
        }
        try:
            found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in ports}
            for port in ports.values():
                asyncio.run(ready(port))
            for _ in range(ROUNDS):
                for name, port in ports.items():
                    rate, slowest, used = asyncio.run(measured(port, running[name]))
                    found[name].append((rate, slowest, used))
                    print(  # noqa: T201
                        f"{name:<8} {rate:8.0f} requests/s   p99 {slowest:7.2f} ms   "
                        f"processor {used:6.3f} ms"
                    )
        finally:
            for process in running.values():
                process.terminate()
                process.wait()
    best = {name: max(one[0] for one in rounds) for name, rounds in found.items()}
    slow = {name: min(one[1] for one in rounds) for name, rounds in found.items()}
    used_by = {name: min(one[2] for one in rounds) for name, rounds in found.items()}
    line = (
        f"service / bare: {best['service'] / best['bare']:.2f} of the requests/s, "
        f"{slow['service'] / slow['bare']:.2f} times the p99"
    )
    if used_by["bare"]:
        line += f", {used_by['service'] / used_by['bare']:.2f} times the processor time"
    print(line)  # noqa: T201


if __name__ == "__main__":
    main()
