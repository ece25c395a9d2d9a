"""Receive the requests of VK and MAX: check their secret, and store their events."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, Final, NamedTuple, Self

from msgspec.structs import replace

from workhours_sla.config.sections import Config
from workhours_sla.errors import ConfigError, shown
from workhours_sla.service.live import Live
from workhours_sla.service.problems import refuse
from workhours_sla.service.tokens import digest
from workhours_sla.sla.deduplication import Copies, StoredEvent, all_of
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sources.appeal_file import layout_of
from workhours_sla.sources.networks.max import MaxMapper
from workhours_sla.sources.networks.network import NetworkMapper
from workhours_sla.sources.networks.vk_callback import VkCallbackMapper
from workhours_sla.sources.networks.webhooks import (
    NetworkRequests,
    envelope_of,
    parse_request,
)
from workhours_sla.stream.source import Rejected
from workhours_sla.text.messages import say

LEAST: Final = 16
"""The least number of characters of a secret."""
OK: Final = "ok"
"""The answer that VK expects to a request that was received."""
_DATED_TO_RECEIPT: Final = frozenset({EventType.EDITED, EventType.DELETED, EventType.RESTORED})
"""Changes of which VK does not say when they happened."""
HEADER_OF_MAX: Final = "X-Max-Bot-Api-Secret"
"""The header in which MAX sends the secret of the subscription."""


class Secret:
    """A secret that a sender must know. Its text is not kept."""

    def __init__(self, text: str) -> None:
        self._digest = digest(text)

    @classmethod
    def of(cls, variable: str, key: str, environment: Mapping[str, str]) -> Self:
        """Return the secret of an environment variable, which a key of the configuration names.

        Raises ConfigError if the variable is not set or too short.
        """
        text = environment.get(variable, "").strip()
        if not text:
            raise ConfigError(say("no_secret_env", name=variable, key=key))
        if len(text) < LEAST:
            raise ConfigError(say("short_secret", name=variable, key=key, least=LEAST))
        return cls(text)

    def check(self, given: object) -> None:
        """Raise RefusedRequestError unless a value is the secret.

        The time does not depend on where the value differs.
        """
        text = given if isinstance(given, str) else ""
        if not hmac.compare_digest(digest(text), self._digest):
            refuse("wrong-secret", say("secret_wrong"))


class Inbox:
    """Stores the events of the requests of one network, in the order of their arrival.

    Usable from any thread.
    """

    def __init__(self, make: Callable[[], NetworkMapper], live: Live, source: str) -> None:
        self._requests = NetworkRequests(make, self._appeal_of)
        self._live = live
        self._source = source
        self._lock = Lock()

    def _appeal_of(self, event_id: str) -> str | None:
        """Return the appeal of a stored event."""
        found = self._stored((event_id,)).get(event_id)
        return None if found is None else all_of(found)[0].event.appeal_id

    def _stored(self, event_ids: Sequence[str]) -> Mapping[str, StoredEvent | Copies]:
        store = self._live.pipeline.store
        with store.lock:
            return store.copies(event_ids)

    def receive(self, request: Mapping[str, Any]) -> None:
        """Store the events of a request, or the reason why it has none. Raises StoreError.

        After an error nothing is stored, and the network may send the same request again.
        """
        with self._lock:
            try:
                found = self._requests.events_of(request, self._live.clock())
                if isinstance(found, Rejected):
                    self._live.apply((), (found,), self._source)
                elif events := self._new(found):
                    self._live.apply(events, (), self._source)
            except BaseException:
                self._requests.forget()
                raise

    def _new(self, events: Sequence[Event]) -> Sequence[Event]:
        """Leave out changes that were received before, at another time, in an earlier run."""
        changes = [event for event in events if event.type in _DATED_TO_RECEIPT]
        if not changes:
            return events
        known = self._stored([event.event_id for event in changes])
        return [event for event in events if event not in changes or event.event_id not in known]


class VkWebhook(NamedTuple):
    """Answers the requests of VK's Callback API. ``confirmations`` are keyed by group."""

    secret: Secret
    confirmations: Mapping[str, str]
    inbox: Inbox

    def answer(self, body: bytes) -> str:
        """Store the events of a request, and return the text that VK expects.

        The body is parsed after its secret was compared. A confirmation needs no secret, since VK
        asks for it before it has one. Raises RefusedRequestError, StoreError.
        """
        envelope = envelope_of(body)
        if envelope is None:
            refuse("invalid-json", say("no_network_request"), key=None)
        if envelope.type == "confirmation":
            group = str(envelope.group)
            if envelope.secret is not None:
                self.secret.check(envelope.secret)
            if group not in self.confirmations:
                phrase = say("no_confirmation", group=shown(group))
                refuse("invalid-request", phrase, key="group_id")
            return self.confirmations[group]
        self.secret.check(envelope.secret)
        self.inbox.receive(_parsed(body))
        return OK


class MaxWebhook(NamedTuple):
    """Answers the requests of MAX."""

    secret: Secret
    inbox: Inbox

    def answer(self, body: bytes, secret: str | None) -> str:
        """Store the events of a request. Raises RefusedRequestError, StoreError."""
        self.secret.check(secret)
        self.inbox.receive(_parsed(body))
        return OK


class Webhooks(NamedTuple):
    """The networks whose requests the service receives, None for those that it does not."""

    vk: VkWebhook | None = None
    max: MaxWebhook | None = None

    @classmethod
    def of(cls, config: Config, live: Live, environment: Mapping[str, str]) -> Self:
        """Return the webhooks that a configuration names.

        Raises ConfigError for a secret that cannot be read, and SourceError for officials that the
        network cannot have.
        """
        service, layout = config.service, layout_of(config)
        vk = of_max = None

        def inbox(kind: type[NetworkMapper], officials: tuple[str, ...]) -> Inbox:
            options = replace(config.input, officials=officials)
            return Inbox(lambda: kind(layout, options), live, kind.channel)

        if service.vk is not None:
            secret = Secret.of(service.vk.secret_env, "[service.vk] secret_env", environment)
            of_vk = inbox(VkCallbackMapper, service.vk.officials)
            vk = VkWebhook(secret, service.vk.confirmations, of_vk)
        if service.max is not None:
            secret = Secret.of(service.max.secret_env, "[service.max] secret_env", environment)
            of_max = MaxWebhook(secret, inbox(MaxMapper, service.max.officials))
        return cls(vk, of_max)


def _parsed(body: bytes) -> Mapping[str, Any]:
    """Return the object of a request. Raises RefusedRequestError."""
    request = parse_request(body)
    if request is None:
        refuse("invalid-json", say("no_network_request"), key=None)
    return request
