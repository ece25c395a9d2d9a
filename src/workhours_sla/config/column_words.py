"""Words by which columns, and texts for a missing time, are recognised.

They are Russian and English, and the most usual ones German, Portuguese and Kazakh.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

SURE, ALSO, LAST, ASKED = range(4)
"""The ranks of a match between a name and a canonical column.

A SURE match is used, an ALSO match if no other column is a SURE match, a LAST match if no other
column is one of these, and an ASKED match only if the user confirms it.
"""


class Words(NamedTuple):
    """Column names for each rank, the best first, in the form that ``plain`` returns."""

    sure: str = ""
    also: str = ""
    last: str = ""
    asked: str = ""


TIMES: Final = {
    "posted_at": Words(
        "публикации, размещения, поступления, регистрации, создания, подачи, обращения, написания, "
        "опубликовано, размещено, поступило, зарегистрировано, создано, подано, написано, "
        "created, creation, posted, submitted, submission, opened, open, reported, requested, "
        "received, registered, registration, published, publication, logged, filed, "
        "публикация, размещение, поступление, регистрация, создание, подача, "
        "поступила, опубликована, зарегистрирована, создана, подана, create, data de abertura, "
        "data abertura, eingang, eingangsdatum, eingangszeit, eingegangen, eingegangen am, "
        "erstellt, erstellt am, түскен күні",
        "получения, получено, сообщения, поста, комментария, жалобы, заявки, start, started, post, "
        "case start",
        asked="начала, добавления, добавлено, загрузки, in, added, incident",
    ),
    "answered_at": Words(
        "ответа, ответ, первого ответа, публикации ответа, размещения ответа, отправки ответа, "
        "направления ответа, отвечено, дан ответ, ответ дан, ответ размещен, ответ направлен, "
        "ответ опубликован, ответ заявителю, ответа заявителю, направления ответа заявителю, "
        "отправки ответа заявителю, ответ гражданину, ответа гражданину, ответа факт, "
        "фактическая ответа, фактического ответа, "
        "answered, answer, replied, reply, first reply, responded, response, first response, "
        "first answer, first responded, agent first responded, first replied, initial response, "
        "ответ первый, дата отв, дата и время отв, data resposta, data de resposta, "
        "data da resposta, antwort, antwortdatum, "
        "antwort am, antwort versandt am, beantwortet, beantwortet am, "
        "жауап берілген күні",
        asked="окончательного ответа, последнего ответа, подготовки ответа, решения, решено, "
        "решение, resolved, resolution, resolutiondate, solved, resolve, fixed, last reply, "
        "last response, "
        "исполнения, исполнено, исполнение, выполнения, выполнено, выполнение, устранения, "
        "обработки, обработано, завершения, завершено, завершение, completed, completion, "
        "complete, done, finished, закрытия, закрыто, закрытие, closed, close, closing, "
        "last closed, end, erledigt, erledigt am, abgeschlossen, abgeschlossen am, geschlossen am",
    ),
    "occurred_at": Words(
        "события, изменения, изменения статуса, смены статуса, статуса, перехода, операции, "
        "действия, occurred, changed, event, status changed, changed on, transition, action, "
        "complete, событие, изменение, sys updated",
        "start, updated, modified, last modified, last updated, обновления, обновлено, изменено, "
        "created, создания",
    ),
    "received_at": Words("получения события, event received", "received"),
    "their_due_at": Words(
        "срок, срок ответа, срок исполнения, контрольный срок, плановый срок, крайний срок, "
        "срок до, ответить до, плановая, плановая ответа, контрольная, срок рассмотрения, "
        "окончания срока, ответа план, due, deadline, expected, breach, target, due by, planned, "
        "sla due, sla target",
    ),
}
"""Names of time columns, without the words in ``_DATES``."""

OTHERS: Final = {
    "appeal_id": Words(
        "номер, id, номер обращения, номер сообщения, номер заявки, ид, код, идентификатор, "
        "регистрационный номер, рег номер, входящий номер, вх номер, uid, guid, "
        "number, ticket, ticket id, ticket number, request id, request number, case id, case, "
        "case number, service request id, issue key, issuekey, key, appeal, reference, unique key, "
        "case enquiry id, tracking number, sr number, case concept name, заявка номер, protocolo, "
        "vorgangsnummer, vorgangsnr, vorgangs nr, vorgang, aktenzeichen, ticketnummer, "
        "өтініш номер",
        "номер карточки, номер записи, обращение, сообщение, заявка, жалоба, инцидент, request, "
        "message, complaint, incident, post",
        asked="ссылка, url, link, ссылка на сообщение, ссылка на пост, адрес сообщения, permalink",
    ),
    "event_id": Words("номер события, id события, ид события, event id, audit id"),
    "type": Words(
        "событие, тип события, вид события, действие, операция, event, event type, event name, "
        "action, activity, concept name, transition",
        "type, тип, вид, kind",
    ),
    "status": Words(
        "статус, состояние, status, state, новый статус, new status, to status, current status, "
        "текущий статус"
    ),
    "agency_id": Words(
        "ведомство, оив, орган, орган власти, орган исполнительной власти, роив, омсу, "
        "ответственное ведомство, ведомство исполнитель, орган исполнитель, министерство, "
        "департамент, комитет, agency, department, responsible agency, agency responsible, "
        "agency name, department name, orgao, órgão, zuständige stelle, behörde, "
        "мемлекеттік орган",
        "исполнитель, ответственный, ответственный исполнитель, организация, "
        "ответственная организация, организация исполнитель, учреждение, ответственный орган, "
        "подразделение, assignment group, organisation, organization, org group, owner department, "
        "assigned group, agent group, support group, group, queue, office, team, contractor, "
        "группа, очередь",
        "team assigned, owner, responsible, assignee, assigned to, assigned, agent, "
        "agent assigned, org resource",
    ),
    "district_id": Words(
        "район, муниципальное образование, муниципалитет, муниципальный район, мо, "
        "муниципальный округ, городской округ, district, municipality, borough, council district",
        "округ, территория, город, населенный пункт, ward, area, neighborhood, neighbourhood, city",
    ),
    "channel": Words(
        "канал, канал поступления, channel",
        "источник, площадка, соцсеть, социальная сеть, способ поступления, способ подачи, "
        "тип источника, source, origin, platform, network, via, contact type, media",
    ),
    "topic": Words(
        "тема, тематика, topic",
        "категория, рубрика, группа тем, вопрос, category, service name, problem, "
        "complaint type, request type, service type, sr type, help topic, issue type",
        "subject",
    ),
    "importance": Words(
        "важность, приоритет, срочность, importance, priority", "urgency, severity"
    ),
    "regime": Words("порядок рассмотрения, регламент, regime, процедура"),
    "author_role": Words("роль автора, author role"),
    "substantive": Words("по существу, ответ по существу, substantive"),
    "reason": Words("причина, reason"),
    "source": Words("система, система источник, source system"),
    "their_verdict": Words(
        "просрочено, просрочка, нарушение срока, в срок, срок нарушен, соблюдение срока, breached, "
        "overdue, sla breached, has breached, sla status, verdict, made sla",
    ),
}
"""Names of columns that do not contain times."""

_NO_TIME: Final = (
    "нет н/д n/a na none null nil не_отвечено без_ответа нет_ответа "
    "ответа_нет не_дан нет_данных отсутствует б/о б/н unanswered no_reply no_answer"
)

NO_TIME: Final = frozenset(_NO_TIME.split())
"""Placeholder texts that mean "no time"; a blank is written as ``_``."""
_MARKS: Final = " -–—―….:/_"
"""A text of these marks alone is a placeholder, such as the empty date of 1C."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


COUNTERS: Final = frozenset({"номер п п", "п п", "номер пп", "пп", "n п п", "no", "row", "строка"})
"""Names of columns that count the rows; they do not identify appeals."""
BARE_NUMBERS: Final = frozenset({"номер", "n", "number", "id"})
"""Names of columns that may number either the appeals or the rows."""
NEITHER: Final = frozenset({"sys created", "sys created at", "sys created on", "last update time"})
"""Names of times that are neither those of the posting nor of the answer."""
STEMS: Final[dict[str, tuple[str, ...]]] = {
    "answered_at": ("ответ", "repl", "respon", "answer"),
    "posted_at": (
        *("публик", "поступ", "регистр", "созда", "пода", "обращ", "сообщ", "отправ", "жалоб"),
        *("creat", "submit", "open", "post", "report", "receiv", "sent"),
    ),
}
"""Word beginnings of column names that may mean the same as a canonical column of times."""
_NO_ANSWERS: Final = (
    "план, срок, контрол, обновл, измен, модиф, актуал, назнач, распредел, прин, взят, переда, "
    "направл, перенаправ, закры, начал, старт, выгруз, экспорт, импорт, загруз, просмотр, "
    "прочит, прочт, напомин, продл, рожд, оцен, приостан, возобн, эскал, осмотр, выезд, звон, "
    "визит, событ, происш, удал, архив, вход, соглас, подпис, провер, due, plan, deadline, "
    "expect, target, estimat, sla, breach, violat, updat, modif, chang, edit, assign, accept, "
    "start, begin, clos, end, escalat, export, import, sync, download, view, read, seen, remind, "
    "birth, rat, review, pause, resum, reopen, schedul, visit, call, login, activ, access, "
    "archiv, delet, approv, transfer, forward, dispatch, servic, lock"
)
"""Word beginnings of column names that say another time than that of an answer."""
_MOSCOW: Final = "Europe/Moscow"
ZONES: Final = {"utc": "UTC", "gmt": "UTC", "мск": _MOSCOW, "msk": _MOSCOW} | dict.fromkeys(
    ("московское", "московского", "московскому"), _MOSCOW
)
"""Words in column names that state the time zone."""
ZONE_COLUMNS: Final = frozenset(
    (
        *("часовой пояс", "час пояс", "таймзона", "тайм зона", "смещение utc", "смещение от utc"),
        *("time zone", "timezone", "tz", "utc offset", "gmt offset", "tz offset"),
    )
)
"""Names of columns that contain the time zone of each row."""
_SHIFTED: Final = re.compile(
    r"(?<![^\W\d_])(utc|gmt|мск|msk)\s*([+\N{MINUS SIGN}\N{EN DASH}-])\s*(\d{1,2})(?::?00)?(?!\d)",
    re.IGNORECASE,
)
"""Matches a UTC or Moscow offset in a column name, such as ``UTC+5`` or ``МСК-1``."""
_MOSCOW_OFFSET: Final = 3
_DATES: Final = _set(
    "дата время датавремя момент когда времени date time datetime timestamp at on dt utc gmt мск "
    "msk московское московскому московского uhrzeit"
)
"""Words in column names that indicate dates or times."""
_OF: Final = frozenset({"of", "the", "и", "and", "в", "на", "по", "к", "от"})
_OBJECTS: Final = _set(
    "обращения обращений обращению обращение сообщения сообщений сообщение сообщению заявки заявок "
    "заявке жалобы жалоб инцидента инцидентов поста комментария гражданина граждан жителя "
    "заявителя appeal appeals ticket tickets request requests case cases issue issues message "
    "messages complaint complaints incident incidents sr task"
)
"""Words for an appeal or a citizen, which are ignored when column names are matched."""
_THINGS: Final = _OBJECTS - _set("гражданина граждан жителя заявителя")
_PERSONS: Final = _set("гражданина граждан жителя жителей заявителя заявителей requester customer")
"""Words for the citizen. A column name with such a word does not mean the id of an appeal."""
_NAMES: Final = _set("наименование название имя фио name title наим")
_IDS: Final = frozenset({"id", "code", "код", "ид"})


_TOGETHER: Final = re.compile(
    r"\b(created?|opened|open|closed?|resolved?|updated?|requested|request|received?|reported"
    r"|submitted|due|sr|case|ticket|incident|issue|complaint)(date|datetime|time|type|number|id)\b"
)
"""Matches words that open data write together, such as ``createddate``."""
_REPEATED: Final = re.compile(r" #\d+$")
"""Matches the number that a column gets if several have one name."""


def plain(name: str) -> str:
    """Normalise a column name: lower-case words separated by single blanks.

    >>> plain("№ сообщения"), plain("createdAt"), plain(" Дата/время_ОТВЕТА: ")
    ('номер сообщения', 'created at', 'дата время ответа')
    >>> plain("closeddate"), plain("srnumber")
    ('closed date', 'sr number')
    """
    name = _REPEATED.sub("", name[:200])
    name = re.sub(r"(?<=[a-zа-яё0-9])(?=[A-ZА-ЯЁ])", " ", name)
    name = _TOGETHER.sub(r"\1 \2", name.lower()).replace("ё", "е").replace("№", " номер ")
    return " ".join(re.findall(r"[^\W_]+", name))


class Match(NamedTuple):
    """A canonical column that a name may mean, with the rank ``SURE``, ``ALSO`` or ``ASKED``."""

    canonical: str
    rank: int
    bare: bool = False
    place: int = 0


@cache
def _table() -> tuple[dict[str, list[Match]], dict[str, list[Match]]]:
    """Return two mappings from names to their matches: for times and for other columns."""
    tables: list[dict[str, list[Match]]] = []
    for columns in (TIMES, OTHERS):
        table: dict[str, list[Match]] = {}
        for canonical, words in columns.items():
            table.setdefault(plain(canonical), []).append(Match(canonical, SURE))
            for rank, names in enumerate(words):
                for place, name in enumerate(filter(None, names.split(", "))):
                    table.setdefault(name, []).append(Match(canonical, rank, place=place))
        tables.append(table)
    return tables[0], tables[1]


def matches_of(name: str) -> list[Match]:
    """Return the canonical columns that a column name may mean, the most certain first.

    >>> [match.canonical for match in matches_of("Дата и время публикации сообщения")]
    ['posted_at']
    >>> matches_of("Примечание")
    []
    """
    whole = plain(_SHIFTED.sub(r" \1 ", name))
    words = whole.split()
    times, others = _table()
    found: dict[str, Match] = {}
    rest = [word for word in words if word not in _DATES and word not in _OF]
    about = [word for word in rest if word not in _OBJECTS]
    has_date = len(rest) < len(words)
    for key in (whole, " ".join(rest), " ".join(about)):
        for match in times.get(key, ()):
            found.setdefault(match.canonical, match)
    found = _in_doubt(found, words)
    if has_date and not about and not found:
        for canonical in ("posted_at", "occurred_at"):
            found[canonical] = Match(canonical, ALSO, bare=True)
    if not has_date:
        unnamed = [word for word in about if word not in _NAMES]
        bare = [word for word in unnamed if word not in _IDS] or unnamed
        # a name with a meaning of its own, such as issue_type, is not read as a part of it
        parts = (" ".join(words) for words in (about, unnamed, bare))
        for key in (whole,) if whole in others else filter(None, parts):
            for match in others.get(key, ()):
                found.setdefault(match.canonical, match)
        found = _in_doubt(found, words)
    return sorted(found.values(), key=lambda match: match.rank)


def _in_doubt(found: dict[str, Match], words: list[str]) -> dict[str, Match]:
    """Remove the matches that a word of the name contradicts, or lower their rank."""
    # «Время на ответ» is a time span, and «ID заявителя» does not identify an appeal.
    if "время" in words and not {"на", "до"}.isdisjoint(words):
        return {}
    if not _PERSONS.isdisjoint(words):
        if "answered_at" in found:
            found["answered_at"] = Match("answered_at", ASKED)
        if _THINGS.isdisjoint(words):
            found.pop("appeal_id", None)
    return found


@cache
def _single_words() -> frozenset[str]:
    names = [name for table in _table() for name in table]
    return frozenset(word for name in names for word in name.split() if not word.isascii()) | (
        _OBJECTS - {word for word in _OBJECTS if word.isascii()} | {"дата", "время", "номер"}
    )


def without_names(name: str) -> str:
    """Return a plain name without words for the name or the number of a thing.

    >>> without_names("Agency Name"), without_names("group.id")
    ('agency', 'group')
    """
    return " ".join(word for word in plain(name).split() if word not in _NAMES | _IDS)


def readability(name: str) -> tuple[bool, bool]:
    """Return a key that sorts the name of a thing before the thing, and that before its number."""
    words = set(plain(name).split())
    return not words.isdisjoint(_IDS), words.isdisjoint(_NAMES)


def is_known_word(word: str) -> bool:
    """Whether a word with non-ASCII letters occurs in known column names."""
    return word.lower().replace("ё", "е") in _single_words()


def zone_in(name: str) -> str | None:
    """Return the time zone that a column name states, or None.

    >>> zone_in("Дата ответа (МСК)"), zone_in("Дата ответа (UTC+5)"), zone_in("Дата ответа")
    ('Europe/Moscow', 'Etc/GMT-5', None)
    """
    shifted = _SHIFTED.search(name)
    if shifted is not None:
        hours = int(shifted[3]) * (1 if shifted[2] == "+" else -1)
        hours += 0 if ZONES[shifted[1].lower()] == "UTC" else _MOSCOW_OFFSET
        return f"Etc/GMT{-hours:+}" if hours else "UTC"
    return next((ZONES[word] for word in plain(name).split() if word in ZONES), None)


def may_be(canonical: str, name: str) -> bool:
    """Whether a word of a column name begins like the names of the time column ``canonical``.

    >>> may_be("answered_at", "Дата предварительного ответа")
    True
    """
    return any(word.startswith(STEMS[canonical]) for word in plain(name).split())


def may_be_other_answer(name: str) -> bool:
    """Whether a column beside the answers may have the answers, as far as its name says.

    >>> may_be_other_answer("Фактически"), may_be_other_answer("Дата закрытия")
    (True, False)
    """
    # words for an answer or a posting are asked about without a look at the times
    is_known = plain(name) in NEITHER or any(may_be(one, name) for one in STEMS)
    is_other = any(word.startswith(tuple(_NO_ANSWERS.split(", "))) for word in plain(name).split())
    return not is_known and not is_other and (may_be_answer(name) or not matches_of(name))


@cache
def may_be_answer(name: str) -> bool:
    """Whether a column name may be that of the times of answers.

    >>> may_be_answer("Дата закрытия"), may_be_answer("Ответственный")
    (True, False)
    """
    return any(match.canonical == "answered_at" for match in matches_of(name))


def says_time(name: str) -> bool:
    """Whether a column name indicates dates or times of day.

    >>> says_time("Дата ответа"), says_time("answered_at"), says_time("Ответ")
    (True, True, False)
    """
    return not _DATES.isdisjoint(plain(name).split())


def is_no_time(text: str) -> bool:
    """Whether a text is a placeholder for a missing time, such as ``Не отвечено`` or ``. .  :``."""
    if text[:1].isdigit():  # most texts are times
        return False
    return text.lower().replace(" ", "_") in NO_TIME or not (not text or text.strip(_MARKS))
