"""Statistics as pure functions on numpy arrays, independent of calendars and reports.

Counts, instants and durations are whole numbers (int64) and stay exact; shares and all results
computed from shares are float64. Each function names its formula and the paper it comes from.
``arrays`` checks the arguments of all functions.
"""
