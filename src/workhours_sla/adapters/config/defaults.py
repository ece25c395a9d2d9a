"""The defaults of a schedule and a target.

A module without imports, since the shell needs it for answers without a configuration.
"""

from typing import Final

NO_CALENDAR: Final = "none"
"""The id for a calendar on which all days are alike."""
CALENDAR: Final = "RU"
WEEK: Final = 5
"""Working days of a Russian week."""
HOURS: Final = "Mo-Fr 09:00-13:00,14:00-18:00"
TARGET: Final = "first reply"
BUDGET: Final = "4h"
ZONE_OF_PLAIN_RUSSIA: Final = "Europe/Moscow"
"""The zone of ``RU`` and of no calendar, which have none of their own."""
