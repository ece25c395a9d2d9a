"""How pandas, polars and Arrow make the columns of a test and how their answers are read."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

FINER = ("s", "ms", "us", "ns")
KINDS = {"": "numpy", " on arrow": "arrow", " objects": "objects"}


class Pandas:
    """Columns of pandas on numpy, on Arrow, or of Python's objects."""

    units = FINER

    def __init__(self, kind: str) -> None:
        self.pd = pytest.importorskip("pandas")
        self.kind, self.plain = kind, self.pd.Series
        if kind == "arrow":
            pytest.importorskip("pyarrow")

    def column(self, unit: str, values: list[Any], zone: str = "Asia/Tokyo", **options: Any) -> Any:
        pd = self.pd
        options.setdefault("name", "posted")
        if self.kind == "objects":
            tz = ZoneInfo(zone)
            own = [None if value is None else value.astimezone(tz) for value in values]
            return pd.Series(own, dtype=object, **options)
        plain = [None if value is None else value.replace(tzinfo=None) for value in values]
        found = pd.Series(plain, dtype=f"M8[{unit}]", **options)
        found = found.dt.tz_localize("UTC").dt.tz_convert(zone)
        dtype = f"timestamp[{unit}, tz={zone}][pyarrow]"
        return found.astype(dtype) if self.kind == "arrow" else found

    def list(self, answers: Any) -> list[Any]:
        plain = [None if self.pd.isna(value) else value for value in answers]
        return [getattr(value, "to_pydatetime", lambda value=value: value)() for value in plain]

    def type(self, column: Any) -> str:
        return str(column.dtype)

    def duration(self, unit: str) -> str:
        kinds = {"numpy": f"timedelta64[{unit}]", "arrow": f"duration[{unit}][pyarrow]"}
        return kinds.get(self.kind, "timedelta64[us]")

    @property
    def boolean(self) -> str:
        return "bool[pyarrow]" if self.kind == "arrow" else "bool"

    def naive(self) -> Any:
        return self.pd.Series(self.pd.to_datetime(["2025-03-11 10:00"] * 2), name="posted")

    def nanoseconds(self, numbers: list[int]) -> Any:
        return self.pd.Series(self.pd.to_datetime(numbers, unit="ns", utc=True))

    def numbers(self, column: Any) -> list[int]:
        return column.astype("int64").to_list()

    def amounts(self, unit: str, values: list[Any]) -> Any:
        return self.pd.Series(values, dtype=f"m8[{unit}]")

    def pauses(self, rows: list[Any]) -> Any:
        """Return a frame of pauses in no order, each with the label of its row."""
        each = [(row, *pause) for row, own in enumerate(rows) for pause in own]
        frame = self.pd.DataFrame(each, columns=["row", "start", "end"])
        frame["end"] = self.pd.to_datetime(frame["end"], utc=True)
        return frame.iloc[::-1]


class Polars:
    units = FINER[1:]
    kind = "polars"

    def __init__(self) -> None:
        self.pl = pl = pytest.importorskip("polars")
        pytest.importorskip("numpy")
        self.boolean, self.duration, self.plain = pl.Boolean, pl.Duration, pl.Series
        self.list, self.numbers = pl.Series.to_list, lambda column: column.to_physical().to_list()

    def column(self, unit: str, values: list[Any], zone: str = "Asia/Tokyo") -> Any:
        column = self.pl.Series("posted", values, self.pl.Datetime(unit, "UTC"))
        return column.dt.convert_time_zone(zone)

    def type(self, column: Any) -> Any:
        return column.dtype

    def naive(self) -> Any:
        return self.pl.Series("posted", [datetime(2025, 3, 11, 10)] * 2)

    def nanoseconds(self, numbers: list[int]) -> Any:
        return self.pl.Series(numbers).cast(self.pl.Datetime("ns", "UTC"))

    def amounts(self, unit: str, values: list[Any]) -> Any:
        return self.pl.Series(values, dtype=self.pl.Duration(unit))

    def pauses(self, rows: list[Any]) -> Any:
        """Return lists of structs, null instead of an empty one."""
        pl = self.pl
        each = [[{"start": since, "end": end} for since, end in own] or None for own in rows]
        instant = pl.Datetime("us", "UTC")
        return pl.Series(each, dtype=pl.List(pl.Struct({"start": instant, "end": instant})))


class Arrow:
    units = FINER
    kind = "arrays"

    def __init__(self) -> None:
        self.pa = pa = pytest.importorskip("pyarrow")
        pytest.importorskip("numpy")
        self.boolean, self.duration, self.plain = pa.bool_(), pa.duration, pa.array

    def column(self, unit: str, values: list[Any], zone: str = "Asia/Tokyo") -> Any:
        return self.pa.array(values, self.pa.timestamp(unit, zone))

    def list(self, answers: Any) -> list[Any]:
        pa, kind = self.pa, answers.type
        answers.validate(full=True)
        if str(kind).startswith("timestamp[ns"):  # nanoseconds would need pandas
            answers = answers.cast(pa.timestamp("us", kind.tz))
        elif kind == pa.duration("ns"):
            answers = answers.cast(pa.duration("us"))
        return answers.to_pylist()

    def type(self, column: Any) -> Any:
        return column.type

    def naive(self) -> Any:
        return self.pa.array([datetime(2025, 3, 11, 10)] * 2)

    def nanoseconds(self, numbers: list[int]) -> Any:
        return self.pa.array(numbers).cast(self.pa.timestamp("ns", "UTC"))

    def numbers(self, column: Any) -> list[int]:
        return column.cast(self.pa.int64()).to_pylist()

    def amounts(self, unit: str, values: list[Any]) -> Any:
        return self.pa.array(values, self.pa.duration(unit))

    def pauses(self, rows: list[Any]) -> Any:
        pa = self.pa
        each = [[{"start": since, "end": end} for since, end in own] for own in rows]
        instant = pa.timestamp("us", "UTC")
        return pa.array(each, pa.list_(pa.struct({"start": instant, "end": instant})))


LIBRARIES = {
    **{f"pandas{name}": partial(Pandas, kind) for name, kind in KINDS.items()},
    "polars": Polars,
    "arrow": Arrow,
}
