"""A store in PostgreSQL passes the tests of every store, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import md5
from pathlib import Path

import pytest

pytest.importorskip("psycopg")

from kit.stored import Places
from stores.test_store import (  # noqa: F401 - pytest collects them here as well
    test_a_call_on_a_closed_store_does_not_report_damage,
    test_a_change_is_kept_until_all_sinks_in_use_have_it,
    test_a_correction_of_an_appeal_in_memory_moves_what_it_names,
    test_a_new_appeal_may_breach_by_the_watermark_of_its_batch,
    test_a_rejected_row_is_erased_after_retention_and_still_counted,
    test_a_repair_that_is_ahead_of_its_receipt_is_quarantined,
    test_a_store_is_closed_after_the_call_that_is_under_way,
    test_a_store_is_written_while_one_moment_of_it_is_read,
    test_a_store_that_many_threads_use_ends_as_one_that_one_thread_uses,
    test_a_withdrawn_appeal_is_not_open,
    test_after_an_interrupted_batch_memory_equals_the_disk,
    test_all_expired_appeals_are_dropped_at_once,
    test_all_rows_that_were_rejected_before_any_event_are_erased_together,
    test_an_amended_calendar_moves_what_it_touches_alone,
    test_an_appeal_that_ended_long_ago_is_dropped_and_does_not_return,
    test_an_appeal_that_is_dropped_while_outcomes_are_read_is_left_out,
    test_an_appeal_that_lost_its_only_event_is_not_dropped_with_the_copy,
    test_an_open_iterator_blocks_no_other_thread,
    test_another_policy_emits_only_what_it_changes,
    test_changes_that_no_sink_has_had_outlive_retention,
    test_event_by_event_it_emits_the_changes_of_a_monitor,
    test_in_batches_and_reopened_between_them_it_has_the_batch_result,
    test_many_copies_of_few_ids_have_the_result_of_a_monitor,
    test_one_of_many_copies_has_the_last_reason_of_the_fold,
    test_one_process_writes_and_others_read,
    test_quarantine_is_listed_and_a_repair_replaces_every_copy,
    test_quarantined_events_are_erased_and_do_not_return,
    test_rejected_rows_are_kept_until_they_are_repaired_or_read,
    test_text_that_is_no_text_is_refused_by_itself,
)
from stream.test_delivery import (  # noqa: F401 - pytest collects them here as well
    pipeline,
    test_a_change_that_a_sink_rejects_is_a_dead_letter_and_can_be_replayed,
    test_a_sink_that_accepts_single_changes_only_is_noted_once,
    test_a_sink_that_fails_gets_every_change_once_in_order,
    test_a_sink_that_hangs_delays_neither_ingest_nor_other_sinks,
    test_a_sink_that_still_fails_at_the_end_gets_the_rest_from_the_next_run,
    test_after_its_last_attempt_a_change_is_a_dead_letter_and_the_next_one_is_sent,
    test_drain_sends_everything_in_this_thread_and_raises,
    test_many_threads_and_failures_by_chance_lose_nothing,
    test_retention_keeps_dead_letters_and_what_a_sink_lacks,
)

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module", autouse=True)
def _in_postgres(postgres: str) -> Iterator[None]:
    """Keep the stores of the tests in schemas of one database, one for each path."""

    def address(path: Path | str) -> str:
        name = md5(str(path).encode(), usedforsecurity=False).hexdigest()
        return f"{postgres}&options=-csearch_path%3Dstore_{name}"

    before, Places.of = Places.of, staticmethod(address)
    yield
    Places.of = before
