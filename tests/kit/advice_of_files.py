"""Refusals of configurations and files with an advice, in the forms of ``advice_cases``."""

from __future__ import annotations

from typing import Final

from kit.advice_cases import AT, DUE, EVENTS, OFFICE, Case, Files, settings
from kit.paths import SAMPLES

TWO: Final = "[[targets]]\nname = 'a'\nbudget = '4h'\n[[targets]]\nname = 'b'\nbudget = '5h'\n"
RULE: Final = "[[rules]]\ntargets = ['a']\n"
ONE: Final = "[[targets]]\nname = 'a'\nbudget = '4h'\n"
NORTH: Final = "[schedules.north]\ncalendar = 'RU-VGG'\nhours = 'Mo-Fr 09:00-18:00'\n"
CHANNEL: Final = "[channels.vk]\nschedule = 'north'\n"
CSV: Final = "check a.csv --config c.toml"
ACTS: Final = f"{DUE} --calendar-file acts.toml"
DAY_OFF: Final = "[[days_off]]\ndate = 2026-09-01\nact = 'x'\n"
DECREE: Final = "[acts.x]\ntitle = 'Decree 1'\n"
SETTINGS: Final = (
    settings("toml_long", "#" * 2_000_001, ""),
    settings("toml_dots", "a" + ".a" * 2_000 + " = 1", ""),
    settings("toml_syntax", "[target\n", "[target]\n"),
    settings("toml_deep", "x = " + "[" * 2_000, "[target]\n"),
    settings("toml_digits", "x = " + "9" * 5000, "target.warn_percent = 9"),
    settings("open_question", "input.tz = '?'", "input.tz = 'UTC'"),
    Case("no_config", f"{DUE} --config d.toml", (f"{DUE} --config c.toml",), {"c.toml": ""}),
    Case("config_unreadable", f"{DUE} --config .", (f"{DUE} --config c.toml",), {"c.toml": ""}),
    Case("config_not_utf8", f"{DUE} --config c.toml", ({"c.toml": "# я"}, f"{DUE} --config c.toml"),
         {"c.toml": "# я".encode("cp1251")}),
    Case("acts_unreadable", ACTS, ({"acts.toml": DECREE + DAY_OFF}, ACTS)),
    Case("write_act", ACTS, ({"acts.toml": DECREE + DAY_OFF}, ACTS), {"acts.toml": DAY_OFF}),
    settings("use_one", "[foo]\n", "[`input`]\n"),
    settings("did_you_mean", "input.encodng = 'utf-8'", "input.`encoding` = 'utf-8'"),
    settings("rename_key", "target.stops_on = 'first_reply'", "target.{now} = 'first_reply'"),
    settings("write_table", "target = 4\n", "target.budget = '4h'"),
    settings("write_rows", "targets = 4\n", ONE),
    settings("write_as", "target.warn_percent = 'x'", "target.warn_percent = {example}"),
    settings("write_as_text", "target.name = 4", 'target.name = "4"'),
    settings("write_true_or_false", "values.substantive.x = 'maybe'",
         *(f"values.substantive.x = `{x}`" for x in ("true", "false"))),
    settings("set_kind", "[columns]\nanswered_at = 'x'\n[input]\nkind = 'events'\n",
         "[columns]\nanswered_at = 'x'\n[input]\n`kind = \"appeals\"`\n"),
    settings("leave_out_or_kind", "input.kind = 'appeals'\ninput.first_event = 'created'",
         "input.kind = 'appeals'", "[input]\n`kind = \"events\"`\nfirst_event = 'created'\n"),
    settings("keep_one_of_both", "[values.type]\nx = 'created'\n[ignore]\ntype = ['x']\n",
         "values.type.x = 'created'", "[ignore]\ntype = ['x']\n"),
    settings("name_each_column", "[columns]\nappeal_id = ['', 'x']\n",
         'columns.appeal_id = `"reply_to ?? id"`', '[columns]\nappeal_id = `["date", "time"]`\n'),
    settings("write_formats", "[input]\ndatetime_format = []\n",
         '[input]\ndatetime_format = `["%d.%m.%Y %H:%M", "excel"]`\n'),
    settings("every_row_needs_it", "columns.appeal_id = ''", "columns.appeal_id = 'id'"),
    settings("write_overrides",
         "[schedule]\ncalendar = 'none'\n[schedule.days_off]\n2026-09-01 = 'x'\n",
         "[schedule]\ncalendar = 'none'\n[schedule.`overrides`]\n2026-09-01 = `\"off\"`\n"),
    settings("write_calendar", "[schedules.x]\nhours = 'Mo-Fr 9-18'\n[target]\nschedule = 'x'\n", *(
         f"target.schedule = 'x'\n[schedules.x]\ncalendar = '`{id_}`'\nhours = 'Mo 9-18'\ntz='UTC'"
         for id_ in ("RU-VGG", "none"))),
    settings("write_hours", "[schedules.x]\ncalendar = 'RU'\n[target]\nschedule = 'x'\n",
         "target.schedule = 'x'\n[schedules.x]\ncalendar = 'RU-VGG'\n"
         'hours = `"Mo-Fr 09:00-18:00"`\n'),
    settings("calendar_without_zone", "target.schedule = 'north'\n" + NORTH.replace("-VGG", ""),
         NORTH.replace("-VGG", "") + "`tz='Europe/Moscow'`\n[target]\nschedule = 'north'\n"),
    settings("write_in_targets", "target.budget = '3h'\n" + TWO, TWO
         + "`[[targets]]`\nname = 'c'\nbudget = '3h'\n", call=f"{DUE} --config c.toml --target a"),
    settings("choose_schedule", "target.budget = '4h'\n" + NORTH, NORTH
         + '[target]\nbudget = "4h"\n`schedule = "`north"\n'),
    settings("choose_schedule", NORTH + ONE, NORTH + ONE
         + 'schedule_by = "agency_id"\n[agencies.x]\nschedule = "north"\n', call=CSV),
    settings("write_targets", RULE, ONE + RULE),
    settings("rename_schedule", "target.schedule = 'default'\n" + NORTH.replace("north", "default"),
         "target.schedule = 'north'\n" + NORTH,
         "`[schedule]`\ncalendar = 'RU'\nhours = 'Mo-Fr 9-18'\n"),
    settings("rename", ONE + ONE, TWO, call=f"{DUE} --config c.toml --target a"),
    settings("write_schedule_by", NORTH + CHANNEL + ONE + "schedule = 'north'\n", NORTH + CHANNEL
         + ONE + '`schedule_by = "channel"`\n', call=CSV),
    settings("write_preset", "preset = '59fz'\n[presets.59fz]\nroll = 'none'\n",
         "`[presets.59fz]`\nroll = 'none'\n", call=f"{DUE} --config c.toml --target '59fz answer'"),
    settings("leave_it_out", "target.roll = 'none'", "[target]\n"),
    settings("give_it_time", "target.budget = '0h'", "target.budget = '1h'"),
    settings("write_answers", "[target]\nstops = []\n", '[target]\nstops = `["replied"]`\n'),
    settings("leave_one_out", NORTH + CHANNEL + ONE
         + "schedule = 'north'\nschedule_by = 'channel'\n", NORTH + ONE + "schedule = 'north'\n"),
    settings("write_section", NORTH + ONE + "schedule_by = 'channel'\n", NORTH + ONE
         + "schedule_by = 'channel'\n[channels.vk]\n`schedule = \"`north\"\n", call=CSV),
    settings("write_rules_for_each",
         "[presets.59fz]\nroll = 'none'\n[presets.pos]\nroll = 'none'\n",
         "[presets.59fz]\nroll = 'none'\n[presets.pos]\nroll = 'none'\n"
         "`[[rules]]`\ntargets = ['59fz answer']\n", call=CSV),
    settings("write_rules", "on_change = 'from_creation'\n" + ONE, "on_change = 'from_creation'\n"
         + ONE + RULE, ONE),
    settings("move_up", ONE + RULE + RULE + "channels = ['x']\n", ONE + RULE + "channels = ['x']\n"
         + RULE),
    settings("name_in_rule", TWO + RULE, TWO + "[[rules]]\ntargets = ['a', 'b']\n",
         call=f"{DUE} --config c.toml --target a"),
    settings("name_targets", ONE + "[[rules]]\ntargets = []\n", ONE + RULE),
    settings("exchange", ONE + RULE
         + "valid_from = 2025-05-01T00:00:00+03:00\nvalid_until = 2025-04-01T00:00:00+03:00\n", ONE
         + RULE
         + "valid_from = 2025-04-01T00:00:00+03:00\nvalid_until = 2025-05-01T00:00:00+03:00\n"),
    settings("no_encoding", "input.encoding = 'win'", *(f"input.encoding = '`{name}`'"
         for name in ("utf-8", "cp1251", "utf-16"))),
    settings("no_delimiter", "input.delimiter = ';;'", 'input.delimiter = `";"`',
         '[input]\ndelimiter = "\\t"\n'),
    settings("no_time_format", "input.datetime_format = '%d.%m'",
         'input.datetime_format = `"%d.%m.%Y %H:%M"`',
         'input.datetime_format = "%d.%m.%Y %H:%M `%z`"'),
    settings("no_roll", "target.budget = '30 days'",
         *(f"[target]\nbudget = '30 days'\n`roll` = '`{roll}`'\n" for roll in ("following",
         "preceding", "none"))),
    settings("target_percent", "target.warn_percent = 100", "target.warn_percent = `99`"),
    settings("target_resume", "target.budget = '7 working days'\ntarget.on_transfer = 'resume'",
         "target.budget = '4h'\ntarget.on_transfer = 'resume'"),
    settings("target_cap_unused", "target.pause_cap = '4h'",
         "target.pause_cap = '4h'\ntarget.pauses = true", "[target]\n"),
    settings("target_cap_zero", "target.pause_cap = '0h'\ntarget.pauses = true",
         "target.pause_cap = '4h'\ntarget.pauses = true", "[target]\n"),
    Case("target_warn", f"wh.Target('a', wh.working_hours(4), {OFFICE}, warn=dt.timedelta(-1))",
         (f"wh.Target('a', wh.working_hours(4), {OFFICE}, warn=dt.timedelta(0))",)),
    settings("not_off", "[[schedule.transfers]]\nfrom = 2026-05-07\nto = 2026-05-08\nact = 'x'\n",
         ""),
    settings("already_off",
         "[[schedule.transfers]]\nfrom = 2026-05-16\nto = 2026-05-17\nact = 'x'\n", ""),
    Case("shell.several_targets", f"explain {AT} --config c.toml",
         (f"explain {AT} --config c.toml `--target` a",), {"c.toml": TWO}),
)  # fmt: skip

POSTED: Final = (
    "appeal_id,posted_at,answered_at\nA-1,2025-03-12T10:15+03:00,2025-03-12T11:15+03:00\n"
)
LINE: Final = (
    '{"event_id": "1", "appeal_id": "A-1", "type": "created", '
    '"occurred_at": "2025-03-12T10:15+03:00"}\n'
)
FILES: Final = {
    "a.csv": EVENTS,
    "p.csv": POSTED,
    "two.toml": TWO,
    "one.toml": "[target]\nbudget = '4h'\n",
    "c.toml": "[input]\nkind = 'appeals'\n",
    "e.jsonl": LINE,
    "u.jsonl": LINE.encode("utf-16"),
    "notes.txt": "x\n",
}
WATCH: Final = "watch e.jsonl --once --store s.db"


def command(key: str, refused: str, *then: str | Files, **files: str) -> Case:
    """Return the case of a command over the small files above."""
    return Case(key, refused, then, {**FILES, **files})


READ: Final = "wh.report.from_json(Path('r.json').read_bytes())"
KEPT: Final = ("report a.csv --json > r.json", READ)
COMMANDS: Final = (
    command("shell.no_appeals", "check", "check a.csv"),
    command("shell.no_store", "check --store n.db", WATCH, "check --store s.db"),
    command("shell.no_store_given", "store check", WATCH, "store check s.db"),
    command("shell.fixed_budget", "forecast a.csv --config two.toml --budget 5h",
         "forecast a.csv --config two.toml"),
    command("shell.no_target", f"{DUE} --config two.toml --target c",
         f"{DUE} --config two.toml `--target` a"),
    command("shell.several_schedules", f"{DUE} --config by.toml --target a",
         f"{DUE} `--calendar` RU `--hours` 'Mo-Fr 9-18' `--budget` 4h", **{"by.toml": NORTH
         + CHANNEL + ONE + "schedule_by = 'channel'\n"}),
    command("shell.no_target_rate", "report a.csv --target-rate 200",
         "report a.csv --target-rate `90%`", "report a.csv --target-rate `0.9`"),
    command("shell.no_min_read", "check a.csv --min-read 200", "check a.csv --min-read `50%`",
         "check a.csv --min-read `50`"),
    command("shell.no_provisional", f"{WATCH} --provisional", WATCH),
    command("shell.not_followed", "watch a.csv --once --store s.db", "`check` a.csv", WATCH),
    command("shell.no_source", "watch --once --store s.db", WATCH),
    command("shell.no_period", "report a.csv --since 2025-04-01 --until 2025-03-01",
         "report a.csv --since 2025-03-01 --until 2025-04-01"),
    command("shell.compare_needs_since", "report a.csv --compare-with previous",
         "report a.csv --compare-with previous `--since` 2025-03-01"),
    command("shell.same_file", "watch e.jsonl --once --store s.db --sink s.db",
         "watch e.jsonl --once --store s.db --sink o.jsonl"),
    command("shell.no_access", "report a.csv --html no/x.html", "report a.csv --html x.html"),
    command("shell.no_rows", "check h.csv", "check a.csv", **{"h.csv": EVENTS.splitlines()[0]
         + "\n"}),
    command("shell.store_zones", "check --store s.db --assume-tz UTC", WATCH, "check --store s.db"),
    command("shell.two_sources", "check a.csv --store s.db", "check a.csv"),
    command("no_file", "check n.csv", "check a.csv"),
    command("directory", "check .", "check a.csv"),
    command("not_followed_in", "watch u.jsonl --once --store s.db --config u.toml",
         {"u.toml": "[input]\nencoding = 'utf-8'\n"}, f"{WATCH} --config u.toml",
         **{"u.toml": "[input]\nencoding = 'utf-16'\n"}),
    command("store_empty", "check --store empty.db", "check a.csv", **{"empty.db": ""}),
    command("give_store", "check --store notes.txt", WATCH, "check --store s.db"),
    command("sink_foreign", f"{WATCH} --sink notes.txt", f"{WATCH} --sink o.jsonl"),
    command("no_cases", "report a.csv --as-of '01.01.2020 10:00'",
         "report a.csv --as-of '01.01.2026 10:00'"),
    command("no_attribute", "report a.csv --by agency", "report a.csv"),
    command("no_cases_in_period", "report a.csv --since 2026-03-01 --until 2026-04-01",
         "report a.csv --since 2025-03-01 --until 2025-04-01"),
    command("shell.file_and_topic", "watch e.jsonl --once --store s.db --config k.toml",
         {"k.toml": ""}, f"{WATCH} --config k.toml",
         **{"k.toml": "[input]\nbrokers = ['a:1']\ntopic = 'x'\n"}),
    command("shell.fixed_targets", f"{DUE} --config c.toml --calendar RU-MOW",
         {"c.toml": NORTH.replace("VGG", "MOW") + ONE + "schedule = 'north'\n"},
         f"{DUE} --config c.toml", **{"c.toml": NORTH + ONE + "schedule = 'north'\n"}),
    command("shell.several_targets", "report a.csv --config two.toml",
         "report a.csv --config two.toml `--target` a"),
    command("compared_outside", "report a.csv --compare-with 2020-01-01",
         "report a.csv --compare-with 2025-03-12T08:00Z --since 2025-03-01 --until 2025-04-01"),
    command("not_a_report", READ.replace("r.json", "a.csv"), *KEPT),
    command("report_schema", READ, *KEPT,
         **{"r.json": '{"schema": "workhours.report/99"}'}),
    command("report_outdated", READ, *KEPT,
         **{"r.json": '{"schema": "workhours.report/1"}'}),
    command("keep_one", READ, *KEPT,
         **{"r.json": '{"schema": 1, "schema": 1}'}),
    command("give_as_written", READ, *KEPT, **{"r.json": "{"}),
    command("shell.fix_kept", "watch x.jsonl --once --store s.db",
         {"k.toml": "[values.type]\nx = 'created'\n"},
         "watch x.jsonl --once --store s.db `--config` k.toml `--replay`",
         **{"x.jsonl": LINE.replace("created", "x") + "{}\n"}),
    command("statuses_not_followed", f"{WATCH} --config k.toml", "check st.csv --config k.toml",
         **{"k.toml": "[input]\nkind = 'statuses'\nformat = 'jsonl'\n[values.status]\nx = 'open'\n",
         "st.csv": '{"appeal_id": "1", "status": "x", "since": "2025-03-12T10:15Z"}\n'}),
    command("format_not_followed", f"{WATCH} --config k.toml", "`check` l.json --config k.toml",
         **{"k.toml": "input.format = 'open311'",
         "l.json": (SAMPLES / "open311_requests.json").read_text("utf-8")}),
    settings("add_offset", ONE + RULE + "valid_from = 2025-05-01T00:00:00\n", ONE + RULE
         + "valid_from = 2025-05-01T00:00:00`+03:00`\n"),
    settings("use_one_of", "[sinks.x]\nurl = 'https://region.example'\nsecret_env = 'KEY'\n",
         "[sinks.x]\nkind = '`webhook`'\nurl = 'https://region.example'\nsecret_env = 'KEY'\n"),
)  # fmt: skip
