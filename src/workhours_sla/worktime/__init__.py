"""When is it working time? Schedules, budgets, and exact arithmetic on them.

Where each rule is:

- ``weekly_hours``: the opening_hours notation, and how a day is shortened;
- ``dated_shifts``: which shifts a date has; ``zone``: at which instants they are;
- ``instants``: naive datetimes are refused, years 2 to 9998;
- ``working_time``: the verbs; ``fast_verbs``: the hot ones again, faster; ``engine``: the
  arithmetic;
- ``pauses``: what does not count for one appeal;
- ``budget``: amounts of working time; ``budget_kinds``: days, months and clock time;
  ``due_dates``: when a date ends, and where an end on a day off rolls to;
- ``coverage``: answers that depend on unknown dates; ``completion``: the dates that bound them;
- ``combined``: ``a | b`` and ``a & b``; ``schedule``: all of it together; ``explain``: the reasons;
- ``columns``: the verbs on numpy arrays.
"""
