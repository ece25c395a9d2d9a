"""Pure statistics on numpy arrays: they know nothing of appeals, calendars or reports.

Counts, instants and durations are whole numbers and stay exact; shares and what is computed from
them are float64. Each function names its formula and source. ``arrays`` has the input checks that
all of them share.
"""
