"""Statistics as pure functions on numpy arrays, which know nothing of calendars or reports.

Counts, instants and durations are whole numbers (int64) and stay exact; shares and all results
computed from shares are float64. Each function names its formula and the paper it comes from.
``arrays`` has the input checks that all functions share.
"""
