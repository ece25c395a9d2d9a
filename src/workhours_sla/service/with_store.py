"""What a service has only with a store."""

from __future__ import annotations

from typing import Final, NamedTuple

from workhours_sla.service.labels import NO_LABELS, Labels
from workhours_sla.service.live import Live
from workhours_sla.service.reporting import Reports
from workhours_sla.service.webhooks import Webhooks

_NO_WEBHOOKS: Final = Webhooks()


class WithStore(NamedTuple):
    """The running state of a store, and what is made of it; its owner opens and closes ``live``.

    ``webhooks`` are the networks whose requests the service receives, ``reports`` makes its
    reports, and ``labels`` are the names on its screen.
    """

    live: Live
    webhooks: Webhooks = _NO_WEBHOOKS
    reports: Reports | None = None
    labels: Labels = NO_LABELS
