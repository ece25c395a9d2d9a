"""The advice of every refusal is followed to the letter, and must lead on."""

from __future__ import annotations

import datetime as dt
import fnmatch
import os
import re
import shlex
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from string import Formatter
from typing import Final
from unittest import mock

import pytest

import workhours_sla.report
from kit.advice_cases import QUESTIONS, TIMES, Case, Files, Step
from kit.advice_of_files import COMMANDS, SETTINGS
from kit.advice_of_rows import ROWS
from kit.advice_of_stores import STORES
from workhours_sla import sql
from workhours_sla.cli.main import main
from workhours_sla.errors import WorkHoursError
from workhours_sla.text import catalog

CASES: Final = (*TIMES, *QUESTIONS, *SETTINGS, *COMMANDS, *ROWS, *STORES)
SHELL: Final = catalog.Texts("refused_calls")
TEXTS: Final = {
    **{f"shell.{key}": text for key, text in SHELL.items()},
    **catalog.UNKNOWN_DATES,
    **catalog.ERRORS,
}
IMPERATIVE: Final = re.compile(
    r"(?:^|[;:] )(?:add|ask|check|choose|copy|correct|create|end|exchange|export|free|give|install"
    r"|keep|leave|let|make|map|move|name|pip install|put|rename|restore|save|see|send|set|take|use"
    r"|write)\b"
)
"""How the texts advise: after a semicolon by the convention, or alone as the end of a message."""
ITS_OWN: Final = re.compile(r"; \{\w+\}(?:, or \{\w+\})?$")
"""The end of a message whose advice is a text of its own, which is tried as such."""
FACT: Final = r"""'[^'\n]*'|"[^"\n]*"|.*?"""


UNTRIED: Final = {
    "a note or an answer, which nothing refuses": """
      serving detect_heads detect_rows one_page comments_missing discussion_open other_community
      thread_incomplete other_tables empty_or_error
    """,
    "a broker": "kafka_* propert*_refused property_file property_line property_reserved",
    "a server of PostgreSQL": "postgres_*",
    "a receiver of changes or mail": "http_* mail_* private_address",
    "a request over HTTP": """
      empty_batch header_* internal_fault large_* long_parameter long_span many_* no_address
      no_confirmation no_parameter not_a_batch not_a_choice not_a_count not_json_type
      not_one_event not_type_of_events other_machine parameter_twice report_busy report_period
      report_target secret_wrong sent_* service_ending slow_* store_away token_missing token_reads
      token_wrong unknown_appeal use_keys wrong_host wrong_method
    """,
    "a missing library or Java": """
      spark_* no_psycopg no_service needs_extra sink_needs_extra shell.no_numpy no_workalendar
      library_lacks library_without_years
    """,
    "a broken or full disk, a pipe, or other rights": """
      check_disk denied free_space no_growth no_log_on_disk not_regular pipe_broken read_broken
      store_not_made unlisted unopened unreadable shell.no_input
    """,
    "a second process, or a store changed from outside while it is open": """
      end_other_process sink_changed sink_in_use store_in_use store_linked
      store_position store_replaced store_taken_over
    """,
    "a damaged store, or one of another version": """
      check_store install_later note_unreadable restore_snapshot
    """,
    "a call in Python": """
      appeal_dropped file_exists give_whole leave_brackets_out no_day_length
      no_preset_but no_snapshot* no_store no_workdays_here not_a_datetime not_in_quarantine
      report_of_* row_without_act sql_no_dates sql_too_much store_closed
      store_not_empty text_not_stored two_kinds write_like*
    """,
    "a large or a special file": """
      api_error cell_* json_nothing_there workbook_text json_two_lists number_rounded packed_bomb
      two_headers workbook_1904 workbook_large workbook_password ok_no_time official_unmet
      pauses_unknown several_metrics telegram_old toml_surrogate word_unknown detect_delimiter
      detect_kind detect_other_sheets
    """,
    "nothing known leads to it": "correct_it none_known",
}
"""The texts whose advice is not tried, by what would be needed for it."""


def has_advice(text: str) -> bool:
    return not ITS_OWN.search(text) and ("; " in text or bool(IMPERATIVE.search(text)))


def of_template(template: str) -> re.Pattern[str]:
    """Return what finds a text in a message, with its placeholders as groups."""
    pattern, seen = "", set()
    for text, name, _, _ in Formatter().parse(template):
        pattern += re.escape(text)
        if name is not None:
            field = re.split(r"[.\[:]", name)[0]
            pattern += f"(?P={field})" if field in seen else rf"(?P<{field}>{FACT})"
            seen.add(field)
    return re.compile(
        pattern + (r"(?=$|; | \()" if pattern.endswith(f"{FACT})") else ""), re.DOTALL
    )


class Refused(Exception):  # noqa: N818
    """What a call was refused with."""


def run(call: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Run a command of the shell, or evaluate Python; raise Refused with what is refused."""
    if call.startswith(("wh.", "sql.")):
        try:
            eval(call, {"wh": workhours_sla, "sql": sql, "dt": dt, "Path": Path})  # noqa: S307
        except WorkHoursError as error:
            raise Refused(str(error)) from None
        return
    call, _, file = call.partition(" > ")
    words = shlex.split(call)
    count = sum("=" in word and word[0].isupper() for word in words)
    environment = dict(word.split("=", 1) for word in words[:count])
    try:
        with mock.patch.dict(os.environ, environment):
            status = main([*words[count:], "--lang", "en"])
    except SystemExit as left:
        status = left.code
    out, err = capsys.readouterr()
    if file:
        Path(file).write_text(out, "utf-8")
    if status not in (0, 1):
        raise Refused(err[err.rindex("Error: ") + 7 :].split(" (see: ")[0].strip())


def followed(call: str, facts: dict[str, str], message: str) -> str:
    """Return a call with what the message shows, and see that the message has what it quotes."""
    for quoted in re.findall("`(.*?)`", call, re.DOTALL):
        assert quoted in message, (quoted, message)
    call = re.sub(r"\{(\w+)\}", lambda name: facts.get(name[1], name[0]), call)
    return call.replace("`", "")


def write(files: Files, edit: Callable[[str], str] = str) -> None:
    """Write files, or the answers to the questions in one that is there."""
    for name, content in files.items():
        path = Path(name)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(edit(content), "utf-8")
        else:
            text = path.read_text("utf-8")
            for key, answer in content.items():
                assert f'{key} = "?"' in text, (key, text)
                text = text.replace(f'{key} = "?"', f"{key} = {edit(answer)}")
            path.write_text(text, "utf-8")


def do(step: Step, capsys: pytest.CaptureFixture[str], edit: Callable[[str], str] = str) -> None:
    """Write files, remove the file after an exclamation mark, or run a call."""
    if not isinstance(step, str):
        write(step, edit)
    elif step.startswith("!"):
        Path(step[1:]).unlink()
    else:
        run(edit(step), capsys)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_the_advice_leads_on(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "workhours_sla.service.run.serve", lambda _, listening, __: listening.close()
    )
    write(case.files)
    for step in case.before:
        do(step, capsys)
    with pytest.raises(Refused) as refused:
        run(case.refused, capsys)
    message = str(refused.value)
    found = of_template(TEXTS[case.key]).search(message)
    assert found, message
    for step in case.then:
        do(step, capsys, lambda text: followed(text, found.groupdict(), message))


def test_every_advice_is_tried_or_has_a_reason() -> None:
    tried = {case.key for case in CASES}
    untried = {key for key, text in TEXTS.items() if has_advice(text)} - tried
    reasons = " ".join(UNTRIED.values()).split()
    unlisted = [key for key in sorted(untried) if not any(fnmatchcase(key, of) for of in reasons)]
    assert not unlisted, "write a case for each, or the reason: " + " ".join(unlisted)
    assert [of for of in reasons if not fnmatch.filter(untried, of)] == [], "no longer untried"
