"""Stores in PostgreSQL, and statements that tests execute beside them."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from kit.stored import a_batch
from kit.values import POLICY
from workhours_sla.stream import Pipeline, Store, open_store


def execute(address: str, *statements: str) -> list[tuple[Any, ...]]:
    """Execute statements in a session of their own, and return the rows of the last one."""
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def schema_of(address: str) -> str:
    return address.rpartition("%3D")[2]


def filled(address: str) -> None:
    with Pipeline(open_store(address), POLICY) as pipe:
        pipe.commit(a_batch())


@contextmanager
def stopped(*processes: int) -> Iterator[None]:
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def terminate(address: str, store: Store) -> None:
    pid = store._db.connection.info.backend_pid
    execute(address, f"SELECT pg_terminate_backend({pid}, 10000)")
