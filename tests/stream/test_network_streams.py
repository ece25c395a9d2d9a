"""Streams of appeals written in the form of each network and read again give the same report.

A form is compared on what it can say, see ``CARRIED``: pages of VK and of Odnoklassniki show no
edits, nor when and by whom a comment was deleted; an export of Telegram shows the last edit only.
"""

from __future__ import annotations

from io import BytesIO

import pytest

from kit.network_streams import (
    CARRIED,
    WRITERS,
    direct,
    report,
    stream,
)
from workhours_sla.config import parse
from workhours_sla.files import Fault, open_source

# -- the forms ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("seed", range(5))
def test_report_of_a_stream_is_the_same_after_writing_and_reading(form: str, seed: int) -> None:
    happened = [one for one in stream(seed) if one.kind in CARRIED[form]]
    data = WRITERS[form](happened).encode()
    events = []
    with open_source(BytesIO(data), parse(f'[input]\nformat = "{form}"').mapping) as source:
        for item in source:
            assert not isinstance(item, Fault), item
            events += item
    assert len(events) == len(happened)
    expected = report(direct(happened))
    verdicts = {verdict for _, _, _, verdict, *_ in expected}
    assert verdicts >= {"met", "breached"} | (
        {"withdrawn"} if "deleted" in CARRIED[form] else set()
    )
    assert report(events) == expected
