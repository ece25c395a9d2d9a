{# Working time. `schedule` is a column or a quoted name: 'schedule' or "'roads'".
   Instants are SQL expressions of the type timestamp with time zone.
   Budgets are SQL expressions of microseconds, such as workhours.hours(4). #}

{% macro elapsed(schedule, start_at, end_at) %}
{{- return(adapter.dispatch('elapsed', 'workhours')(schedule, start_at, end_at)) -}}
{% endmacro %}

{% macro deadline(schedule, start_at, budget) %}
{{- return(adapter.dispatch('deadline', 'workhours')(schedule, start_at, budget)) -}}
{% endmacro %}

{% macro breaches_after(schedule, start_at, budget) %}
{{- return(adapter.dispatch('breaches_after', 'workhours')(schedule, start_at, budget)) -}}
{% endmacro %}

{% macro remaining(schedule, start_at, budget, now_at) %}
{{- return(adapter.dispatch('remaining', 'workhours')(schedule, start_at, budget, now_at)) -}}
{% endmacro %}

{% macro is_working(schedule, t) %}
{{- return(adapter.dispatch('is_working', 'workhours')(schedule, t)) -}}
{% endmacro %}

{% macro default__elapsed() %}{{ workhours.unsupported() }}{% endmacro %}
{% macro default__deadline() %}{{ workhours.unsupported() }}{% endmacro %}
{% macro default__breaches_after() %}{{ workhours.unsupported() }}{% endmacro %}
{% macro default__remaining() %}{{ workhours.unsupported() }}{% endmacro %}
{% macro default__is_working() %}{{ workhours.unsupported() }}{% endmacro %}

{% macro unsupported() %}
{{- exceptions.raise_compiler_error(
    "the package workhours is for duckdb and postgres, not " ~ target.type
    ~ "; for other engines see sql.tables of workhours_sla"
) -}}
{% endmacro %}

{# Budgets: whole hours or minutes in microseconds. #}

{% macro hours(count) %}{{ return(workhours.minutes(count, 60)) }}{% endmacro %}

{% macro minutes(count, each=1) %}
{%- if count is not integer or count < 0 -%}
{{- exceptions.raise_compiler_error(
    "a budget of " ~ count ~ " is no whole number of at least 0; for half an hour give "
    ~ "workhours.minutes(30), for a column give its microseconds"
) -}}
{%- endif -%}
{{- return(count * each * 60000000) -}}
{% endmacro %}

{# The ISO week of a local date, such as 2026-W01. `zone` is a quoted IANA name. #}

{% macro iso_week(t, zone) %}
{{- return(adapter.dispatch('iso_week', 'workhours')(t, zone)) -}}
{% endmacro %}

{% macro default__iso_week() %}{{ workhours.unsupported() }}{% endmacro %}

{% macro duckdb__iso_week(t, zone) -%}
strftime(({{ t }}) at time zone {{ zone }}, '%G-W%V')
{%- endmacro %}

{% macro postgres__iso_week(t, zone) -%}
to_char(({{ t }}) at time zone {{ zone }}, 'IYYY-"W"IW')
{%- endmacro %}

{# The relation of a seed. A unit test of dbt knows no seeds, so the loaded table is looked up by
   its name, which is equal only for equal content. #}

{% macro seed(name) %}
{%- if model is not defined or model.resource_type != 'unit_test' -%}
{{- return(ref('workhours', name)) -}}
{%- endif -%}
{%- set identifier = name ~ '_@digest@' -%}
{%- if not execute -%}{{- return(identifier) -}}{%- endif -%}
{%- set found = run_query(
    "select table_schema from information_schema.tables where table_name = '" ~ identifier
    ~ "' order by case table_schema when '" ~ target.schema ~ "' then 0 else 1 end, table_schema"
) -%}
{%- if not found.rows -%}
{{- exceptions.raise_compiler_error("the table " ~ identifier ~ " is missing; run dbt seed first") -}}
{%- endif -%}
{{- return(api.Relation.create(schema=found.rows[0][0], identifier=identifier)) -}}
{% endmacro %}
