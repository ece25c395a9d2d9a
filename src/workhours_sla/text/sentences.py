"""The sentences of the errors that commands print, in Russian and English.

``messages`` imports this module when an error has one of these causes, because it is large.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.configuration import CONFIGURATION
from workhours_sla.text.configuration_advice import CONFIGURATION_ADVICE
from workhours_sla.text.desks import DESKS
from workhours_sla.text.detection import DETECTION
from workhours_sla.text.incoming import INCOMING
from workhours_sla.text.input_files import INPUT_FILES
from workhours_sla.text.kafka import KAFKA
from workhours_sla.text.live import LIVE
from workhours_sla.text.networks import NETWORKS
from workhours_sla.text.report_errors import REPORT_ERRORS
from workhours_sla.text.rows import ROWS
from workhours_sla.text.schedules import SCHEDULES
from workhours_sla.text.service import SERVICE
from workhours_sla.text.sinks import SINKS
from workhours_sla.text.spark import SPARK
from workhours_sla.text.sql import SQL
from workhours_sla.text.stores import STORES
from workhours_sla.text.words import Words

SENTENCES: Final[Mapping[str, Words]] = {
    **CONFIGURATION,
    **CONFIGURATION_ADVICE,
    **DESKS,
    **DETECTION,
    **INCOMING,
    **INPUT_FILES,
    **KAFKA,
    **LIVE,
    **NETWORKS,
    **REPORT_ERRORS,
    **ROWS,
    **SCHEDULES,
    **SERVICE,
    **SINKS,
    **SPARK,
    **SQL,
    **STORES,
    # -- parts of several messages
    "did_you_mean": {
        "en": "did you mean {near}?",
        "ru": "возможно, вы имели в виду {near}?",
    },
    "and_more": {
        "en": " and {count} more",
        "ru": " и ещё {count}",
    },
    "the_document": {
        "en": "the document",
        "ru": "документ",
    },
    "in_the_file": {
        "en": " in {name}",
        "ru": " ({name})",
    },
    "at_key": {
        "en": "{path}: {what}{where}; {instead}",
        "ru": "{path}: {what}{where}; {instead}",
    },
    "at_key_because": {
        "en": "{path}: {why}{where}",
        "ru": "{path}: {why}{where}",
    },
    "in_this_file": {
        "en": " (in {name})",
        "ru": " ({name})",
    },
    "write_as": {
        "en": "write it as {example}",
        "ru": "напишите так: {example}",
    },
    "write_as_text": {
        "en": 'write it as "text", in quotes',
        "ru": 'напишите так: "текст", в кавычках',
    },
    "write_like": {
        "en": "write it like {example}",
        "ru": "напишите, например, {example}",
    },
    "use_one_of": {
        "en": "use one of {names}",
        "ru": "выберите из списка: {names}",
    },
    "one_of": {
        "en": "one of {names}",
        "ru": "одно из значений: {names}",
    },
}
"""The sentences and parts of sentences, keyed by the cause of an error."""
