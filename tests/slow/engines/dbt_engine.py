"""The macros of the dbt package as an engine of the comparison, in DuckDB and in PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence

import numpy as np

from tests.slow.engines.cases import NULL, VERBS, Ints, Rows
from tests.slow.engines.dbt_project import Project
from tests.slow.engines.duckdb_engine import DuckDBEngine

COLUMNS = {
    "duckdb": {"name": "schedule_name", "a": "started", "b": "ended", "d": "allowed"},
    "postgres": {"name": "name", "a": "a", "b": "b", "d": "d"},
}
"""The columns of the table ``appeals`` that the engines of the scripts load."""
SCHEMAS = {"duckdb": "main", "postgres": "public"}
ARGUMENTS = {"elapsed": "ab", "remaining": "adb", "is_working": "a"}


class DbtEngine:
    """A project whose models call each verb on all rows: a model for each schedule asked."""

    verbs: Sequence[str] = VERBS
    whole_calendar = False

    def __init__(self, project: Project, asked: Sequence[str | None]) -> None:
        self._project = project
        self._asked = list(asked)

    def load(self, rows: Rows, names: Sequence[str]) -> None:
        if self._project.target == "duckdb":
            import duckdb

            engine = DuckDBEngine()
            engine.connection = duckdb.connect(str(self._project.folder / "workhours.duckdb"))
            engine.load(rows, names)
            engine.connection.close()
        else:
            from tests.slow.engines.postgres_engine import PostgresEngine

            assert self._project.address
            postgres = PostgresEngine(self._project.address)
            postgres.load(rows, names)
            postgres.connection.close()
        models = self._project.folder / "models"
        shutil.rmtree(models)
        models.mkdir()
        for folder in ("seeds", "tests"):
            shutil.rmtree(self._project.folder / folder)
        for number, schedule in enumerate(self._asked):
            (models / f"answers_{number}.sql").write_text(self._model(schedule), encoding="utf-8")
        self._project.built()

    def _model(self, schedule: str | None) -> str:
        columns: Mapping[str, str] = COLUMNS[self._project.target]
        literal = "'" + (schedule or "").replace("'", "''") + "'"
        name = columns["name"] if schedule is None else literal
        calls = [
            f'{{{{ workhours.{verb}("{name}", '
            + ", ".join(f"'{columns[one]}'" for one in ARGUMENTS.get(verb, "ad"))
            + f") }}}} as {verb}"
            for verb in VERBS
        ]
        return f"select key, {', '.join(calls)} from {SCHEMAS[self._project.target]}.appeals"

    def run(self, verb: str, schedule: str | None) -> tuple[Ints, Ints]:
        number = self._asked.index(schedule)
        is_instant = verb in ("deadline", "breaches_after")
        if self._project.target == "duckdb":
            import duckdb

            value = f"epoch_us({verb})" if is_instant else f"{verb}::bigint"
            query = f"select key, coalesce({value}, {NULL + 1}) as r from answers_{number}"
            path = str(self._project.folder / "workhours.duckdb")
            with duckdb.connect(path, read_only=True) as connection:
                columns = connection.sql(query).fetchnumpy()
            keys, answers = np.asarray(columns["key"]), np.asarray(columns["r"])
        else:
            import psycopg

            value = f"{verb}::int" if verb == "is_working" else verb
            value = f"(extract(epoch from {verb}) * 1000000)::bigint" if is_instant else value
            query = (
                f"select key, coalesce({value}, {NULL + 1}) from workhours_example.answers_{number}"
            )
            assert self._project.address
            with psycopg.connect(self._project.address) as connection:
                found = np.array(connection.execute(query).fetchall(), np.int64)
            keys, answers = found[:, 0], found[:, 1]
        return keys, np.where(answers == NULL + 1, NULL, answers)
