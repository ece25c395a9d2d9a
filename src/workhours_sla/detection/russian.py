"""Score how plausible a decoded text is as Russian: by its characters, letter pairs and case."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_FOLLOWERS: Final = {
    "а": "бвгдежзйклмнпрстуфхцчшщюяё",
    "б": "абеиклоруцщъыья",
    "в": "адеиклмнорстушыья",
    "г": "адеилнору",
    "д": "авеиклмноруцыьяё",
    "е": "бвгдежзийклмнпрстухцчшщё",
    "ж": "адеикнуё",
    "з": "абвдежилмноруыья",
    "и": "абвгдежзийклмнопрстухцчшщюяё",
    "й": "клмнсцшт",
    "к": "авеиклнорстуц",
    "л": "абгежиклноустчыьюяё",
    "м": "абеийклмнопрсуыьяё",
    "н": "авгдеиклнорстуфцчщыьюяё",
    "о": "абвгдежзийклмнопрстуфхцчшщэюя",
    "п": "аеиклнопртуыя",
    "р": "абвгдежиклмнопрстуфхцчшщыьюяё",
    "с": "абвгдеиклмнопрстухчшыьюяё",
    "т": "авдеиклмнопрстучыьюяё",
    "у": "абвгдежзйклмнпрстфхцчшщюя",
    "ф": "аеилорту",
    "х": "авинорст",
    "ц": "авеиуы",
    "ч": "аеиклнотуьё",
    "ш": "авеиклнотуьё",
    "щ": "аеиньё",
    "ъ": "ею",
    "ы": "бвгдежзйклмнпрстхцчш",
    "ь": "бвгезикмнпстфшюяё",
    "э": "кклнтф",
    "ю": "бвгджклмнрстхцчшщю",
    "я": "бвгджзйклмнпрстхцщюя",
    "ё": "вдзлмнрстхш",
}
"""For each letter, the letters that often follow it in Russian prose."""
_LETTERS: Final = frozenset(_FOLLOWERS)
_OTHER_SIGNS: Final = frozenset("«»№–—„“”’…°§\u00a0\u2011\u2022·≤≥×")
"""Non-ASCII characters, besides letters, that are usual in Russian files."""
_PAIRS: Final = frozenset(a + b for a, others in _FOLLOWERS.items() for b in others)
_WORD: Final = re.compile(r"[^\W\d_]+")
_CASED: Final = re.compile(r"[а-яё]+|[А-ЯЁ]+[а-яё]*(?:[А-ЯЁ]+[а-яё]*)?")


class Plausibility(NamedTuple):
    """Three shares between 0 and 1; Russian text has high shares.

    ``signs`` is the share of Russian letters and usual characters among the non-ASCII characters.
    ``pairs`` is the share of usual pairs among the pairs of adjacent letters. ``case`` is the share
    of words in lower case, in upper case or with an initial capital.
    """

    signs: float
    pairs: float
    case: float

    @property
    def score(self) -> float:
        """The three shares combined into one number."""
        return self.signs * self.pairs * self.case


def plausibility(text: str) -> Plausibility:
    """Return how plausible a text is as Russian, judged by its non-ASCII characters.

    >>> plausibility("Дата публикации").score, plausibility("дЮРЮ ОСАКХЙЮЖХХ").score < 0.4
    (1.0, True)
    """
    foreign = [sign for sign in text if sign > "\x7f"]
    if not foreign:
        return Plausibility(1.0, 1.0, 1.0)
    expected = sum(sign.lower() in _LETTERS or sign in _OTHER_SIGNS for sign in foreign)
    words = {word for word in _WORD.findall(text) if not word.isascii()}  # each word once
    cased = sum(_CASED.fullmatch(word) is not None for word in words)
    # an abbreviation in capitals has any letters beside each other
    lower = [word.lower() for word in words if not (word.isupper() and len(word) <= 4)]
    pairs = [word[at : at + 2] for word in lower for at in range(len(word) - 1)]
    usual = sum(pair in _PAIRS for pair in pairs)
    return Plausibility(
        expected / len(foreign),
        usual / len(pairs) if pairs else 1.0,
        cased / len(words) if words else 1.0,
    )
