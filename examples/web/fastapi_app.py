"""A service that answers when an appeal is due. Start it with ``uvicorn fastapi_app:app``."""

from datetime import datetime
from typing import Literal

from deadlines import BUDGET, OFFICE, promise_of
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from workhours_sla.errors import WorkHoursError

app = FastAPI()


class Answer(BaseModel):
    """When an answer is due, and why then."""

    due_at: datetime
    limit: datetime
    calendar_version: str
    why: list[str]


@app.exception_handler(WorkHoursError)
def refuse(_request: Request, error: WorkHoursError) -> JSONResponse:
    """Return the sentence of a refusal: a time without a zone, a date that is not known."""
    return JSONResponse({"detail": str(error)}, status_code=422)


@app.get("/due")
def due(posted_at: datetime, lang: Literal["en", "ru"] = "en") -> Answer:
    """Return when the answer to an appeal posted at a time is due."""
    promise = promise_of(posted_at)
    why = OFFICE.explain(posted_at, BUDGET).lines(lang)
    return Answer(**promise._asdict(), why=list(why))
