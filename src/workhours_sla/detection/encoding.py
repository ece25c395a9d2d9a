"""Detect the encoding of a text file from its bytes."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from workhours_sla.config.column_words import is_known_word

if TYPE_CHECKING:
    from workhours_sla.sources.opened import ByteChunks

RUSSIAN: Final = ("cp1251", "cp866", "koi8-r", "mac-cyrillic", "iso8859-5")
"""Encodings of Russian files that use one byte for each character."""
_WIDE_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLED: Final = 64_000
_RUNS: Final = re.compile(rb"[\x80-\xff]+")
_CONTROLS: Final = bytes(sorted({*range(32), 127} - set(b"\t\n\r\f\x1a\x1b")))
_BINARY: Final = 0.02
"""A file with a larger share of control characters than this is not text."""
_LEAST_SCORE: Final = 0.75
_LEAST_LEAD: Final = 0.15
"""Minimum lead of the best score over the second best in a long text; short texts need more."""
_FOLLOWERS: Final = (
    "абвгдежзйклмнпрстуфхцчшщюяё бабеиклоруцщъыья вадеиклмнорстушыья гадеилнору "
    "давеиклмноруцыьяё ебвгдежзийклмнпрстухцчшщё жадеикнуё забвдежилмноруыья "
    "иабвгдежзийклмнопрстухцчшщюяё йклмнсцшт кавеиклнорстуц лабгежиклноустчыьюяё "
    "мабеийклмнопрсуыьяё навгдеиклнорстуфцчщыьюяё оабвгдежзийклмнопрстуфхцчшщэюя паеиклнопртуыя "
    "рабвгдежиклмнопрстуфхцчшщыьюяё сабвгдеиклмнопрстухчшыьюяё тавдеиклмнопрстучыьюяё "
    "уабвгдежзйклмнпрстфхцчшщюя фаеилорту хавинорст цавеиуы чаеиклнотуьё шавеиклнотуьё щаеиньё "
    "ъею ыбвгдежзйклмнпрстхцчш ьбвгезикмнпстфшюяё экклнтф юбвгджклмнрстхцчшщю "
    "ябвгджзйклмнпрстхцщюя ёвдзлмнрстхш"
)
"""Each Russian letter, followed by the letters that often follow it in prose."""
_LETTERS: Final = frozenset(one[0] for one in _FOLLOWERS.split())
_PAIRS: Final = frozenset(one[0] + next_ for one in _FOLLOWERS.split() for next_ in one[1:])
_OTHER_SIGNS: Final = frozenset("«»№–—„“”’…°§\u00a0\u2011\u2022·≤≥×")
"""Non-ASCII characters, besides letters, that are usual in Russian files."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_CASED: Final = re.compile(r"[а-яё]+|[А-ЯЁ]+[а-яё]*(?:[А-ЯЁ]+[а-яё]*)?")


class Encoding(NamedTuple):
    """A detected encoding. ``name`` is None for bytes that are not text.

    ``others`` are encodings that fit equally well but give a different text.
    """

    name: str | None
    others: tuple[str, ...] = ()


def encoding_of(chunks: ByteChunks) -> Encoding:
    """Detect the encoding from all bytes of ``chunks``, in constant memory."""
    head = chunks.peek()
    wide = next((name for mark, name in _WIDE_MARKS if head.startswith(mark)), None)
    wide = wide or _wide(head[:_SAMPLED])
    if wide is not None:
        return Encoding(wide)
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, has_letters = True, False
    controls = size = 0
    sample = rest = b""
    while chunk := chunks.read():
        controls += len(chunk) - len(chunk.translate(None, _CONTROLS))
        try:
            has_letters |= is_utf8 and not decoder.decode(chunk).isascii()
        except UnicodeDecodeError:
            is_utf8 = False
        size += len(chunk)
        if len(sample) < _SAMPLED:
            block = rest + chunk
            cut = block.rfind(b"\n") + 1 or (len(block) if len(block) > _SAMPLED else 0)
            lines = block[:cut].split(b"\n")
            sample += b"\n".join(line for line in lines if not line.isascii()) + b"\n"
            rest = block[cut:]
    if controls > max(2, _BINARY * size):
        return Encoding(None)
    # letters that are valid UTF-8, before a byte that is not, are no chance
    if is_utf8 or has_letters or head.startswith(codecs.BOM_UTF8):
        return Encoding("utf-8")
    return of_one_byte((sample + rest)[:_SAMPLED])


def _wide(head: bytes) -> str | None:
    """Return the name of UTF-16 without a mark, None for other text."""
    head = head[: len(head) // 2 * 2]
    zeros = (head[1::2].count(0), head[::2].count(0))
    if not head or max(zeros) < len(head) // 10 or min(zeros) > max(zeros) // 20:
        return None
    name = "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be"
    text = _decoded(head, name)
    return name if text is not None and ("\n" in text or text.isprintable()) else None


def of_one_byte(sample: bytes) -> Encoding:
    """Detect the encoding of bytes that are not UTF-8, assuming one byte per character.

    >>> [of_one_byte("Дата ответа;Ведомство".encode(name)).name for name in RUSSIAN[:3]]
    ['cp1251', 'cp866', 'koi8-r']
    """
    scores: dict[str, float] = {}
    texts: set[str] = set()
    for name in RUSSIAN:
        text = _decoded(sample, name)
        if text is None or text in texts:
            continue  # the same letters: the choice does not matter for what was read
        texts.add(text)
        scores[name] = plausibility(text) + min(_known(text), 5) / 10
    ranked = sorted(scores, key=lambda name: -scores[name])
    if ranked and scores[ranked[0]] >= _LEAST_SCORE:
        letters = sum(map(len, set(_RUNS.findall(sample))))
        enough = scores[ranked[0]] - _LEAST_LEAD - 2 / max(letters, 1)
        return Encoding(ranked[0], tuple(name for name in ranked[1:] if scores[name] > enough))
    # no Russian text: it fits many encodings of one byte per character
    from charset_normalizer import from_bytes

    names = [codecs.lookup(match.encoding).name for match in from_bytes(sample)]
    decoded: dict[str, str] = {}
    for name in (*names, "cp1252", *ranked):
        if (text := _decoded(sample, name)) is not None:
            decoded[text] = name if name == "cp1252" else decoded.get(text, name)
    most = max(map(_known, decoded), default=0)
    fitting = [name for text, name in decoded.items() if _known(text) == most]
    different = fitting if most else [*decoded.values()]
    return Encoding(different[0], tuple(different[1:4])) if different else Encoding(None)


def _known(text: str) -> int:
    """Return how many words of known column names a text has, of those that are not ASCII."""
    return sum(map(is_known_word, set(re.findall(r"[^\W\d_]{3,}", text))))


def _decoded(sample: bytes, name: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(name)().decode(sample)
    except UnicodeDecodeError:
        return None


def plausibility(text: str) -> float:
    """Return how plausible a text is as Russian, from 0 to 1, judged by its non-ASCII characters.

    It is the product of three shares: of Russian letters among these characters, of usual pairs
    among adjacent letters, and of words in lower case, in upper case or with an initial capital.

    >>> plausibility("Дата публикации"), plausibility("дЮРЮ ОСАКХЙЮЖХХ") < 0.4
    (1.0, True)
    """
    foreign = [sign for sign in text if sign > "\x7f"]
    words = {word for word in _WORD.findall(text) if not word.isascii()}  # each word once
    # an abbreviation in capitals has any letters beside each other
    lower = [word.lower() for word in words if not (word.isupper() and len(word) <= 4)]
    pairs = [word[at : at + 2] for word in lower for at in range(len(word) - 1)]
    shares = (
        [sign.lower() in _LETTERS or sign in _OTHER_SIGNS for sign in foreign],
        [pair in _PAIRS for pair in pairs],
        [_CASED.fullmatch(word) is not None for word in words],
    )
    score = 1.0
    for each in shares:
        score *= sum(each) / len(each) if each else 1.0
    return score
