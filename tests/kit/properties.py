"""How many examples the property tests try.

``WORKHOURS_EXAMPLES`` is the share in percent: 10 in ``make test``, 100 without it. Up to 100 the
examples are the same in every run; a larger share tries others each time.
"""

import os
import random

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("WORKHOURS_EXAMPLES", "100"))


def examples(count: int) -> int:
    """Return the share of ``count`` examples, at least 5."""
    return max(5, count * EXAMPLES // 100)


PROPERTY = settings(
    max_examples=examples(100),
    deadline=None,
    derandomize=EXAMPLES <= 100,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
ROWS = int(os.environ.get("WORKHOURS_ROWS", "300"))
SEED = random.randrange(10**9) if "WORKHOURS_ROWS" in os.environ else 7
