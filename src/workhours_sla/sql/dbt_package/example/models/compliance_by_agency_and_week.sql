-- How many appeals were answered in time, by agency and ISO week of arrival.
--
-- As `workhours report --by agency*week` counts: only an appeal whose limit has passed has matured
-- and counts in the rate. `early` was answered before that. `unknown` are appeals whose limit the
-- calendar does not know; they are in no other count except `arrived`.
{%- set as_of = "cast('" ~ var('as_of') ~ "' as timestamp with time zone)" %}
with appeals as (
    select
        agency,
        {{ workhours.iso_week('posted_at', "'" ~ var('zone') ~ "'") }} as week,
        limit_at,
        case when answered_at <= {{ as_of }} then answered_at end as answered_at
    from {{ ref('appeals_due') }}
    where posted_at <= {{ as_of }}
),

counted as (
    select
        agency,
        week,
        count(*) as arrived,
        count(case when limit_at < {{ as_of }} then 1 end) as matured,
        count(case when limit_at < {{ as_of }} and answered_at <= limit_at then 1 end) as matured_met,
        count(case when limit_at >= {{ as_of }} and answered_at <= limit_at then 1 end) as early,
        count(case when answered_at <= limit_at then 1 end) as met,
        count(case when limit_at < {{ as_of }} and coalesce(answered_at > limit_at, true) then 1 end)
            as breached,
        count(case when limit_at >= {{ as_of }} and answered_at is null then 1 end) as pending,
        count(case when limit_at is null then 1 end) as unknown,
        count(case when limit_at is not null and answered_at is null then 1 end) as open,
        count(case when limit_at < {{ as_of }} and answered_at is null then 1 end) as overdue,
        count(case when limit_at is not null and answered_at is not null then 1 end) as answered,
        max(limit_at) as final_at
    from appeals
    group by agency, week
)

select
    *,
    cast(matured_met as double precision) / nullif(matured, 0) as rate,
    cast(met as double precision) / nullif(answered, 0) as closed_only
from counted
