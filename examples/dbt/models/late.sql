-- The appeals that were answered after their limit, or are open after it, by agency.
select agency, count(*) as late
from {{ ref('due_times') }}
where coalesce(answered_at, current_timestamp) > limit_at
group by agency
