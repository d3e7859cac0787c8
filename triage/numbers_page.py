"""Numbers, and files in and out: public tables, triage.xlsx, letters."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, File, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse, Response

from triage import history, numbers
from triage.letters import letter_of
from triage.office import Office, visitor_of
from triage.sheet import export_sheet, import_sheet
from triage.work import Row, known

__all__ = ["routes"]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def attachment(data: bytes, media_type: str, name: str) -> Response:
    return Response(data, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def routes(office: Office) -> APIRouter:
    router, minimum = APIRouter(), office.settings.numbers.public_min

    def collected() -> numbers.Numbers:
        with office.store.reading() as session:
            return numbers.collect(session, office.segments, pause_minutes=office.settings.numbers.pause_minutes, today=date.today())

    @router.get("/numbers", response_class=HTMLResponse)
    def page(request: Request) -> HTMLResponse:
        return office.page(request, "numbers.html", numbers=collected(), note=numbers.note(minimum))

    @router.get("/numbers/export")
    def export(form: Annotated[Literal["csv", "xlsx"], Query(alias="format")] = "xlsx") -> Response:
        tables = numbers.public(collected(), minimum)
        if form == "csv":
            return attachment(numbers.to_csv(tables, minimum), "text/csv; charset=utf-8", "numbers.csv")
        return attachment(numbers.to_xlsx(tables, minimum, date.today()), XLSX, "numbers.xlsx")

    @router.get("/sheet")
    def sheet(request: Request) -> Response:
        with office.store.writing() as session:
            data = export_sheet(session, office.segments, date.today())
            history.append(session, "导出初筛表", actor=visitor_of(request).name, payload={"bytes": len(data)})
        return attachment(data, XLSX, "triage.xlsx")

    @router.post("/sheet")
    def take_sheet(request: Request, file: Annotated[UploadFile, File()]) -> Response:
        outcome = import_sheet(office.store, file.file.read(), actor=visitor_of(request).name, segments=office.segments)
        office.publish_soon()
        return JSONResponse({"message": outcome.message, "problems": outcome.problems})

    @router.get("/rows/{row_id}/letter")
    def letter(row_id: Row) -> Response:
        with office.store.reading() as session:
            row = known(session, row_id)
            data = letter_of(session, row, date.today())
        return attachment(data, DOCX, f"letter-{row.id}.docx")

    return router
