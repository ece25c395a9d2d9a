"""Select one metric of a service desk, such as one SLA, by its name."""

from __future__ import annotations

from typing import Final

from workhours_sla.errors import SourceError, shown
from workhours_sla.text.messages import say

_LISTED: Final = 40
"""Maximum number of names that a message lists."""


class OneMetric:
    """Selects the metric named ``metric``, or the only metric in the file if ``metric`` is None."""

    def __init__(self, metric: str | None) -> None:
        self._metric = metric
        self._first: str | None = None
        self._others: dict[str, None] = {}
        self._is_met = False

    def takes(self, name: str) -> bool:
        """Whether to read the metric ``name``. Raises SourceError if the file has several."""
        if self._metric is not None:
            if name == self._metric:
                self._is_met = True
            elif len(self._others) < _LISTED:
                self._others[name] = None
            return name == self._metric
        if self._first is None:
            self._first = name
        if name != self._first:
            msg = say("several_metrics", first=shown(self._first), second=shown(name))
            raise SourceError(msg, metric=name)
        return True

    def check(self, name: str) -> None:
        """Raise SourceError if the file ``name`` has metrics, but not the one to select."""
        if self._metric is not None and self._others and not self._is_met:
            names = ", ".join(map(shown, self._others))
            msg = say("metric_unknown", name=name, metric=shown(self._metric), names=names)
            raise SourceError(msg, name=name, metric=self._metric)
