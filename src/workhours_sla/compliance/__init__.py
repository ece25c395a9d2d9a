"""From cases to the numbers of a compliance report, as pure functions on arrays.

Counts, instants and durations are integers and stay exact; shares and what is computed from them
are floats. Needs numpy. Nothing here formats text; that is the job of ``reports``.
"""
