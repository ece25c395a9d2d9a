"""Detect the encoding of a text file from its bytes."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from workhours_sla.config.column_words import is_known_word
from workhours_sla.detection.russian import plausibility

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workhours_sla.sources.lines import ByteChunks

RUSSIAN: Final = ("cp1251", "cp866", "koi8-r", "mac-cyrillic", "iso8859-5")
"""Encodings of Russian files that use one byte for each character."""
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLED: Final = 64_000
"""Maximum number of bytes that are scored as Russian text."""
_RUNS: Final = re.compile(rb"[\x80-\xff]+")
_CONTROLS: Final = bytes(sorted({*range(32), 127} - set(b"\t\n\r\f\x1a\x1b")))
_LEAST_SCORE: Final = 0.75
_LEAST_LEAD: Final = 0.15
"""Minimum lead of the best score over the second best in a long text; short texts need more."""
_BINARY: Final = 0.02
"""A file with a larger share of control characters than this is not text."""


class Encoding(NamedTuple):
    """A detected encoding. ``name`` is None for bytes that are not text.

    ``others`` are encodings that fit equally well but give a different text.
    """

    name: str | None
    others: tuple[str, ...] = ()


def encoding_of(chunks: ByteChunks) -> Encoding:
    """Detect the encoding from all bytes of ``chunks``, in constant memory."""
    head = chunks.peek()
    marked = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), None)
    if marked is not None and marked != "utf-8":
        return Encoding(marked)
    wide = _wide(head[:_SAMPLED])
    if wide is not None:
        return Encoding(wide)
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    has_letters = False
    controls = size = 0
    sample = b""
    rest = b""
    for chunk in _all(chunks):
        controls += len(chunk) - len(chunk.translate(None, _CONTROLS))
        if is_utf8:
            try:
                has_letters |= not decoder.decode(chunk).isascii()
            except UnicodeDecodeError:
                is_utf8 = False
        size += len(chunk)
        if len(sample) < _SAMPLED:
            block = rest + chunk
            cut = block.rfind(b"\n") + 1 or (len(block) if len(block) > _SAMPLED else 0)
            lines = block[:cut].split(b"\n")
            sample += b"\n".join(line for line in lines if not line.isascii()) + b"\n"
            rest = block[cut:]
    sample = (sample + rest)[:_SAMPLED]
    if controls > max(2, _BINARY * size):
        return Encoding(None)
    # letters that are valid UTF-8, before a byte that is not, are no chance
    if is_utf8 or marked or has_letters:
        return Encoding("utf-8")
    return of_one_byte(sample)


def of_one_byte(sample: bytes) -> Encoding:
    """Detect the encoding of bytes that are not UTF-8, assuming one byte per character.

    >>> [of_one_byte("Дата ответа;Ведомство".encode(name)).name for name in RUSSIAN[:3]]
    ['cp1251', 'cp866', 'koi8-r']
    """
    texts: dict[str, str] = {}
    scores: dict[str, float] = {}
    for name in RUSSIAN:
        try:
            text = sample.decode(name)
        except UnicodeDecodeError:
            continue
        if any(text == other for other in texts.values()):
            continue  # the same letters: the choice does not matter for what was read
        texts[name] = text
        known = sum(map(is_known_word, set(re.findall(r"[^\W\d_]{3,}", text))))
        scores[name] = plausibility(text).score + min(known, 5) / 10
    ranked = sorted(scores, key=lambda name: -scores[name])
    if ranked and scores[ranked[0]] >= _LEAST_SCORE:
        letters = sum(map(len, set(_RUNS.findall(sample))))
        enough = scores[ranked[0]] - _LEAST_LEAD - 2 / max(letters, 1)
        others = tuple(name for name in ranked[1:] if scores[name] > enough)
        return Encoding(ranked[0], others)
    return _by_statistics(sample, ranked)


def _by_statistics(sample: bytes, ranked: list[str]) -> Encoding:
    """Detect the encoding of a text that is not plausible as Russian, by charset-normalizer.

    Such a text fits many encodings of one byte per character; ``others`` lists some of them.
    """
    from charset_normalizer import from_bytes

    found = [match.encoding for match in from_bytes(sample[:_SAMPLED])]
    names = [codecs.lookup(name).name for name in found]
    names += [name for name in ("cp1252", *ranked) if _fits(sample, name)]
    different = list(dict.fromkeys(names))
    return Encoding(different[0], tuple(different[1:4])) if different else Encoding(None)


def _fits(sample: bytes, name: str) -> bool:
    try:
        sample.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _wide(head: bytes) -> str | None:
    """Return the variant of UTF-16 if ``head`` has a NUL byte beside its ASCII characters."""
    head = head[: len(head) // 2 * 2]
    zeros = (head[1::2].count(0), head[::2].count(0))
    if not head or max(zeros) < len(head) // 10:
        return None
    name = "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be"
    if min(zeros) > max(zeros) // 20:
        return None
    try:
        text = codecs.getincrementaldecoder(name)().decode(head)
    except UnicodeDecodeError:
        return None
    return name if "\n" in text or text.isprintable() else None


def _all(chunks: ByteChunks) -> Iterator[bytes]:
    while chunk := chunks.read():
        yield chunk
