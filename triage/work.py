"""The screen itself: queue, row, decision, undo, bulk."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import LuxiantuError
from triage import history, queue
from triage.bulk import Bulk, Outcome, run_bulk
from triage.database import EventRow, SubmissionRow
from triage.decisions import Missing, NotYours, Stale, decide, undo
from triage.marking import pieces
from triage.matrix import ACTIONS, MATRIX, may
from triage.office import Office, visitor_of
from triage.scans import beside, scan_of
from triage.shapes import Action, Decide, Detail, Mark, State

__all__ = ["refused", "routes", "stale", "status_of"]

VERDICTS = {"fail": "✗ 有不符合", "unknown": "? 有未写明", "pass": "✓ 均符合"}
FIELD_NAMES = {"state": "状态", "segment": "环节", "merge_into": "合并到", "channel": "渠道", "expert": "专家", "opinion": "意见"}
Row = Annotated[int, Field(ge=1, le=2_000_000_000)]


class Undo(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    row_version: int = Field(ge=1)


def refused(status: int, message: str, **more: object) -> JSONResponse:
    return JSONResponse({"message": message, **more}, status_code=status)


def routes(office: Office) -> APIRouter:
    router = APIRouter()

    @router.get("/", response_class=HTMLResponse)
    def screen(request: Request) -> HTMLResponse:
        may_do = [a for a in Action if visitor_of(request).role in ACTIONS[a]]
        with office.store.reading() as session:
            experts = sorted(e for e in session.scalars(select(SubmissionRow.expert).distinct()) if e)
        return office.page(request, "work.html", actions=may_do, verdicts=VERDICTS, states=[s.value for s in State], settings=office.settings, experts=experts)

    @router.get("/queue")
    def listing(filters: Annotated[queue.Filters, Query()]) -> dict[str, object]:
        with office.store.reading() as session:
            found = queue.lines(session, filters)
            return {"lines": [asdict(line) for line in found], "counts": queue.counts(session, filters), "newest": queue.newest_event(session)}

    @router.get("/changes")
    def changes(since: Annotated[int, Query(ge=0, le=2_000_000_000)]) -> dict[str, object]:
        with office.store.reading() as session:
            return {"lines": [asdict(line) for line in queue.changed_since(session, since)], "newest": queue.newest_event(session)}

    @router.get("/rows/{row_id}", response_class=HTMLResponse)
    def row(request: Request, row_id: Row) -> HTMLResponse:
        return panel(office, request, row_id)

    @router.post("/rows/{row_id}/original", response_class=HTMLResponse)
    def original(request: Request, row_id: Row) -> HTMLResponse:
        """The unmasked text, for those who have to reach the submitter; who looked at what is in the history."""
        with office.store.writing() as session:
            found = known(session, row_id)
            history.append(session, "查看原文", actor=visitor_of(request).name, row=found, payload={"of": found.submission_id})
        return panel(office, request, row_id, unmasked=True)

    add_decisions(router, office)
    return router


def add_decisions(router: APIRouter, office: Office) -> None:
    @router.post("/rows/{row_id}/decide")
    def decide_row(request: Request, row_id: Row, ask: Decide) -> Response:
        visitor = visitor_of(request)
        if not may(visitor.role, ask.action):
            return refused(403, f"“{visitor.role}”不能作“{ask.action}”的决定")
        with office.store.writing() as session:
            row = decide(session, row_id, ask, actor=visitor.name, segments=office.segments)
        office.publish_soon()
        return JSONResponse(said(row))

    @router.post("/rows/{row_id}/undo")
    def undo_row(request: Request, row_id: Row, ask: Undo) -> Response:
        visitor = visitor_of(request)
        with office.store.writing() as session:
            row = undo(session, row_id, ask.row_version, actor=visitor.name, allowed=lambda action: may(visitor.role, action))
        office.publish_soon()
        return JSONResponse(said(row))

    @router.post("/bulk/preview")
    def preview(request: Request, ask: Bulk) -> dict[str, object]:
        return shown(run_bulk(office.store, ask, actor=visitor_of(request).name, segments=office.segments, limit=office.settings.page.bulk, commit=False))

    @router.post("/bulk")
    def bulk(request: Request, ask: Bulk) -> Response:
        """All or nothing: where one row cannot be decided, none is."""
        outcomes = run_bulk(office.store, ask, actor=visitor_of(request).name, segments=office.segments, limit=office.settings.page.bulk, commit=True)
        office.publish_soon()
        refusals = [o for o in outcomes if o.problem]
        return JSONResponse({**shown(outcomes), "message": f"有 {len(refusals)} 份不能处理，全部未作改动" if refusals else f"已处理 {len(outcomes)} 份"},
                            status_code=409 if refusals else 200)


def shown(outcomes: Sequence[Outcome]) -> dict[str, object]:
    return {"items": [asdict(o) for o in outcomes]}


def said(row: SubmissionRow) -> dict[str, object]:
    """What the page needs of a row that was changed."""
    return {"id": row.id, "submission_id": row.submission_id, "row_version": row.row_version, "state": row.state, "segment": row.segment,
            "merge_into": row.merge_into, "latest": row.latest}


def known(session: Session, row_id: int) -> SubmissionRow:
    row = session.get(SubmissionRow, row_id)
    if row is None:
        raise Missing(str(row_id), "没有这一份材料", "请返回队列重新选择")
    return row


def panel(office: Office, request: Request, row_id: int, *, unmasked: bool = False) -> HTMLResponse:
    with office.store.reading() as session:
        row, events = known(session, row_id), history.of_row(session, row_id)
    detail = Detail.model_validate_json(row.detail)
    text = row.original if unmasked and row.original else row.masked
    marks = [*detail.marks]
    title_end = row.masked.find("\n")
    return office.page(
        request, "panel.html", row=row, detail=detail, unmasked=unmasked, has_original=row.original is not None and may_see(request),
        has_image=may_see(request) and scan_of(office.state, row) is not None, pictures=beside(detail) if may_see(request) and detail.crops else None,
        title=pieces(text[:title_end], marks), body=pieces(text[title_end + 1 :], [moved(m, title_end + 1) for m in marks]), offset=title_end + 1,
        events=[(e, queue.described(e)) for e in events], settings=office.settings, returned=returned_questions(events))


def may_see(request: Request) -> bool:
    return visitor_of(request).role in MATRIX["POST", "/rows/{row_id}/original"]


def moved(mark: Mark, by: int) -> Mark:
    return mark.model_copy(update={"start": max(0, mark.start - by), "end": mark.end - by})


def returned_questions(events: Sequence[EventRow]) -> bool:
    """Whether a letter can be had: the row has been returned at least once."""
    return any(e.action == Action.RETURN for e in events)


def stale(error: Stale) -> JSONResponse:
    """409 with the row as it is and what others changed: field, before, now, who, when."""
    changes = []
    for event in reversed(error.events):
        payload = history.payload_of(event)
        before, after = payload.get("before"), payload.get("after")
        if isinstance(before, dict) and isinstance(after, dict):
            changes += [{"field": FIELD_NAMES[n], "before": before[n], "now": after[n], "by": event.actor, "at": event.at, "action": event.action}
                        for n in history.FIELDS if before[n] != after[n]]
    return refused(409, f"{error.row.submission_id} 已被别人改动，您的操作没有保存", row=said(error.row), changes=changes)


def status_of(error: LuxiantuError) -> int:
    return 404 if isinstance(error, Missing) else 403 if isinstance(error, NotYours) else 422
