"""The iCalendar feeds: one for each agency, at an address that only its holder knows."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from functools import partial
from threading import Lock
from typing import Final, NamedTuple, Self

from workhours_sla.adapters.config.sections import Config
from workhours_sla.adapters.sinks.due_calendar import write_due_calendar
from workhours_sla.errors import CalendarDataError, ConfigError
from workhours_sla.service.live import Live
from workhours_sla.sla.policy import Policy
from workhours_sla.text.catalog import Texts, language
from workhours_sla.text.messages import say

LEAST: Final = 32
"""The least number of characters of a key."""
_TEXTS: Final = Texts("digests.feed")


class Feed(NamedTuple):
    """A feed: its agency, the agency's name, and its address below that of the service."""

    agency_id: str
    name: str
    path: str


class FeedAddresses:
    """The feed of each agency. An address cannot be guessed without the key."""

    def __init__(self, feeds: Mapping[bytes, Feed]) -> None:
        self._feeds = feeds

    @classmethod
    def of(cls, config: Config, environment: Mapping[str, str]) -> Self | None:
        """Return the feeds of a configuration, None without the section [service.feeds].

        Raises ConfigError for a key that cannot be read.
        """
        settings = config.service.feeds
        if settings is None:
            return None
        secret = _key_of(settings.key_env, environment)
        feeds = {}
        for agency in config.agencies:
            number = settings.generations.get(agency, 1)
            address = _address(secret, agency, number)
            path = f"/feeds/{address}.ics"
            feeds[_digest(address)] = Feed(agency, config.agency_name(agency), path)
        return cls(feeds)

    def __iter__(self) -> Iterator[Feed]:
        return iter(self._feeds.values())

    def find(self, address: str) -> Feed | None:
        """Return the feed of an address, None for an unknown one.

        The time does not depend on where the address differs from those of the feeds.
        """
        given = _digest(address)
        found = [feed for known, feed in self._feeds.items() if hmac.compare_digest(given, known)]
        return found[0] if found else None


class Calendars:
    """Writes the calendars of feeds from the appeals of a service. Usable from any thread.

    The store keeps the last calendar of each feed, so that events are revised and cancelled after
    a restart as well. A store without notes keeps them in memory.
    """

    def __init__(self, live: Live, zone: tzinfo, lang: str) -> None:
        self._live = live
        self._zone = zone
        self._lang = lang
        self._lock = Lock()
        self._former: dict[str, str] = {}

    @classmethod
    def of(cls, policy: Policy, live: Live, lang: str) -> Self:
        """Return the calendars in the zone of the first schedule of a policy."""
        return cls(live, policy.targets[0].schedules[0].tz, lang)

    def text(self, feed: Feed) -> str:
        """Return the calendar of a feed as of now, in the form of RFC 5545. Raises StoreError."""
        now = self._live.clock()
        with self._lock:
            outcomes = self._live.current().outcomes
            waiting = [one for one in outcomes if one.agency_id == feed.agency_id]
            former = self._noted(feed.agency_id)
            with language(self._lang):
                name = _TEXTS.text("name", agency=feed.name)
            write = partial(
                write_due_calendar,
                waiting,
                stamp=now,
                zone=self._zone,
                name=name,
                name_of=lambda _: feed.name,
                lang=self._lang,
            )
            try:
                text = write(before=former)
            except CalendarDataError:  # of another version
                text = write()
            if text != former:
                self._note(feed.agency_id, text)
            return text

    def _noted(self, agency_id: str) -> str | None:
        found = self._former.get(agency_id)
        noted = getattr(self._live.pipeline.store, "noted", None)
        return found if found is not None or noted is None else noted(_note_of(agency_id))

    def _note(self, agency_id: str, text: str) -> None:
        note = getattr(self._live.pipeline.store, "note", None)
        if note is not None:
            note(_note_of(agency_id), text)
        self._former[agency_id] = text


def etag_of(text: str) -> str:
    """Return the entity tag of a calendar, which is another one for another text."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _note_of(agency_id: str) -> str:
    return f"feed:{agency_id}"


def _key_of(variable: str, environment: Mapping[str, str]) -> bytes:
    text = environment.get(variable, "").strip()
    key = "[service.feeds] key_env"
    if not text:
        raise ConfigError(say("no_secret_env", name=variable, key=key))
    if len(text) < LEAST:
        raise ConfigError(say("short_secret", name=variable, key=key, least=LEAST))
    return text.encode("utf-8", "surrogateescape")


def _address(key: bytes, agency_id: str, generation: int) -> str:
    """Return 43 characters that depend on the key, the agency and the generation."""
    message = json.dumps(["workhours.feed/1", agency_id, generation]).encode()
    code = hmac.digest(key, message, "sha256")
    return urlsafe_b64encode(code).rstrip(b"=").decode()


def _digest(address: str) -> bytes:
    return hashlib.sha256(address.encode("utf-8", "surrogatepass")).digest()
