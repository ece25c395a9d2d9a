"""Receive an appeal, and answer when it is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from deadlines import BUDGET, OFFICE
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from django_app.models import Appeal
from workhours_sla.errors import WorkHoursError


class RefusalMiddleware:
    """Answers with status 422 and the sentence of a refusal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the response to a request."""
        return self.get_response(request)

    def process_exception(self, _request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the response to a refusal, None for other errors."""
        if isinstance(error, WorkHoursError):
            return JsonResponse({"detail": str(error)}, status=422)
        return None


@csrf_exempt  # the example has no login; your service checks who calls it
@require_POST
def post(request: HttpRequest) -> HttpResponse:
    """Store an appeal with its due time."""
    try:
        posted_at = datetime.fromisoformat(request.POST["posted_at"])
    except ValueError as error:
        return JsonResponse({"detail": str(error)}, status=422)
    appeal = Appeal(number=request.POST["number"], posted_at=posted_at)
    appeal.set_promise()
    appeal.save()
    return JsonResponse({"due_at": appeal.due_at}, status=201)


def due(_request: HttpRequest, number: str) -> HttpResponse:
    """Return when an appeal is due, and why then; a refusal while that is unknown."""
    appeal = get_object_or_404(Appeal, number=number)
    why = OFFICE.explain(appeal.posted_at, BUDGET)  # raises while no act decides a date
    if appeal.calendar_version != OFFICE.calendar.version:
        appeal.set_promise()
        appeal.save()
    return JsonResponse(
        {
            "due_at": appeal.due_at.astimezone(OFFICE.tz),
            "calendar_version": appeal.calendar_version,
            "why": list(why.lines()),
        }
    )
