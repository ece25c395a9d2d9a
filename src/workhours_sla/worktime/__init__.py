"""Working time: schedules, budgets, and the verbs that calculate with them exactly.

The modules contain:

- ``hours``: the shifts of each weekday, the opening_hours notation, short days;
- ``dated_shifts``: the shifts of each date;
- ``zone_offsets``: wall-clock times converted to instants;
- ``instants``: datetimes converted to instants, and the refusal of naive datetimes;
- ``interval_sets``: union, difference and intersection of sets of instants;
- ``working_time``: the verbs, such as ``deadline``;
- ``fast_verbs``: faster versions of the verbs that are called most;
- ``engine``: compiled working time and the arithmetic on it;
- ``pauses``: spans of time that do not count for an appeal;
- ``budget``: budgets of working time;
- ``budget_kinds``: budgets of days, months and clock time;
- ``budget_texts``: budgets of every kind from text;
- ``due_dates``: when a due date ends, and to which date it moves from a day off;
- ``unknown_dates``: answers that depend on unknown dates;
- ``schedule``: the class Schedule;
- ``combined``: ``a | b`` and ``a & b`` of two schedules;
- ``explain``: the reasons for an answer, date by date;
- ``columns``: the verbs on numpy arrays.
"""
