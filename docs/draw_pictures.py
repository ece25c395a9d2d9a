"""Draw the pictures of the pages as SVG, in each language, from the answers of the library.

Usage: python docs/draw_pictures.py [FOLDER]; without a folder it writes to docs/images.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from pathlib import Path

from workhours_sla import Act, Calendar, Day, DayKind, Layer, Schedule, day_off, working_hours
from workhours_sla.stream import Watermarks

INK, MUTED, LINE = "#1b1f24", "#5b6570", "#d5dae0"
HOURS, USED, OFF = "#d9e6f7", "#2563ab", "#f3f4f6"
MARK = "#b3261e"
FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"


class Drawing:
    """An SVG on a light card, so that it can be read on light and dark pages."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"',
            f'role="img" font-family="{FONT}" font-size="13">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>',
        ]

    def box(
        self, x: float, y: float, width: float, height: float, fill: str, *, stroke: str = "none"
    ) -> None:
        """Add a rectangle."""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="3" '
            f'fill="{fill}" stroke="{stroke}"/>'
        )

    def dot(self, x: float, y: float, *, filled: bool) -> None:
        """Add a dot, filled or as a ring."""
        fill = USED if filled else "#ffffff"
        self.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{fill}" stroke="{USED}" stroke-width="1.5"/>'
        )

    def line(
        self, points: Iterable[tuple[float, float]], colour: str = LINE, *, arrow: bool = False
    ) -> None:
        """Add a line through points, optionally with an arrowhead at its end."""
        points = list(points)
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        )
        if arrow:
            (x0, y0), (x, y) = points[-2:]
            dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
            head = f"{x},{y} {x - 8 * dx - 4 * dy},{y - 8 * dy - 4 * dx} {x - 8 * dx + 4 * dy},{y - 8 * dy + 4 * dx}"
            self.parts.append(f'<polygon points="{head}" fill="{colour}"/>')

    def text(
        self,
        x: float,
        y: float,
        text: str,
        colour: str = INK,
        *,
        anchor: str = "middle",
        bold: bool = False,
        size: int = 13,
    ) -> None:
        """Add a line of text."""
        weight = ' font-weight="600"' if bold else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" '
            f'font-size="{size}"{weight}>{escape(text)}</text>'
        )

    def svg(self) -> str:
        """Return the document."""
        return "\n".join([*self.parts, "</svg>\n"])


WEEKDAYS = {
    "en": ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"],
    "ru": ["пн", "вт", "ср", "чт", "пт", "сб", "вс"],
}
TIMELINE = {
    "en": {
        "title": "Four working hours from Tuesday 30 December 2025, 16:30: due Monday 12 January 2026, 11:30",
        "posted": "posted 16:30",
        "due": "due 11:30",
        "moved_31": ["moved from 5 Jan 2025", "Resolution No 1335"],
        "holidays": ["New Year holidays and Christmas", "Labour Code, art. 112"],
        "moved_9": ["moved from 3 Jan", "Resolution No 1466"],
        "weekend": ["weekend", ""],
        "first": "1:30 used",
        "second": "2:30 used",
    },
    "ru": {
        "title": "Четыре рабочих часа со вторника 30 декабря 2025 года, 16:30: срок в понедельник 12 января 2026 года, 11:30",
        "posted": "поступило 16:30",
        "due": "срок 11:30",
        "moved_31": ["перенос с 05.01.2025", "постановление № 1335"],
        "holidays": ["новогодние каникулы и Рождество", "ст. 112 ТК РФ"],
        "moved_9": ["перенос с 03.01", "постановление № 1466"],
        "weekend": ["выходные", ""],
        "first": "прошло 1:30",
        "second": "прошло 2:30",
    },
}


def timeline(language: str) -> str:
    """Draw a deadline over the New Year holidays."""
    words = TIMELINE[language]
    office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    start = datetime(2025, 12, 30, 16, 30, tzinfo=office.tz)
    due = office.deadline(start, working_hours(4))
    days = [start.date() + timedelta(days=n) for n in range((due.date() - start.date()).days + 1)]
    width, left, top, per_hour = 64, 56, 78, 15
    drawing = Drawing(left + width * len(days) + 20, 330, str(words["title"]))

    def height(at: time) -> float:
        return top + (at.hour + at.minute / 60 - 9) * per_hour

    for hour in (9, 13, 14, 18):
        drawing.text(
            left - 8, height(time(hour)) + 4, f"{hour:02}:00", MUTED, anchor="end", size=11
        )
        drawing.line([(left, height(time(hour))), (left + width * len(days), height(time(hour)))])
    for n, day in enumerate(days):
        x = left + n * width
        shifts = list(
            office.intervals(
                datetime.combine(day, time(), office.tz),
                datetime.combine(day + timedelta(days=1), time(), office.tz),
            )
        )
        drawing.text(x + width / 2, top - 30, WEEKDAYS[language][day.weekday()], MUTED, size=11)
        drawing.text(x + width / 2, top - 14, f"{day:%d.%m}", bold=bool(shifts))
        if not shifts:
            drawing.box(x + 3, height(time(9)), width - 6, 9 * per_hour, OFF)
        for shift in shifts:
            first, last = shift.start.time(), shift.end.time()
            drawing.box(x + 3, height(first), width - 6, height(last) - height(first), HOURS)
            used = max(shift.start, start), min(shift.end, due)
            if used[0] < used[1]:
                a, b = height(used[0].time()), height(used[1].time())
                drawing.box(x + 3, a, width - 6, b - a, USED)
    for n, at, key, label in (
        (0, start, "first", "posted"),
        (len(days) - 1, due, "second", "due"),
    ):
        x, y = left + n * width, height(at.time())
        drawing.line([(x - 2, y), (x + width + 2, y)], MARK)
        drawing.text(x + width / 2, 24, str(words[label]), MARK, bold=True)
        drawing.text(
            x + width / 2, height(time(18)) + 18, str(words[key]), USED, bold=True, size=12
        )
    for (first, last), key, row in (
        ((1, 1), "moved_31", 1),
        ((2, 9), "holidays", 0),
        ((10, 10), "moved_9", 1),
        ((11, 12), "weekend", 0),
    ):
        a, b = left + first * width + 4, left + (last + 1) * width - 4
        y = height(time(18)) + 34
        drawing.line([(a, y - 6), (a, y), (b, y), (b, y - 6)], MUTED)
        below = y + 18 + row * 36
        if row:
            drawing.line([((a + b) / 2, y), ((a + b) / 2, below - 14)], MUTED)
        for n, line in enumerate(words[key]):
            drawing.text((a + b) / 2, below + n * 16, line, INK if not n else MUTED, size=12)
    return drawing.svg()


APPEAL = {
    "en": {
        "title": "The life of an appeal: from the posting to met, breached, withdrawn or excluded",
        "pending": ("pending", "the clock runs"),
        "at_risk": ("at_risk", "little time is left"),
        "paused": ("paused", "the clock is stopped"),
        "met": ("met", "answered by the limit"),
        "breached": ("breached", "no answer by the limit"),
        "withdrawn": ("withdrawn", "deleted by the citizen"),
        "created": "created",
        "warn": "warning time",
        "pause": "paused",
        "resume": "resumed",
        "reply": "replied",
        "limit": "the limit passes",
        "delete": "deleted",
        "late": "a late event can retract each change; a reopening starts another cycle",
    },
    "ru": {
        "title": "Жизнь обращения: от поступления до ответа в срок, просрочки или отзыва",
        "pending": ("в работе", "время идёт"),
        "at_risk": ("срок истекает", "времени осталось мало"),
        "paused": ("приостановлено", "время не идёт"),
        "met": ("в срок", "ответ не позже предела"),
        "breached": ("просрочено", "до предела ответа нет"),
        "withdrawn": ("отозвано", "удалено гражданином"),
        "created": "поступило",
        "warn": "пора предупредить",
        "pause": "приостановка",
        "resume": "возобновлено",
        "reply": "ответ",
        "limit": "предел прошёл",
        "delete": "удалено",
        "late": "опоздавшее событие может отменить изменение; повторное открытие начинает новый цикл",
    },
}


def appeal(language: str) -> str:
    """Draw the verdicts of a clock and what leads from one to the next."""
    words = APPEAL[language]
    drawing = Drawing(860, 330, str(words["title"]))
    places = {
        "pending": (118, 120),
        "at_risk": (400, 120),
        "paused": (255, 240),
        "met": (670, 20),
        "breached": (670, 120),
        "withdrawn": (670, 220),
    }
    width, tall = 160, 58
    for name, (x, y) in places.items():
        end = name in {"met", "breached", "withdrawn"}
        drawing.box(x, y, width, tall, HOURS if not end else OFF, stroke=USED if not end else MUTED)
        title, note = words[name]
        drawing.text(x + width / 2, y + 24, title, bold=True)
        drawing.text(x + width / 2, y + 43, note, MUTED, size=11)
    drawing.line([(20, 149), (116, 149)], INK, arrow=True)
    drawing.text(66, 140, str(words["created"]), MUTED, size=11)
    drawing.line([(278, 149), (398, 149)], INK, arrow=True)
    drawing.text(337, 140, str(words["warn"]), MUTED, size=11)
    drawing.line([(560, 149), (668, 149)], INK, arrow=True)
    drawing.text(614, 140, str(words["limit"]), MUTED, size=11)
    drawing.line([(480, 118), (480, 49), (668, 49)], INK, arrow=True)
    drawing.line([(198, 118), (198, 49), (480, 49)], INK)
    drawing.text(574, 40, str(words["reply"]), MUTED, size=11)
    drawing.line([(168, 180), (168, 269), (253, 269)], INK, arrow=True)
    drawing.text(160, 230, str(words["pause"]), MUTED, size=11, anchor="end")
    drawing.line([(335, 238), (335, 214), (228, 214), (228, 180)], INK, arrow=True)
    drawing.text(284, 207, str(words["resume"]), MUTED, size=11)
    drawing.line([(500, 180), (500, 249), (668, 249)], INK, arrow=True)
    drawing.text(584, 240, str(words["delete"]), MUTED, size=11)
    drawing.text(430, 318, str(words["late"]), MUTED, size=12)
    return drawing.svg()


LAYERS = {
    "en": (
        ("errors", "the error tree"),
        ("text", "words and formats in Russian and English"),
        ("calendars", "what kind of day is it?"),
        ("worktime", "when is it working time?"),
        ("sla", "was the target met?"),
        ("statistics", "statistics on arrays"),
        ("compliance", "how well are targets met?"),
        ("json, frames, sql", "the same values elsewhere"),
        ("stream, stores", "events as they arrive, and what is kept"),
        ("config, foreign", "settings, calendars from elsewhere"),
        ("sources, detection", "files, and how they are read"),
        ("reports, spark", "the page, workbooks, charts; Spark"),
        ("service", "the questions over HTTP, the screen"),
        ("cli", "the command workhours"),
        ("public modules", "what you import"),
    ),
    "ru": (
        ("errors", "дерево ошибок"),
        ("text", "слова и форматы, русские и английские"),
        ("calendars", "что это за день?"),
        ("worktime", "идёт ли рабочее время?"),
        ("sla", "соблюдён ли норматив?"),
        ("statistics", "статистика по массивам"),
        ("compliance", "насколько соблюдаются нормативы?"),
        ("json, frames, sql", "те же значения в других местах"),
        ("stream, stores", "события по мере поступления и их хранение"),
        ("config, foreign", "настройки и чужие календари"),
        ("sources, detection", "файлы и то, как их читать"),
        ("reports, spark", "страница, книги Excel, графики; Spark"),
        ("service", "вопросы по HTTP и экран"),
        ("cli", "команда workhours"),
        ("публичные модули", "то, что вы импортируете"),
    ),
}
IMPORTS = {
    "en": ("imports only from layers above", "pure: no I/O, no clock", "Layers of workhours_sla"),
    "ru": ("импортирует только верхние слои", "без ввода-вывода и часов", "Слои workhours_sla"),
}


def layers(language: str) -> str:
    """Draw the layers of the package, each of which imports only from those above it."""
    below, pure, title = IMPORTS[language]
    rows = LAYERS[language]
    tall, top = 30, 16
    drawing = Drawing(790, top * 2 + tall * len(rows), title)
    for n, (name, what) in enumerate(rows):
        y = top + n * tall
        inside = name in {"calendars", "worktime", "sla", "statistics", "compliance"}
        drawing.box(20, y + 2, 500, tall - 4, HOURS if inside else OFF)
        drawing.text(32, y + 20, name, bold=True, anchor="start")
        drawing.text(190, y + 20, what, MUTED, anchor="start")
    drawing.line([(545, top + tall * len(rows) - 4), (545, top + 4)], INK, arrow=True)
    drawing.text(555, top + tall * len(rows) - 10, below, MUTED, anchor="start", size=11)
    drawing.box(545 + 10, top + tall * 4, 14, 14, HOURS)
    drawing.text(575, top + tall * 4 + 12, pure, MUTED, anchor="start", size=11)
    return drawing.svg()


LIMIT = {
    "en": {
        "title": "Four working hours from 14:00: due at 18:00, the limit is 09:00 on the next day",
        "days": ("Wed 12 March", "Thu 13 March"),
        "posted": "posted 14:00",
        "due": "due 18:00",
        "limit": "limit 09:00",
        "used": "4:00 used",
        "between": "no working time passes: an answer here took 4:00 and is in time",
        "late": "late",
    },
    "ru": {
        "title": "Четыре рабочих часа с 14:00: срок 18:00, предел 09:00 следующего дня",
        "days": ("ср 12 марта", "чт 13 марта"),
        "posted": "поступило 14:00",
        "due": "срок 18:00",
        "limit": "предел 09:00",
        "used": "прошло 4:00",
        "between": "рабочее время не идёт: ответ здесь занял 4:00 и дан в срок",
        "late": "просрочка",
    },
}


def limit(language: str) -> str:
    """Draw a budget that is used up at closing time."""
    words = LIMIT[language]
    office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    start = datetime(2025, 3, 12, 14, 0, tzinfo=office.tz)
    due_at = office.deadline(start, working_hours(4))
    latest = office.breaches_after(start, working_hours(4))
    first, last = start - timedelta(hours=2), latest + timedelta(hours=4)
    left, per_hour, top, tall = 24, 32, 82, 46
    width = left * 2 + per_hour * ((last - first) // timedelta(hours=1))
    drawing = Drawing(width, 236, str(words["title"]))

    def x(at: datetime) -> float:
        return left + (at - first) / timedelta(hours=1) * per_hour

    drawing.box(x(first), top, x(last) - x(first), tall, OFF)
    for shift in office.intervals(first, last):
        drawing.box(x(shift.start), top, x(shift.end) - x(shift.start), tall, HOURS)
    drawing.box(x(start), top, x(due_at) - x(start), tall, USED)
    drawing.text((x(start) + x(due_at)) / 2, top + 28, str(words["used"]), "#ffffff", bold=True)
    midnight = datetime(2025, 3, 13, tzinfo=office.tz)
    drawing.line([(x(midnight), top), (x(midnight), top + tall)], MUTED)
    for at, name in ((x(midnight) - 12, 0), (x(midnight) + 12, 1)):
        anchor = "end" if name == 0 else "start"
        drawing.text(at, top + 28, words["days"][name], MUTED, anchor=anchor, size=12)
    for at, name in ((start, "posted"), (due_at, "due"), (latest, "limit")):
        drawing.line([(x(at), top - 12), (x(at), top + tall + 10)], MARK)
        drawing.text(x(at), top - 24, str(words[name]), MARK, bold=True)
    drawing.text((x(latest) + x(last)) / 2, top + tall + 30, str(words["late"]), MARK, bold=True)
    a, b, y = x(due_at) + 3, x(latest) - 3, top + tall + 24
    drawing.line([(a, y - 8), (a, y), (b, y), (b, y - 8)], MUTED)
    drawing.text((a + b) / 2, y + 20, str(words["between"]), size=12)
    return drawing.svg()


COMPLETIONS = {
    "en": {
        "title": "Four working hours from Friday 18 April 2025 in Dagestan, where 20 and 21 April are uncertain",
        "off": "all off",
        "full": "all full",
        "posted": "posted 17:00",
        "due": "due 12:00",
        "answer": "due between Mon 21.04 12:00 and Tue 22.04 12:00: no single answer is certain",
        "uncertain": "uncertain",
    },
    "ru": {
        "title": "Четыре рабочих часа с пятницы 18 апреля 2025 года в Дагестане, где 20 и 21 апреля спорные",
        "off": "все выходные",
        "full": "все рабочие",
        "posted": "поступило 17:00",
        "due": "срок 12:00",
        "answer": "срок между пн 21.04 12:00 и вт 22.04 12:00: точного ответа нет",
        "uncertain": "спорная",
    },
}


def completions(language: str) -> str:
    """Draw one deadline in the two extreme completions of a calendar."""
    words = COMPLETIONS[language]
    open_days = (date(2025, 4, 20), date(2025, 4, 21))
    act, hours = Act("-"), "Mo-Fr 09:00-13:00,14:00-18:00"
    calendar = Calendar.get("RU-DA")
    both = {
        "off": calendar.amend(day_off(open_days[1], act), confirms=[open_days]),
        "full": calendar.amend([], confirms=[open_days]),
    }
    days = [date(2025, 4, day) for day in range(18, 23)]
    left, width, tall, per_hour = 132, 124, 96, 12
    drawing = Drawing(left + width * len(days) + 20, 330, words["title"])
    for n, day in enumerate(days):
        x = left + (n + 0.5) * width
        drawing.text(x, 24, f"{WEEKDAYS[language][day.weekday()]} {day:%d.%m}", bold=True)
        if day in open_days:
            drawing.text(x, 42, words["uncertain"], MARK, size=12)
    for row, (name, known) in enumerate(both.items()):
        office = Schedule(known, hours)
        start = datetime(2025, 4, 18, 17, 0, tzinfo=office.tz)
        due_at = office.deadline(start, working_hours(4))
        top = 56 + row * (tall + 24)
        drawing.text(left - 12, top + tall / 2, words[name], anchor="end", bold=True)
        for n, day in enumerate(days):
            x = left + n * width + 4
            drawing.box(x, top, width - 8, per_hour * 9, OFF)
            for shift in office.intervals_of(day):
                y = top + (shift.start.hour - 9) * per_hour
                span = (shift.end - shift.start) // timedelta(hours=1) * per_hour
                drawing.box(x, y, width - 8, span, HOURS)
                used = max(shift.start, start), min(shift.end, due_at)
                if used[0] < used[1]:
                    y = top + (used[0].hour - 9) * per_hour
                    span = (used[1] - used[0]) // timedelta(hours=1) * per_hour
                    drawing.box(x, y, width - 8, span, USED)
            if day in open_days:
                drawing.box(x, top, width - 8, per_hour * 9, "none", stroke=MARK)
            if day == due_at.date():
                drawing.text(
                    x + (width - 8) / 2, top + per_hour * 6.4, words["due"], MARK, bold=True
                )
        drawing.text(
            left + width / 2, top + per_hour * 6.4, words["posted"], MARK, bold=True, size=12
        )
    drawing.text(left + width * len(days) / 2, 314, words["answer"])
    return drawing.svg()


WATERMARK = {
    "en": {
        "title": "The watermark is the minimum over the partitions",
        "partitions": ("portal", "hotline"),
        "read": "read",
        "unread": "not read yet",
        "limit": "limit of A-2, 15:30",
        "watermark": "watermark",
        "answer": "answer to A-2",
        "note": "The portal alone would give a false breach of A-2: its answer is still to be read.",
    },
    "ru": {
        "title": "Водяной знак — наименьший из разделов источника",
        "partitions": ("портал", "телефон"),
        "read": "прочитано",
        "unread": "ещё не прочитано",
        "limit": "предел A-2, 15:30",
        "watermark": "водяной знак",
        "answer": "ответ на A-2",
        "note": "Один портал дал бы ложную просрочку A-2: ответ на обращение ещё не прочитан.",
    },
}


def watermark(language: str) -> str:
    """Draw two partitions, one of which is read further than the other."""
    words = WATERMARK[language]

    def at(text: str) -> datetime:
        return datetime.combine(date(2025, 3, 12), time.fromisoformat(text), UTC)

    received = {
        0: ["14:05", "14:20", "14:50", "15:12", "15:26", "15:48", "16:02", "16:10"],
        1: ["14:12", "14:33", "14:58", "15:10", "15:22", "15:41"],
    }
    read = (8, 4)
    marks = Watermarks(["0", "1"], skew=timedelta(minutes=5))
    for row, count in enumerate(read):
        marks.record(str(row), at(received[row][count - 1]))
    reached = marks.value or at("14:00")
    left, per_minute, top = 110, 5, 74
    drawing = Drawing(left + per_minute * 140 + 20, 270, str(words["title"]))

    def x(moment: datetime) -> float:
        return left + (moment - at("14:00")) / timedelta(minutes=1) * per_minute

    drawing.box(left, 56, x(reached) - left, 108, HOURS)
    for row in (0, 1):
        y = top + row * 68
        drawing.text(left - 14, y + 5, words["partitions"][row], anchor="end", bold=True)
        drawing.line([(left, y), (x(at("16:20")), y)])
        for n, text in enumerate(received[row]):
            drawing.dot(x(at(text)), y, filled=n < read[row])
    drawing.text(x(at("15:19")), top + 92, str(words["answer"]), MUTED, size=11)
    for moment, label, colour, y in (
        (reached, f"{words['watermark']} {reached:%H:%M}", USED, 24),
        (at("15:30"), str(words["limit"]), MARK, 24),
    ):
        drawing.line([(x(moment), 36), (x(moment), 176)], colour)
        anchor = "end" if colour == USED else "start"
        drawing.text(x(moment), y, label, colour, anchor=anchor, bold=True)
    for hour in ("14:00", "15:00", "16:00"):
        drawing.text(x(at(hour)), 192, hour, MUTED, size=11)
    drawing.dot(left + 5, 216, filled=True)
    drawing.text(left + 16, 220, str(words["read"]), MUTED, anchor="start", size=12)
    drawing.dot(left + 115, 216, filled=False)
    drawing.text(left + 126, 220, str(words["unread"]), MUTED, anchor="start", size=12)
    drawing.text(left, 250, str(words["note"]), anchor="start", size=12)
    return drawing.svg()


DAYS = {
    "en": {
        "title": "How layers decide the days of Moscow from 28 October to 8 November 2021",
        Layer.REGION: "region",
        Layer.PRESIDENTIAL: "President",
        Layer.TRANSFER: "Government",
        Layer.STATUTORY: "law",
        Layer.WEEKLY: "week",
        "result": "the day",
        "work": "work",
        "off": "off",
        "short": "short",
    },
    "ru": {
        "title": "Как слои решают, какими были дни в Москве с 28 октября по 8 ноября 2021 года",
        Layer.REGION: "регион",
        Layer.PRESIDENTIAL: "Президент",
        Layer.TRANSFER: "Правительство",
        Layer.STATUTORY: "закон",
        Layer.WEEKLY: "неделя",
        "result": "итог",
        "work": "раб.",
        "off": "вых.",
        "short": "сокр.",
    },
}


def days(language: str) -> str:
    """Draw what each layer says about some dates, and the kind of day that results."""
    words = DAYS[language]
    first, last = date(2021, 10, 28), date(2021, 11, 8)
    found = list(Calendar.get("RU-MOW").days(first, last))
    left, width, tall, top = 140, 56, 32, 50
    rows = [layer for layer in reversed(Layer) if layer is not Layer.AGENCY]
    height = top + tall * (len(rows) + 1) + 24
    drawing = Drawing(left + width * len(found) + 16, height, str(words["title"]))

    def kind_in(layer: Layer, day: Day) -> DayKind | None:
        if layer is Layer.WEEKLY:
            return DayKind.DAY_OFF if day.date.weekday() >= 5 else DayKind.WORK
        return next((entry.kind for entry in day.reasons if entry.layer is layer), None)

    for row, layer in enumerate(rows):
        drawing.text(left - 12, top + row * tall + 20, str(words[layer]), anchor="end", size=12)
    bottom = top + len(rows) * tall + 8
    drawing.text(left - 12, bottom + 20, str(words["result"]), anchor="end", bold=True)
    for n, day in enumerate(found):
        x = left + n * width
        drawing.text(x + width / 2, 20, WEEKDAYS[language][day.date.weekday()], MUTED, size=11)
        drawing.text(x + width / 2, 38, f"{day.date:%d.%m}", bold=True, size=12)
        decider = day.reasons[0].layer if day.reasons else Layer.WEEKLY
        for row, layer in enumerate(rows):
            kind = kind_in(layer, day)
            if kind is None:
                continue
            decides = layer is decider
            fill = (HOURS if kind.working else "#f6dedc") if decides else OFF
            drawing.box(
                x + 2,
                top + row * tall + 2,
                width - 4,
                tall - 4,
                fill,
                stroke=INK if decides else "none",
            )
            text = words["work" if kind.working else "off"]
            drawing.text(
                x + width / 2, top + row * tall + 20, str(text), INK if decides else MUTED, size=12
            )
        drawing.box(x + 2, bottom + 2, width - 4, tall - 4, HOURS if day.working else "#f6dedc")
        text = words["short" if day.short else "work" if day.working else "off"]
        drawing.text(x + width / 2, bottom + 20, str(text), bold=True, size=12)
    return drawing.svg()


def write_agencies(folder: Path) -> None:
    """Draw the agencies of the tutorial's sheet by their share in time."""
    import pandas as pd

    from workhours_sla import Target
    from workhours_sla.report import cases_of_frame, draw_groups, report

    office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    sheet = pd.read_csv("examples/data/appeals.csv", sep=";", encoding="cp1251")
    sheet.columns = ["id", "posted", "answered", "agency", "district", "channel", "topic"]
    for name in ("posted", "answered"):
        times = pd.to_datetime(sheet[name], format="%d.%m.%Y %H:%M")
        sheet[name] = times.dt.tz_localize(office.tz.key)
    as_of = datetime(2026, 3, 27, 15, 30, tzinfo=office.tz)
    for language, name in (("en", "first reply"), ("ru", "первый ответ")):
        target = Target(name, working_hours(4), office)
        march = report(cases_of_frame(sheet, target, as_of=as_of))
        draw_groups(march, lang=language).save(folder / f"plot-caterpillar.{language}.svg")


def main(folder: Path) -> None:
    """Write each picture in both languages."""
    for language in ("en", "ru"):
        for draw in (timeline, appeal, layers, limit, completions, watermark, days):
            path = folder / f"{draw.__name__}.{language}.svg"
            path.write_text(draw(language), encoding="utf-8")
    write_agencies(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
