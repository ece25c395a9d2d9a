"""The messages of errors in Russian and English, with placeholders for their facts.

The core imports this module, so this module imports only ``errors`` and ``words``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, Self

from workhours_sla.errors import LONGEST_SHOWN, clipped
from workhours_sla.text.hours import HOURS_FAULTS, NO_HOURS
from workhours_sla.text.words import LANGUAGES, Words, pick

UNKNOWN_DATES: Final[Mapping[str, Words]] = {
    "not_approved": {
        "en": (
            "the production calendar for {year} is not approved (the last known year is {last}); "
            "with {how} the answer is by rule and marked provisional"
        ),
        "ru": (
            "производственный календарь на {year} год не утверждён (последний известный - {last}). "
            "Используйте {how}: результат будет помечен «предварительно»"
        ),
    },
    "too_early": {
        "en": "the production calendar starts in {first}; use a later date",
        "ru": "производственный календарь есть начиная с {first} года; укажите более позднюю дату",
    },
    "not_known_then": {
        "en": (
            "the production calendar for {year} was not known on {known_by}; "
            "take the calendar as known on a later date"
        ),
        "ru": (
            "по состоянию на {known_by} производственный календарь на {year} год ещё не был "
            "утверждён; укажите более позднюю дату состояния"
        ),
    },
    "uncertain": {
        "en": (
            "it is uncertain whether this is a day off ({name}; {act}); "
            "with {how} the answer is by rule and marked provisional"
        ),
        "ru": (
            "не установлено, нерабочий ли это день ({name}; {act}). "
            "Используйте {how}: результат будет помечен «предварительно»"
        ),
    },
    "beyond_rules": {
        "en": "the rules cover {first} to {last}; use a date between",
        "ru": "расчёт по правилам возможен с {first} по {last} год; укажите дату в этих пределах",
    },
    "beyond_time": {
        "en": "the year {year} is out of range; use the years {first} to {last}",
        "ru": "{year} год вне допустимых пределов; укажите дату с {first} по {last} год",
    },
    "library_ends": {
        "en": (
            "{library} has no record of {year}; add the days off of the year with {add}, or use a "
            "date from {first} to {last}"
        ),
        "ru": (
            "в библиотеке {library!r} нет данных за {year} год; добавьте нерабочие дни этого года "
            "({add}) или укажите дату с {first} по {last}"
        ),
    },
    "library_undecided": {
        "en": (
            "{library} has no record of what was decided for {year} (the last year on record is "
            "{last}); with {how} the answer is by rule and marked provisional"
        ),
        "ru": (
            "в библиотеке {library!r} нет решений властей на {year} год (последний год с "
            "данными - {last}). Используйте {how}: результат будет помечен «предварительно»"
        ),
    },
    "outside": {
        "en": "it covers {first} to {last}; give it another first or last date",
        "ru": "он составлен на даты с {first} по {last}; задайте другие границы",
    },
}

IN_CODE: Final[Mapping[str, str]] = {"how": "provisional=True", "add": "Calendar.amend"}
IN_SHELL: Final[Mapping[str, str]] = {"how": "--provisional", "add": "--calendar-file"}
IN_SERVICE: Final[Mapping[str, str]] = {"how": '"provisional": true', "add": "--calendar-file"}
"""Advice on an unknown date, for Python, for the shell and for the HTTP service."""

_NO_TIME: Final[Words] = {
    "en": (
        "{text} is not a time: {why}; write it like 2025-10-31T17:30, 2025-10-31T17:30+03:00 or "
        "'31.10.2025 17:30'"
    ),
    "ru": (
        "{text} - не время: {why}; напишите, например, '31.10.2025 17:30', 2025-10-31T17:30 или "
        "2025-10-31T17:30+03:00"
    ),
}

_NO_INSTANT: Final[Words] = {
    "en": "{text} {why} in {tz} when its clocks change; add the offset, {first} or {second}",
    "ru": "{text} {why} при переводе часов ({tz}); допишите смещение: {first} или {second}",
}


def _framed(frame: Words, reasons: Mapping[str, Words]) -> dict[str, Words]:
    """Insert each of ``reasons`` into the sentence ``frame``; return the sentences by reason."""
    return {
        cause: {lang: frame[lang].replace("{why}", why[lang]) for lang in LANGUAGES}
        for cause, why in reasons.items()
    }


REFUSALS: Final[Mapping[str, Words]] = {
    **_framed(
        _NO_TIME,
        {
            "time_form": {"en": "this form is not accepted", "ru": "такая запись не принимается"},
            "time_no_date": {"en": "it has no date", "ru": "нет даты"},
            "time_no_clock": {"en": "it has no time of day", "ru": "нет времени суток"},
            "time_date": {"en": "there is no such date", "ru": "такой даты нет"},
            "time_clock": {
                "en": "no clock shows {clock} (a day ends at 00:00 of the next one)",
                "ru": "часы не показывают {clock} (сутки кончаются в 00:00 следующего дня)",
            },
            "time_offset": {
                "en": "no clock is {offset} from UTC",
                "ru": "смещения {offset} от UTC не бывает",
            },
            "time_span": {
                "en": "it may be a span of hours (an offset from UTC is written {iso})",
                "ru": "это может быть промежуток (смещение от UTC пишут так: {iso})",
            },
        },
    ),
    **_framed(
        _NO_INSTANT,
        {
            "time_repeated": {"en": "comes twice", "ru": "наступает дважды"},
            "time_skipped": {"en": "is skipped", "ru": "пропускается"},
        },
    ),
    **_framed(NO_HOURS, HOURS_FAULTS),
}
"""Reasons why a time or weekly hours cannot be parsed, with what to write instead."""

STORE_FAULTS: Final[Mapping[str, Words]] = {
    "store_position": {
        "en": (
            "the stored position {position} of {path!r} cannot be read; restore the last snapshot "
            "of the store, or install the version of workhours-sla that wrote it"
        ),
        "ru": (
            "записанное в хранилище место {position} в файле {path!r} не читается; восстановите "
            "последнюю копию хранилища или установите ту версию workhours-sla, которая его "
            "записала"
        ),
    },
    "store_in_use": {
        "en": "another process writes the store {path!r}; end it first, or give another file",
        "ru": "в хранилище {path!r} пишет другой процесс; завершите его или укажите другой файл",
    },
    "store_linked": {
        "en": (
            "the store {path!r} has {count} names (hard links), and SQLite keeps its log beside "
            "one of them; leave it one name"
        ),
        "ru": (
            "у хранилища {path!r} несколько имён (жёстких ссылок: {count}), а журнал SQLite лежит "
            "рядом только с одним из них; оставьте одно имя"
        ),
    },
    "store_taken_over": {
        "en": (
            "another process has begun to write the store {path!r}, since its lock file was "
            "removed; end one of the two"
        ),
        "ru": (
            "в хранилище {path!r} пишет ещё один процесс, потому что файл блокировки удалён; "
            "завершите один из них"
        ),
    },
    "store_replaced": {
        "en": (
            "the store {path!r} was moved, deleted or replaced while it was open; put it back and "
            "start again"
        ),
        "ru": (
            "хранилище {path!r} перемещено, удалено или заменено во время работы; верните файл на "
            "место и запустите команду снова"
        ),
    },
    "store_unwritable": {
        "en": (
            "the store {path!r} cannot be written ({error}); "
            "give a file in an existing directory that can be written"
        ),
        "ru": (
            "хранилище {path!r} недоступно для записи ({error}); "
            "укажите файл в существующей папке, доступной для записи"
        ),
    },
    "sink_in_use": {
        "en": "another process writes {path!r}; end it first, or give another file",
        "ru": "в файл {path!r} пишет другой процесс; завершите его или укажите другой файл",
    },
    "sink_special": {
        "en": (
            "{what} cannot be written to {path!r}, which is a directory, a pipe or a device; "
            "give an ordinary file"
        ),
        "ru": (
            "нельзя записать {what} в {path!r}: это папка, канал или устройство; "
            "укажите обычный файл"
        ),
    },
    "sink_unwritable": {
        "en": (
            "{what} cannot be written to {path!r} ({error}); free some space or give another "
            "file: they are kept in the store and written on the next start"
        ),
        "ru": (
            "не удалось записать {what} в {path!r} ({error}); освободите место или укажите другой "
            "файл: они сохранены в хранилище и будут записаны при следующем запуске"
        ),
    },
    "sink_foreign": {
        "en": (
            "{path!r} has other content than {what}, such as {text!r}; nothing was written to it, "
            "give a new or an empty file"
        ),
        "ru": (
            "в файле {path!r} не только {what}, но и, например, {text!r}; он оставлен как есть, "
            "укажите новый или пустой файл"
        ),
    },
    "sink_gone": {
        "en": (
            "{path!r} is gone since {what} were last written to it; put it back, or write it from "
            "the store with: workhours outbox rewrite FILE --store STORE"
        ),
        "ru": (
            "файл {path!r}, в который записывались {what}, удалён или заменён; верните его или "
            "восстановите из хранилища: workhours outbox rewrite ФАЙЛ --store ХРАНИЛИЩЕ"
        ),
    },
    "sink_shortened": {
        "en": (
            "{path!r} is shorter than it was when {what} were last written to it; write what is "
            "missing from the store with: workhours outbox rewrite FILE --store STORE"
        ),
        "ru": (
            "файл {path!r} стал короче с тех пор, как в него записывались {what}; восстановите его "
            "из хранилища: workhours outbox rewrite ФАЙЛ --store ХРАНИЛИЩЕ"
        ),
    },
    "sink_changed": {
        "en": (
            "{path!r} was changed by another program since {what} were last written to it; write "
            "it from the store with: workhours outbox rewrite FILE --store STORE"
        ),
        "ru": (
            "файл {path!r} изменён другой программой с тех пор, как в него записывались {what}; "
            "восстановите его из хранилища: workhours outbox rewrite ФАЙЛ --store ХРАНИЛИЩЕ"
        ),
    },
}
"""Faults in the file of a store or a sink, with what to do."""

LINES: Final[Mapping[str, Words]] = {
    "changes": {"en": "changes", "ru": "изменения"},
    "digests": {"en": "digests", "ru": "сводки"},
}
"""Names of the records that a sink writes, one on each line of its file."""


def _short(fact: str) -> str:
    """Shorten a text; the more characters must be escaped, the shorter the result."""
    short = clipped(fact, LONGEST_SHOWN + 3)
    return short if len(repr(short)) <= 2 * LONGEST_SHOWN else clipped(fact, LONGEST_SHOWN // 10)


class Phrase(NamedTuple):
    """A message or a part of one, which can be printed in every language.

    ``cause`` is a key of ``REFUSALS`` or ``sentences.SENTENCES``, and ``facts`` are the values of
    its placeholders. A fact may be a Phrase itself, or a tuple of Phrases, which is printed as a
    list. ``str`` returns the message in English.
    """

    cause: str
    facts: Mapping[str, object]

    def __str__(self) -> str:
        return said(self, "en")


class Detail(str):
    """A message in English as ``str``, with the Phrase to print it in other languages."""

    __slots__ = ("phrase",)

    phrase: Phrase

    def __new__(cls, phrase: Phrase) -> Self:
        """Create the English message of ``phrase``, and keep the Phrase."""
        made = super().__new__(cls, str(phrase))
        made.phrase = phrase
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return Detail, (self.phrase,)


def say(cause: str, /, **facts: object) -> Phrase:
    """Return the Phrase for a cause and its facts."""
    return Phrase(cause, facts)


def phrase_of(error: Exception) -> Phrase | None:
    """Return the translatable Phrase of an error's message, None if it has none."""
    known = vars(error)
    return Phrase(known["cause"], known["facts"]) if is_known(known.get("cause")) else None


_NAMES_RU: Final = {
    "standard input": "стандартный ввод",
    "stdin": "стандартный ввод",
    "the configuration": "конфигурация",
}
"""The Russian names of what is read without a path."""


def said(fact: object, lang: str) -> str:
    """Return a fact as text in ``lang``. A fact is a Phrase, a tuple of facts, or another value."""
    if isinstance(fact, Detail):
        fact = fact.phrase
    if isinstance(fact, Phrase):
        return refusal(fact.cause, lang, fact.facts)
    if isinstance(fact, tuple):
        return ", ".join(said(one, lang) for one in fact)
    text = str(fact)
    return _NAMES_RU.get(text, text) if lang == "ru" else text


def is_known(cause: object) -> bool:
    """Return whether there is a sentence for a cause in every language."""
    from workhours_sla.text.sentences import SENTENCES  # noqa: PLC0415 - only an error needs it

    return cause in REFUSALS or cause in SENTENCES


def refusal(cause: str, lang: str, facts: Mapping[str, object]) -> str:
    """Return the sentence for a cause in ``REFUSALS`` or ``SENTENCES``, with its facts filled in.

    For a cause in ``REFUSALS``, long texts among the facts are shortened, except ``example``.
    """
    if cause not in REFUSALS:
        from workhours_sla.text.sentences import SENTENCES  # noqa: PLC0415 - it is large

        texts = {
            name: fact if isinstance(fact, int) else said(fact, lang)
            for name, fact in facts.items()
        }
        return pick(SENTENCES[cause], lang).format(**texts)
    short = {
        name: _short(fact) if isinstance(fact, str) and name != "example" else fact
        for name, fact in facts.items()
    }
    return pick(REFUSALS[cause], lang).format(**short)


def store_fault(cause: str, facts: Mapping[str, object], lang: str) -> str:
    """Return the sentence for a cause in ``STORE_FAULTS``, with ``facts`` filled in."""
    what = pick(LINES[str(facts["what"])], lang) if "what" in facts else ""
    facts = {**facts, "what": what}
    if "error" in facts:
        facts["error"] = said(facts["error"], lang)
    return pick(STORE_FAULTS[cause], lang).format(**facts)
