"""Compressed files are unpacked while they are read, and never read in part without an error."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.properties import examples
from kit.rows import read, refusal
from workhours_sla.config.file import parse_config
from workhours_sla.errors import SourceError
from workhours_sla.sources import opened as opened_files
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.rows import Fault

zstandard = pytest.importorskip("zstandard")

CONFIG = parse_config("", "test.toml")
TABLE = b"appeal_id,type,occurred_at\n" + b"".join(
    b"A-%d,created,2026-03-12T10:15+03:00\n" % number for number in range(500)
)
PACK: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "zst": zstandard.compress}


@pytest.mark.parametrize("suffix", PACK)
def test_a_compressed_file_is_read_as_its_content(suffix: str, tmp_path: Path) -> None:
    packed = PACK[suffix](TABLE)
    for name in (f"rows.csv.{suffix}", "rows.csv", f"ROWS.{suffix.upper()}", "rows"):
        path = tmp_path / name
        path.write_bytes(packed)
        with open_source(path, CONFIG) as source:
            assert (source.format, source.size) == ("csv", len(packed))
            assert list(source) == read(TABLE)
            assert source.position == len(packed)
    tabs = tmp_path / f"rows.tsv.{suffix}"
    tabs.write_bytes(PACK[suffix](TABLE.replace(b",", b"\t")))
    with open_source(tabs, CONFIG) as source:
        assert list(source) == read(TABLE)
    assert read(packed) == read(TABLE)


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("size", [1, 7, 300])
def test_the_content_does_not_depend_on_the_pieces(suffix: str, size: int) -> None:
    class Trickle(BytesIO):
        def read1(self, _size: int | None = -1, /) -> bytes:
            return super().read1(size)

    pack = PACK[suffix]
    packed = pack(TABLE[:size]) + pack(b"") + pack(TABLE[size:])  # members in a row
    with open_source(Trickle(packed), CONFIG) as source:
        assert list(source) == read(TABLE)
    skipped = b"\x5a\x2a\x4d\x18\x04\x00\x00\x00abcd"
    around = packed + bytes(1000) if suffix == "gz" else skipped + packed + skipped
    assert read(around) == read(TABLE)


@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "name"), [("gz", "gzip"), ("zst", "zstd")])
def test_a_truncated_file_is_an_error_at_every_length(suffix: str, name: str) -> None:
    packed = PACK[suffix](TABLE)
    for length in range(4, len(packed)):
        assert f"rows ends in the middle of its {name} data" in refusal(packed[:length])


def test_rows_before_the_end_of_a_truncated_file_do_not_hide_it() -> None:
    wild = b"".join(b"A-%d,created,2026-03-12T10:15+03:00\n" % (n**7) for n in range(20_000))
    packed = gzip.compress(TABLE + wild)
    with open_source(BytesIO(packed[:-1]), CONFIG) as source:
        rows = iter(source)
        assert next(rows)
        with pytest.raises(SourceError, match="in the middle"):
            list(rows)


def test_damaged_files(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = bytearray(gzip.compress(TABLE))
    packed[-6] ^= 1  # the checksum
    assert "damaged gzip data" in refusal(bytes(packed))
    assert "damaged gzip data" in refusal(gzip.compress(TABLE) + b"junk")
    assert "damaged zstd data" in refusal(zstandard.compress(TABLE) + b"junk")
    assert "gzip" not in refusal(zlib.compress(TABLE))  # raw deflate is another format
    wide = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=28)
    )
    stream = wide.compressobj()
    assert "damaged zstd data" in refusal(stream.compress(TABLE * 1000) + stream.flush())
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)
    message = refusal(zstandard.compress(TABLE))
    assert message == "rows can be read only with zstandard: pip install 'workhours-sla[zstd]'"


@pytest.mark.slow
@pytest.mark.parametrize("suffix", PACK)
def test_bombs_are_refused(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened_files, "ALWAYS_READ", 1_000_000)
    for bomb in (b"A" * 20_000_000, TABLE[:27] + b"A,created,2026-03-12T10:15Z\n" * 1_000_000):
        message = refusal(PACK[suffix](bomb))
        assert "more than 1,000,000 bytes and more than 300 times its own size" in message
    assert len(read(PACK[suffix](TABLE * 20))) == 500 + 19 * 501


@given(st.sampled_from(["gz", "zst"]), st.data())
@settings(max_examples=examples(200), derandomize=True, database=None)
def test_changed_bytes_give_rows_or_an_error(suffix: str, data: st.DataObject) -> None:
    content = bytearray(PACK[suffix](TABLE[:300]))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(SourceError):
        assert all(isinstance(item, Fault | tuple) for item in read(bytes(content)))
