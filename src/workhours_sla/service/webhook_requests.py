"""Receive the requests of VK and MAX: check their secret, and store their events."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Final, NamedTuple, Self

from msgspec.structs import replace

from workhours_sla.config.sections import Config
from workhours_sla.errors import ConfigError, shown
from workhours_sla.service.live import Live
from workhours_sla.service.problems import refuse
from workhours_sla.service.tokens import digest
from workhours_sla.sla.deduplication import Copies
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sources.appeal_file import layout_of
from workhours_sla.sources.networks.max import MaxMapper
from workhours_sla.sources.networks.network import NetworkMapper
from workhours_sla.sources.networks.vk import VkCallbackMapper
from workhours_sla.sources.networks.webhooks import (
    NetworkRequests,
    envelope_of,
    parse_request,
)
from workhours_sla.stores.store_values import Rejected
from workhours_sla.text.messages import say

LEAST: Final = 16  # the least number of characters of a secret
_DATED_TO_RECEIPT: Final = frozenset({EventType.EDITED, EventType.DELETED, EventType.RESTORED})
"""Changes of which VK does not say when they happened."""
HEADER_OF_MAX: Final = "X-Max-Bot-Api-Secret"
"""The header in which MAX sends the secret of the subscription."""


def _secret(variable: str, key: str, environment: Mapping[str, str]) -> Callable[[object], None]:
    """Return a check of the secret in an environment variable; its text is not kept."""
    text = environment.get(variable, "").strip()
    if not text:
        raise ConfigError(say("no_secret_env", name=variable, key=key))
    if len(text) < LEAST:
        raise ConfigError(say("short_secret", name=variable, key=key, least=LEAST))
    expected = digest(text)

    def check(given: object) -> None:
        if not hmac.compare_digest(digest(given if isinstance(given, str) else ""), expected):
            refuse("wrong-secret", say("secret_wrong"))

    return check


class Inbox:
    """Stores the events of the requests of one network, in the order of their arrival."""

    def __init__(self, make: Callable[[], NetworkMapper], live: Live, source: str) -> None:
        self._requests = NetworkRequests(make, self._appeal_of)
        self._live = live
        self._source = source
        self._lock = Lock()

    def _appeal_of(self, event_id: str) -> str | None:
        found = self._stored((event_id,)).get(event_id)
        return None if found is None else found.all[0].event.appeal_id

    def _stored(self, event_ids: Sequence[str]) -> Mapping[str, Copies]:
        store = self._live.pipeline.store
        with store.lock:
            return store.copies(event_ids)

    def receive(self, body: bytes) -> str:
        """Store the events of a request, or the reason why it has none; return VK's ``ok``."""
        request = parse_request(body)
        if request is None:
            refuse("invalid-json", say("no_network_request"), key=None)
        with self._lock:
            try:
                found = self._requests.events_of(request, self._live.clock())
                if isinstance(found, Rejected):
                    self._live.apply((), (found,), self._source)
                elif events := self._new(found):
                    self._live.apply(events, (), self._source)
            except BaseException:
                self._requests.forget()  # the network may send the same request again
                raise
        return "ok"

    def _new(self, events: Sequence[Event]) -> Sequence[Event]:
        """Leave out changes that were received before, at another time, in an earlier run."""
        changes = [event for event in events if event.type in _DATED_TO_RECEIPT]
        if not changes:
            return events
        known = self._stored([event.event_id for event in changes])
        return [event for event in events if event not in changes or event.event_id not in known]


def _of_vk(
    secret: Callable[[object], None], confirmations: Mapping[str, str], inbox: Inbox
) -> Callable[[bytes], str]:
    def answer(body: bytes) -> str:
        envelope = envelope_of(body)  # the whole body is parsed after its secret was compared
        if envelope is None:
            refuse("invalid-json", say("no_network_request"), key=None)
        if envelope.type == "confirmation":  # VK asks for it before it has a secret
            group = str(envelope.group)
            if envelope.secret is not None:
                secret(envelope.secret)
            if group not in confirmations:
                phrase = say("no_confirmation", group=shown(group))
                refuse("invalid-request", phrase, key="group_id")
            return confirmations[group]
        secret(envelope.secret)
        return inbox.receive(body)

    return answer


class Webhooks(NamedTuple):
    """What answers the requests of each network, None for those that are not received.

    That of MAX gets a body and the header with the secret.
    """

    vk: Callable[[bytes], str] | None = None
    max: Callable[[bytes, str | None], str] | None = None

    @classmethod
    def of(cls, config: Config, live: Live, environment: Mapping[str, str]) -> Self:
        service, layout = config.service, layout_of(config)
        vk = of_max = None

        def inbox(kind: type[NetworkMapper], officials: tuple[str, ...]) -> Inbox:
            options = replace(config.input, officials=officials)
            return Inbox(lambda: kind(layout, options), live, kind.channel)

        if service.vk is not None:
            secret = _secret(service.vk.secret_env, "[service.vk] secret_env", environment)
            received = inbox(VkCallbackMapper, service.vk.officials)
            vk = _of_vk(secret, service.vk.confirmations, received)
        if service.max is not None:
            checked = _secret(service.max.secret_env, "[service.max] secret_env", environment)
            messages = inbox(MaxMapper, service.max.officials)

            def of_max(body: bytes, given: str | None) -> str:
                checked(given)
                return messages.receive(body)

        return cls(vk, of_max)
