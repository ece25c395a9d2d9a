"""The examples of Django, FastAPI and Celery answer, store and refuse as the documentation says."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from kit.paths import EXAMPLES

WEB = EXAMPLES / "web"
FRIDAY = "2025-10-31T17:30:00+03:00"
DUE = datetime(2025, 11, 1, 9, 30, tzinfo=UTC)
ANSWERS = {
    lang: json.loads((WEB / f"due.{lang}.json").read_text(encoding="utf-8"))
    for lang in ("en", "ru")
}
WITHOUT_ZONE = ("2025-10-31T17:30", "has no zone")
UNKNOWN = ("2040-01-10T10:00:00+03:00", "calendar RU-VGG does not know 2040-01-10")


@pytest.fixture(scope="module", autouse=True)
def importable() -> Iterator[None]:
    """Let the modules of the examples be imported, as in their own directory."""
    sys.path.insert(0, str(WEB))
    yield
    sys.path.remove(str(WEB))


def without_version(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without the version of the calendar, which new acts change."""
    assert answer["calendar_version"]
    return {key: value for key, value in answer.items() if key != "calendar_version"}


# -- FastAPI ---------------------------------------------------------------------------------


@pytest.fixture
def due(importable: None) -> Callable[..., Any]:  # noqa: ARG001
    """Return the function that asks the service when an appeal is due."""
    pytest.importorskip("fastapi")
    httpx = pytest.importorskip("httpx")
    transport = httpx.ASGITransport(import_module("fastapi_app").app)

    async def ask(parameters: dict[str, str]) -> Any:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/due", params=parameters)

    return lambda **parameters: asyncio.run(ask(parameters))


@pytest.mark.parametrize(("lang", "answer"), ANSWERS.items())
def test_fastapi_answers_when_an_appeal_is_due(
    due: Callable[..., Any], lang: str, answer: dict[str, Any]
) -> None:
    response = due(posted_at=FRIDAY, lang=lang)
    assert response.status_code == 200
    assert without_version(response.json()) == without_version(answer)


@pytest.mark.parametrize(("posted_at", "message"), [WITHOUT_ZONE, UNKNOWN])
def test_fastapi_refuses_with_the_sentence(
    due: Callable[..., Any], posted_at: str, message: str
) -> None:
    response = due(posted_at=posted_at)
    assert response.status_code == 422
    assert message in response.json()["detail"]


# -- Django and Celery -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def appeals(importable: None) -> Any:  # noqa: ARG001
    """Return the model; its table is in a database in memory."""
    django = pytest.importorskip("django")
    os.environ["DJANGO_SETTINGS_MODULE"] = "django_app.settings"
    django.setup()
    from django.db import connection

    model = import_module("django_app.models").Appeal
    with connection.schema_editor() as editor:
        editor.create_model(model)
    yield model
    connection.close()
    del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.fixture
def client(appeals: Any) -> Any:
    from django.test import Client

    yield Client()
    appeals.objects.all().delete()


def test_django_stores_and_answers(client: Any, appeals: Any) -> None:
    posted = client.post("/appeals/", {"number": "A-1", "posted_at": FRIDAY})
    assert posted.status_code == 201
    stored = appeals.objects.get()
    assert stored.due_at == stored.limit == DUE
    answer = client.get("/appeals/A-1/due").json()
    assert answer["due_at"] == "2025-11-01T12:30:00+03:00"
    assert answer["calendar_version"] == stored.calendar_version
    assert answer["why"] == ANSWERS["en"]["why"]
    assert client.get("/appeals/A-2/due").status_code == 404


@pytest.mark.parametrize(("posted_at", "message"), [WITHOUT_ZONE, ("yesterday", "yesterday")])
def test_django_refuses_with_the_sentence(
    client: Any, appeals: Any, posted_at: str, message: str
) -> None:
    response = client.post("/appeals/", {"number": "A-1", "posted_at": posted_at})
    assert response.status_code == 422
    assert message in response.json()["detail"]
    assert not appeals.objects.exists()


def test_django_stores_an_appeal_without_a_known_due_time(client: Any, appeals: Any) -> None:
    posted_at, message = UNKNOWN
    assert client.post("/appeals/", {"number": "A-1", "posted_at": posted_at}).status_code == 201
    assert appeals.objects.get().due_at is None
    assert not appeals.objects.overdue(datetime(2041, 1, 1, tzinfo=UTC)).exists()
    response = client.get("/appeals/A-1/due")
    assert response.status_code == 422
    assert message in response.json()["detail"]


def test_django_answers_by_the_calendar_in_use(client: Any, appeals: Any) -> None:
    client.post("/appeals/", {"number": "A-1", "posted_at": FRIDAY})
    appeals.objects.update(due_at=None, limit=None, calendar_version="older")
    assert client.get("/appeals/A-1/due").json()["due_at"] == "2025-11-01T12:30:00+03:00"
    assert appeals.objects.get().due_at == DUE


def test_celery_reports_each_overdue_appeal_once(client: Any, appeals: Any) -> None:
    pytest.importorskip("celery")
    tasks = import_module("celery_tasks")
    for number in ("A-1", "A-2"):
        client.post("/appeals/", {"number": number, "posted_at": FRIDAY})
    appeals.objects.filter(number="A-2").update(answered_at=DUE)
    assert tasks.report_overdue() == ["A-1"]
    assert tasks.report_overdue() == []


def test_celery_recalculates_after_a_change_of_the_calendar(client: Any, appeals: Any) -> None:
    pytest.importorskip("celery")
    tasks = import_module("celery_tasks")
    for number in ("A-1", "A-2"):
        client.post("/appeals/", {"number": number, "posted_at": FRIDAY})
    appeals.objects.filter(number="A-1").update(calendar_version="older", due_at=FRIDAY)
    assert tasks.recalculate() == ["A-1"]
    assert appeals.objects.get(number="A-1").due_at == DUE
    assert tasks.recalculate() == []


def test_every_scheduled_task_exists() -> None:
    pytest.importorskip("django")
    pytest.importorskip("celery")
    app = import_module("celery_tasks").app
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled <= app.tasks.keys()
