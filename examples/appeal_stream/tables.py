"""The same stream as spreadsheets: a row per appeal, as exported by hand, or a row per event."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from appeal_stream.chance import happens, stream
from appeal_stream.delivery import Event
from appeal_stream.life import Appeal
from appeal_stream.parameters import Parameters
from appeal_stream.region import DISTRICTS

ENCODING = "cp1251"
DELIMITER = ";"
TIME_FORMAT = "%d.%m.%Y %H:%M"

APPEAL_COLUMNS = ("Номер", "Дата публикации", "Дата ответа", "Ведомство", "Район", "Канал", "Тема")

EVENT_COLUMNS = (
    "event_id",
    "appeal_id",
    "type",
    "occurred_at",
    "received_at",
    "source",
    "agency_id",
    "district_id",
    "channel",
    "author_role",
    "substantive",
    "reason",
)

_CHANNEL_NAMES: Mapping[str, str] = {
    "vk": "ВКонтакте",
    "ok": "Одноклассники",
    "telegram": "Telegram",
    "pos": "ПОС",
    "site": "Сайт",
}
_DISTRICT_NAMES = {district.id: district.name for district in DISTRICTS}


def appeal_row(
    appeal: Appeal, zone: ZoneInfo, until: datetime | None = None
) -> tuple[str, ...] | None:
    """Return the row of an appeal in a coordinator's sheet at `until`, None if it has none.

    The sheet contains the appeals that are owed an answer: no repeats, none that the citizen
    withdrew unanswered. Times are local and lose their seconds and their offset. The reply is the
    first substantive one; the sheet has no pause, reopening or review.
    """
    arrival, answered = appeal.arrival, appeal.answered
    if not appeal.owed or (until is not None and arrival.posted > until):
        return None
    if answered is not None and until is not None and answered > until:
        answered = None
    return (
        appeal.id,
        _local(arrival.posted, zone),
        "" if answered is None else _local(answered, zone),
        arrival.subject.unit.name,
        _DISTRICT_NAMES[arrival.subject.district_id],
        _CHANNEL_NAMES.get(arrival.channel, arrival.channel),
        arrival.subject.topic,
    )


class EventRows:
    """Turns events into rows in which some times have lost their offset."""

    def __init__(self, parameters: Parameters, seed: int) -> None:
        """Take the share of such times from the parameters."""
        self._share = parameters.event_naive_share
        self._rng = stream(seed, "naive times")

    def of(self, event: Event) -> list[str]:
        """Return the cells of one event, empty for missing fields."""
        occurred_at = event["occurred_at"]
        if happens(self._rng, self._share):
            occurred_at = datetime.fromisoformat(occurred_at).replace(tzinfo=None).isoformat()
        substantive = event.get("substantive")
        return [
            event["event_id"],
            event["appeal_id"],
            event["type"],
            occurred_at,
            event["received_at"],
            event["source"],
            event["agency_id"],
            event["district_id"],
            event["channel"],
            event["author_role"],
            "" if substantive is None else str(substantive).lower(),
            event.get("reason", ""),
        ]


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime(TIME_FORMAT)
