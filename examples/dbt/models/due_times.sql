-- Each appeal with its due time, its limit, and the working hours until the answer.
select
    appeal_id,
    agency,
    posted_at,
    answered_at,
    wh.deadline(agency, posted_at, interval '4 hours') as due_at,
    wh.breaches_after(agency, posted_at, interval '4 hours') as limit_at,
    wh.elapsed(agency, posted_at, answered_at) / 3600000000.0 as worked_hours
from {{ ref('appeals') }}
