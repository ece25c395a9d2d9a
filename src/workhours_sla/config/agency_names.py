"""Which names of agencies differ only in how they are spelled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from unicodedata import normalize

_SHORT_FORMS: Final = {
    # a form that hides the ending of a word is a form of each of its endings
    "гбуз": "государственное бюджетное учреждение здравоохранения",
    "гбу": "государственное бюджетное учреждение",
    "гку": "государственное казенное учреждение",
    "мбу": "муниципальное бюджетное учреждение",
    "мку": "муниципальное казенное учреждение",
    "гуп": "государственное унитарное предприятие",
    "муп": "муниципальное унитарное предприятие",
    "ооо": "общество с ограниченной ответственностью",
    "пао": "публичное акционерное общество",
    "ао": "акционерное общество",
    "жкх": "жилищно коммунальное хозяйство, жилищно коммунального хозяйства",
    "ук": "управляющая компания",
    "мр": "муниципальный район, муниципального района, м р н, м р на, м р",
    "го": "городской округ, городского округа, г о",
    "гп": "городское поселение, городского поселения, г п",
    "сп": "сельское поселение, сельского поселения, с п",
    "адм": "администрация, адм ция",
    "деп": "департамент, деп т",
    "комитет": "к т, ком т",
    "мин": "министерство, мин во",
    "упр": "управление",
    "район": "р н",
    "района": "р на",
    "обл": "область, области",
    "респ": "республика, республики",
    "г": "город, города, городу, городе, гор",
    "пос": "поселок, поселка",
    "им": "имени",
    "dept": "department",
    "dist": "district",
    "govt": "government",
}
"""For each short form the other forms of the same words, as they are without dots and dashes."""
_SHORT: Final = {form: short for short, one in _SHORT_FORMS.items() for form in one.split(", ")}
_FORMS: Final = re.compile(rf"\b(?:{'|'.join(_SHORT)})\b")
_SIGNS: Final = re.compile(r"(?<!\d)[.‐-―-]|[.‐-―-](?!\d)|[\"'«»‘’“”„]")
"""Matches quotes, and dots and dashes unless they are between digits."""
_NUMBER: Final = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
"""Matches where a number begins or ends without a blank."""


def several_spellings(names: Iterable[str]) -> list[list[str]]:
    """Return the groups of names that differ only in case, blanks, dots, quotes and short forms.

    Groups and names are in the order of ``names``. A name with another letter or ending is another.

    >>> several_spellings(["Адм. г.Волжский", "администрация  города Волжский", "Адм. г. Волжская"])
    [['Адм. г.Волжский', 'администрация  города Волжский']]
    """
    groups: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        groups.setdefault(_key(name), []).append(name)
    groups.pop("", None)
    return [group for group in groups.values() if len(group) > 1]


def _key(name: str) -> str:
    text = normalize("NFKC", name.replace("№", " n ")).casefold().replace("ё", "е")
    words = _NUMBER.sub(" ", _SIGNS.sub(" ", text)).split()
    return _FORMS.sub(lambda form: _SHORT[form[0]], " ".join(words))
