"""Officials: authors who answer for a community, besides the community itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workhours_sla.errors import SourceError, shown
from workhours_sla.text.messages import Phrase, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Officials:
    """The ids of officials from the configuration; records which of them have written.

    ``form`` is a regular expression for the ids of a network, and ``example`` an example. Raises
    SourceError for an id in another form.
    """

    def __init__(self, ids: Sequence[str], network: Phrase, form: str, example: str) -> None:
        for one in ids:
            if not re.fullmatch(form, one, re.ASCII):
                msg = say("official_malformed", id=shown(one), network=network, example=example)
                raise SourceError(msg, id=one, network=str(network))
        self._ids = frozenset(ids)
        self._unmet = dict.fromkeys(ids)

    def __contains__(self, author_id: object) -> bool:
        if author_id not in self._ids:
            return False
        self._unmet.pop(author_id, None)
        return True

    def unmet(self) -> Iterator[Phrase]:
        """Yield a note for each official who wrote no comment."""
        for one in self._unmet:
            yield say("official_unmet", id=shown(one))
