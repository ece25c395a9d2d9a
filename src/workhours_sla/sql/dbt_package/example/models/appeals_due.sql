-- Each appeal with its due time, its limit, and the working time until the answer in microseconds.
select
    appeal_id,
    agency,
    posted_at,
    answered_at,
    {{ workhours.deadline('schedule', 'posted_at', workhours.hours(4)) }} as due_at,
    {{ workhours.breaches_after('schedule', 'posted_at', workhours.hours(4)) }} as limit_at,
    {{ workhours.elapsed('schedule', 'posted_at', 'answered_at') }} as used_us
from {{ ref('appeals') }}
