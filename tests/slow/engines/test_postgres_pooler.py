"""A store behind PgBouncer: pooling by session works, pooling by transaction is refused."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

pytest.importorskip("psycopg")

from kit.served import wait_until
from kit.values import POLICY, at, created
from tests.slow.engines.postgres_server import Server
from tests.slow.engines.postgres_stores import filled
from tests.slow.engines.programs import program
from workhours_sla.errors import StoreError
from workhours_sla.stores.open import check_store, events_of
from workhours_sla.stream import Pipeline, open_reader, open_store

pytestmark = pytest.mark.engines
SETTINGS = """
[databases]
postgres = host={server} user=postgres

[pgbouncer]
unix_socket_dir = {folder}
listen_addr =
listen_port = 6432
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
ignore_startup_parameters = {ignored}
"""


@contextmanager
def pooling(server: Server, mode: str, *, size: int = 5, ignored: str = "") -> Iterator[str]:
    """Run PgBouncer before a server, and return the address of the database behind it."""
    found = program("pgbouncer", "pgbouncer")
    user = "nobody" if os.getuid() == 0 else None  # PgBouncer refuses to run as root
    sockets = Path(server.address.partition("host=")[2])
    folder = sockets / f"pool-{mode}-{size}"
    folder.mkdir()
    if user:
        shutil.chown(folder, user)
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        SETTINGS.format(server=sockets, folder=folder, mode=mode, size=size, ignored=ignored)
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([found, settings], user=user, stdout=log, stderr=log)
    try:
        address = f"postgresql://postgres@/postgres?host={folder}&port=6432"
        socket = folder / ".s.PGSQL.6432"
        wait_until(lambda: socket.exists() or process.poll() is not None, "no pooler listens")
        assert socket.exists(), (folder / "log").read_text()
        yield address
    finally:
        process.kill()
        process.wait(60)


@pytest.mark.parametrize("size", [1, 5])
def test_pooling_by_session_works(server: Server, size: int) -> None:
    with pooling(server, "session", size=size) as address:
        filled(address)
        with closing(open_store(server.address, patience=60)) as store:  # the pool may be slow
            assert store.holdings().read == 2
            with pytest.raises(StoreError, match="another process writes the store"):
                open_store(address, patience=0)
        with Pipeline(open_store(address, patience=60), POLICY) as pipe:
            pipe.apply(created("2", at(2025, 3, 12, 12)))
        with open_reader(address) as reader:
            assert reader.holdings().read == 3
        assert check_store(address) == ()


@pytest.mark.parametrize("size", [1, 5])
def test_pooling_by_transaction_and_ignoring_the_schema_are_refused(
    server: Server, size: int
) -> None:
    filled(server.address)
    with pooling(server, "transaction", size=size) as address:
        for open_it in (open_store, open_reader):
            with pytest.raises(StoreError, match="connection pooler that changes the session"):
                open_it(address)
    assert len(events_of(server.address)) == 2
    open_store(server.address, patience=60).close()  # the refused writer left no lock
    with pooling(server, "session", ignored="options") as address:
        for open_it in (open_store, open_reader):
            with pytest.raises(StoreError, match="search_path"):
                open_it(f"{address}&options=-csearch_path%3Dother")
