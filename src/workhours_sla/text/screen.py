"""The texts of the coordinator's screen, which include the texts of the page of a report."""

from __future__ import annotations

from typing import Final

from workhours_sla.text.page import PAGE
from workhours_sla.text.texts import Texts

SCREEN: Final = Texts(
    {
        **PAGE,
        "name": {"en": "Open appeals", "ru": "Открытые обращения"},
        "as_of": {"en": "as of {when}, {tz}", "ru": "данные на {when}, {tz}"},
        "skip": {"en": "Skip to what is overdue", "ru": "К просроченным"},
        "other_language": {"en": "Русский", "ru": "English"},
        "log_out": {"en": "Log out", "ru": "Выйти"},
        "back": {"en": "All open appeals", "ru": "Все открытые обращения"},
        # -- updates
        "live": {"en": "updates by itself", "ru": "обновляется само"},
        "not_live": {
            "en": "no connection; what you see is no longer current",
            "ru": "нет связи; данные на экране уже не обновляются",
        },
        "many_streams": {
            "en": "{most} pages of this login or token update by themselves already; close some",
            "ru": "с этим входом или ключом уже обновляется {most} страниц; закройте лишние",
        },
        "every_minute": {"en": "updates every minute", "ru": "обновляется каждую минуту"},
        # -- first screen
        "overdue_some": {
            "en": "{count} {count:appeal is|appeals are} overdue",
            "ru": "{count:Просрочено|Просрочены|Просрочено} {count} "
            "{count:обращение|обращения|обращений}",
        },
        "overdue_none": {"en": "No appeal is overdue", "ru": "Просроченных обращений нет"},
        "today_more": {
            "en": ", {count} {count:is|are} due today",
            "ru": ", срок сегодня у {count}",
        },
        "today_some": {
            "en": "; {count} {count:is|are} due today",
            "ru": "; у {count} {count:обращения|обращений|обращений} срок сегодня",
        },
        "today_none": {
            "en": "; no more deadlines fall today",
            "ru": "; сегодня сроков больше нет",
        },
        "nothing_open": {"en": "No appeal is open", "ru": "Открытых обращений нет"},
        "nothing_for_target": {
            "en": "No open appeal waits for this target",
            "ru": "По этому нормативу открытых обращений нет",
        },
        "nothing_found": {
            "en": "No open appeal fits the filters",
            "ru": "По заданному отбору открытых обращений нет",
        },
        "next_some": {
            "en": "{When} {count} {count:appeal is|appeals are} due, the first at {time}.",
            "ru": "{When} срок у {count} {count:обращения|обращений|обращений}, первый в {time}.",
        },
        "grace": {
            "en": "Of today's, {count} become overdue only after {when}, when work resumes.",
            "ru": "У {count} из сегодняшних просрочка наступит лишь после {when}, когда "
            "начнётся рабочее время.",
        },
        "grace_from": {
            "en": "Of today's, {count} become overdue only later, the first after {when}.",
            "ru": "У {count} из сегодняшних просрочка наступит позже, первая - после {when}.",
        },
        "grace_now": {
            "en": "The due time of {count} has passed; an answer is still in time until {when}, "
            "when work resumes.",
            "ru": "У {count} срок уже наступил, но ответ до {when} ещё будет в срок: рабочее "
            "время пока не идёт.",
        },
        "tomorrow": {"en": "tomorrow", "ru": "завтра"},
        "on_date": {"en": "on {date}", "ru": "{date}"},
        "after_days_off": {
            "en": "after {count} {count:day|days} off, on {date},",
            "ru": "после {count} {count:нерабочего дня|нерабочих дней|нерабочих дней}, {date},",
        },
        "title_after_days_off": {
            "en": "{date}, after {count} {count:day|days} off",
            "ru": "{date}, после {count} {count:нерабочего дня|нерабочих дней|нерабочих дней}",
        },
        "tile_risk": {
            "en": "at risk: little time is left",
            "ru": "срок истекает: времени осталось мало",
        },
        "tile_open": {"en": "open in all", "ru": "открыто всего"},
        "tile_next": {"en": "the next deadline", "ru": "ближайший срок"},
        "tile_together": {"en": "most deadlines at once", "ru": "больше всего сроков сразу"},
        "together_at": {"en": "{count} at {time}", "ru": "{count} в {time}"},
        "together_on": {"en": "{count}, {when}", "ru": "{count}, {when}"},
        # -- groups
        "group_overdue": {"en": "Overdue now", "ru": "Просрочены сейчас"},
        "group_today": {"en": "Due today", "ru": "Срок сегодня"},
        "group_next": {"en": "Due {when}", "ru": "Срок {when}"},
        "group_later": {"en": "Due later", "ru": "Срок позже"},
        "group_paused": {"en": "Paused", "ru": "Приостановлены"},
        "group_unknown": {
            "en": "Due time not certain yet",
            "ru": "Срок пока не определён",
        },
        "order_overdue": {
            "en": "The longest overdue first, in hours.",
            "ru": "Сначала просроченные дольше всех, в часах.",
        },
        "order_due": {"en": "The earliest first.", "ru": "Сначала ближайшие."},
        "order_paused": {
            "en": "No due time while they wait for the citizen.",
            "ru": "Пока ждём ответа гражданина, срока нет.",
        },
        "order_unknown": {
            "en": "The due time depends on days that no act has decided.",
            "ru": "Срок зависит от дней, о которых ещё нет акта.",
        },
        "shown_of": {"en": "Shown are {shown} of {all}.", "ru": "Показано {shown} из {all}."},
        "all_of": {"en": "and {rest} more: all {all}", "ru": "и ещё {rest}: все {all}"},
        "pages_all": {
            "en": "Show {count} {count:appeal|appeals}",
            "ru": "Показать {count} {count:обращение|обращения|обращений}",
        },
        "pages": {"en": "Pages", "ru": "Страницы"},
        "page_of": {
            "en": "{first}\N{EN DASH}{last} of {all}",
            "ru": "{first}\N{EN DASH}{last} из {all}",
        },
        "previous": {"en": "Previous", "ru": "Предыдущие"},
        "following": {"en": "Next", "ru": "Следующие"},
        "no_page": {
            "en": "This page of the list is empty; there are {all}.",
            "ru": "На этой странице списка пусто; всего их {all}.",
        },
        "left": {"en": "working time left", "ru": "осталось рабочего времени"},
        "was_due": {"en": "was due", "ru": "срок был"},
        "limit_at": {"en": "in time until {when}", "ru": "в срок до {when}"},
        "soon": {"en": "at risk", "ru": "срок истекает"},
        "earliest": {"en": "not before {when}", "ru": "не раньше {when}"},
        "elapsed_so_far": {"en": "working time used", "ru": "прошло рабочего времени"},
        "at_time": {"en": "today {time}", "ru": "сегодня {time}"},
        # -- load and agencies
        "load": {"en": "Deadlines by hour", "ru": "Сроки по часам"},
        "load_dates": {"en": "Today and {date}.", "ru": "Сегодня и {date}."},
        "load_today": {"en": "Today.", "ru": "Сегодня."},
        "agencies": {"en": "By agency", "ru": "По ведомствам"},
        "agencies_order": {
            "en": "The most overdue first. Select a name to see that agency alone.",
            "ru": "Сначала те, у кого больше просроченных. Нажмите на название, чтобы видеть "
            "только его обращения.",
        },
        "col_overdue": {"en": "overdue", "ru": "просрочено"},
        "col_today": {"en": "due today", "ru": "срок сегодня"},
        "col_next": {"en": "due {date}", "ru": "срок {date}"},
        "col_open": {"en": "open in all", "ru": "открыто всего"},
        "target": {"en": "Target:", "ru": "Норматив:"},
        "other_target": {
            "en": "{name}: {overdue} overdue, {today} due today",
            "ru": "{name}: просрочено {overdue}, срок сегодня у {today}",
        },
        # -- filters
        "filters": {"en": "Filter and search", "ru": "Отбор и поиск"},
        "filtered": {"en": "Only:", "ru": "Только:"},
        "any": {"en": "all", "ru": "все"},
        "find_id": {"en": "number contains", "ru": "номер содержит"},
        "apply": {"en": "Show", "ru": "Показать"},
        "clear": {"en": "Show all", "ru": "Показать все"},
        "open_exact": {
            "en": "Look for the number {appeal} among the answered appeals",
            "ru": "Искать номер {appeal} среди обращений, на которые ответили",
        },
        # -- one appeal
        "appeal": {"en": "Appeal {appeal}", "ru": "Обращение {appeal}"},
        "no_appeal": {
            "en": "There is no appeal {appeal}. Check the number, or search for a part of it.",
            "ru": "Обращения {appeal} нет. Проверьте номер или найдите его по части номера.",
        },
        "state_breached": {
            "en": "Overdue by {amount}, unanswered",
            "ru": "Просрочено на {amount}, ответа нет",
        },
        "state_answered_late": {
            "en": "Answered late, by {amount}",
            "ru": "Ответ дан с опозданием на {amount}",
        },
        "state_late": {"en": "Overdue", "ru": "Просрочено"},
        "state_open": {
            "en": "Due {when}, {amount} of working time left",
            "ru": "Срок {when}, осталось {amount} рабочего времени",
        },
        "state_due": {"en": "Due {when}", "ru": "Срок {when}"},
        "state_grace": {
            "en": "The due time {due} has passed; an answer is in time until {limit}",
            "ru": "Срок {due} наступил; ответ ещё в срок до {limit}",
        },
        "state_paused": {"en": "Paused", "ru": "Приостановлено"},
        "state_unknown": {
            "en": "The due time is not certain yet",
            "ru": "Срок пока не определён",
        },
        "state_met": {"en": "Answered in time", "ru": "Ответ дан в срок"},
        "state_withdrawn": {"en": "Withdrawn by the citizen", "ru": "Отозвано гражданином"},
        "state_excluded": {
            "en": "Not counted: it repeats another appeal",
            "ru": "Не учитывается: повторяет другое обращение",
        },
        "posted_at": {"en": "posted", "ru": "поступило"},
        "clock_start": {"en": "time counts from", "ru": "срок исчисляется с"},
        "withdrawn_at": {"en": "withdrawn", "ru": "отозвано"},
        "due_between": {"en": "{first} to {last}", "ru": "от {first} до {last}"},
        "why": {"en": "Why then: day by day", "ru": "Почему такой срок: по дням"},
        "why_day": {"en": "day", "ru": "день"},
        "why_hours": {"en": "working time", "ru": "рабочее время"},
        "why_counted": {"en": "counted", "ru": "учтено"},
        "why_reason": {"en": "kind of day and the act behind it", "ru": "вид дня и основание"},
        "no_trace": {
            "en": "A list of days does not explain this due time: it depends on several holders, "
            "on an open pause, or on days that no act has decided.",
            "ru": "Списком дней этот срок не объяснить: он зависит от нескольких исполнителей, от "
            "незавершённой приостановки или от дней, о которых ещё нет акта.",
        },
        "history": {"en": "What happened", "ru": "Что произошло"},
        "event": {"en": "event", "ru": "событие"},
        "event_time": {"en": "time", "ru": "время"},
        "not_counted": {"en": "not counted: {reason}", "ru": "не учтено: {reason}"},
        "no_clock": {
            "en": "No target applies to this appeal.",
            "ru": "Ни один норматив к этому обращению не применяется.",
        },
        "note_provisional": {
            "en": "Provisional: rules decided days that no act has decided.",
            "ru": "Предварительно: дни, о которых акта ещё нет, учтены по общему правилу.",
        },
        "note_needs_review": {
            "en": "A reply has not been judged; it may be the answer.",
            "ru": "Есть ответ, который не оценён; возможно, он и есть ответ по существу.",
        },
        "note_retroactive": {
            "en": "The limit passed before a change of the appeal made this target apply.",
            "ru": "Норматив стал применяться из-за изменения обращения, когда предел уже прошёл.",
        },
        "note_pause_left_open": {
            "en": "A pause was never ended although work went on.",
            "ru": "Приостановка не завершена, хотя работа продолжалась.",
        },
        "cycle": {"en": "{name}, reopened ({number})", "ru": "{name}, повторно ({number})"},
        # -- login
        "more_targets": {"en": "and {count} more", "ru": "и ещё {count}"},
        "login": {"en": "Access", "ru": "Вход"},
        "token": {"en": "Access token", "ru": "Ключ доступа"},
        "token_hint": {
            "en": "The operator of the service has it. This browser asks for it once.",
            "ru": "Его выдаёт администратор службы. Этот браузер спросит его один раз.",
        },
        "enter": {"en": "Log in", "ru": "Войти"},
        "token_refused": {
            "en": "This token is not valid. Check that you have copied all of it.",
            "ru": "Ключ недействителен. Проверьте, что он скопирован целиком.",
        },
        "not_possible": {"en": "This address cannot be shown", "ru": "Этот адрес не открыть"},
    },
    typeset=True,
)
