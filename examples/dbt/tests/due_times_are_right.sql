-- The due times that a person has worked out; NULL where the calendar does not know the date.
select appeals.appeal_id, appeals.due_at as expected, due_times.due_at as found
from {{ ref('appeals') }} as appeals
inner join {{ ref('due_times') }} as due_times using (appeal_id)
where appeals.due_at is distinct from due_times.due_at
