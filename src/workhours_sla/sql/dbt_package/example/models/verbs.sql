-- The answers to the questions of the seed, which a unit test compares with those of the library.
select
    id,
    schedule,
    {{ workhours.elapsed('schedule', 'start_at', 'end_at') }} as elapsed_us,
    {{ workhours.deadline('schedule', 'start_at', 'budget') }} as due_at,
    {{ workhours.breaches_after('schedule', 'start_at', 'budget') }} as limit_at,
    {{ workhours.remaining('schedule', 'start_at', 'budget', 'end_at') }} as remaining_us,
    {{ workhours.is_working('schedule', 'start_at') }} as is_working
from {{ ref('questions') }}
