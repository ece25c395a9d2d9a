"""What holds where neither a file nor an option of the shell says otherwise.

Imports nothing, so that the shell answers without a configuration at no cost.
"""

from typing import Final

NO_CALENDAR: Final = "none"
"""The id for a calendar on which all days are alike."""
CALENDAR: Final = "RU"
HOURS: Final = "Mo-Fr 09:00-13:00,14:00-18:00"
TARGET: Final = "first reply"
BUDGET: Final = "4h"
ZONE_OF_PLAIN_RUSSIA: Final = "Europe/Moscow"
"""The zone of ``RU`` and of no calendar, which have none of their own."""
