"""A store in PostgreSQL passes the tests of every store, on a real server."""

from collections.abc import Iterator
from hashlib import md5
from pathlib import Path

import pytest

pytest.importorskip("psycopg")

from kit.stored import Places
from stores.test_store import *  # noqa: F403 - pytest collects the tests here as well
from stream.test_delivery import *  # noqa: F403

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module", autouse=True)
def _in_postgres(postgres: str) -> Iterator[None]:
    """Keep the stores of the tests in schemas of one database, one for each path."""

    def address(path: Path | str) -> str:
        name = md5(str(path).encode(), usedforsecurity=False).hexdigest()
        return f"{postgres}&options=-csearch_path%3Dstore_{name}"

    before, Places.of = Places.of, staticmethod(address)
    yield
    Places.of = before
