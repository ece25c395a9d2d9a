"""Stores in PostgreSQL, and statements that tests execute beside them."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg

from test_store import POLICY, at, created, replied
from workhours_sla.adapters.stores.places import open_store
from workhours_sla.stream import Batch, Checkpoint, Pipeline, PostgresStore, Rejected


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
        pipe.commit(
            Batch(
                "file",
                [created("1", at(2025, 3, 12, 10)), replied("1", at(2025, 3, 12, 11))],
                [Rejected("not_json", "a detail", "a text")],
                {"": Checkpoint("7")},
                at(2025, 3, 12, 12),
            )
        )


def terminate(address: str, store: PostgresStore) -> None:
    pid = store._db.connection.info.backend_pid
    execute(address, f"SELECT pg_terminate_backend({pid}, 10000)")
