"""New files in the page: kept, read by `luxiantu intake` in a process of its own, then in the queue; progress while it lasts."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse, Response
from sqlalchemy import select

from nlp.errors import LuxiantuError
from triage import history
from triage.database import SubmissionRow, UploadRow, now
from triage.importing import pending_runs
from triage.office import Office, visitor_of
from triage.scans import IMAGES, crop_of, scan_of
from triage.settings import ROOT
from triage.worker import OUT, URL, read_in

__all__ = ["body_limit", "routes"]

QUEUED, READING, FAILED = "排队", "读取中", "失败"
SUFFIXES = frozenset({".docx", ".doc", ".xlsx", ".xls", ".csv", ".pdf", ".txt", ".html", ".htm", ".zip", ".rar", ".7z", ".jsonl", ".ofd", ".wps", ".et",
                      ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".xml", ".rtf", ".eml"})


class BadUpload(LuxiantuError):
    verb = "没有收下"


def body_limit(office: Office) -> int:
    """Bytes of one request: the largest file and the form around it; several files share it."""
    return office.settings.upload.file_mb * 1_000_000 + 100_000


def checked_name(name: str | None) -> str:
    """A bare file name of a known kind: no folders, no control characters, nothing hidden."""
    given = (name or "").replace("\\", "/").rsplit("/", 1)[-1].strip()
    if given != (name or "").strip() or not given or given.startswith((".", "~$")) or len(given) > 150 or any(ord(c) < 32 or c in '<>:"|?*' for c in given):
        raise BadUpload(given[:60] or "文件", "文件名不合要求", "请改用普通的文件名，不要带路径")
    if Path(given).suffix.lower() not in SUFFIXES:
        raise BadUpload(given, "不是能读取的格式", "请上传 Word、Excel、PDF、图片、文本或压缩包")
    return given


class Reading:
    """One batch at a time; the rest wait their turn."""

    def __init__(self, office: Office) -> None:
        self._office, self._turn = office, threading.Lock()

    def start(self, upload_id: str) -> None:
        threading.Thread(target=self._run, args=(upload_id,), daemon=True, name=f"upload-{upload_id}").start()

    def _run(self, upload_id: str) -> None:
        office = self._office
        with self._turn:
            self._say(upload_id, READING, "正在启动读取程序")
            folder = office.state / "uploads" / upload_id
            url = office.store.url.render_as_string(hide_password=False)
            environment = {**os.environ, OUT: str(office.out), URL: url, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1",
                           "LUXIANTU_LOG": ""}  # the last line of its log is shown on the page
            code: int | None = None
            with (folder.parent / f"{upload_id}.log").open("wb") as log, contextlib.suppress(subprocess.TimeoutExpired):
                code = subprocess.run([sys.executable, "-m", "triage.worker", upload_id], env=environment, stdout=log, stderr=log,  # noqa: S603 (our own module)
                                      timeout=60 * office.settings.upload.minutes, check=False).returncode
            with office.store.reading() as session:
                upload = session.get(UploadRow, upload_id)
                finished = upload is not None and upload.state not in (QUEUED, READING)
            if not finished:
                self._say(upload_id, FAILED, "读取超时" if code is None else "读取程序意外退出；材料没有进入队列，可重新上传")
            office.publish_soon()

    def _say(self, upload_id: str, state: str, message: str) -> None:
        with self._office.store.writing() as session:
            upload = session.get(UploadRow, upload_id)
            if upload is not None:
                upload.state, upload.message = state, message


def keep(office: Office, files: Sequence[UploadFile], *, own_notice: bool, actor: str) -> str:
    """Writes the files below outputs/state/uploads/<id>/ and notes the batch."""
    if not files or len(files) > office.settings.upload.at_once:
        raise BadUpload("文件", f"一次可上传 1 至 {office.settings.upload.at_once} 个文件", "请分批上传，或打成一个压缩包")
    names = [checked_name(f.filename) for f in files]
    if len(set(names)) < len(names):
        raise BadUpload("文件", "有同名文件", "请改名后再上传")
    upload_id = secrets.token_hex(8)
    folder = office.state / "uploads" / upload_id
    folder.mkdir(parents=True, mode=0o700)
    for name, file in zip(names, files, strict=True):
        with (folder / name).open("wb") as kept:
            while part := file.file.read(1 << 20):
                kept.write(part)
    with office.store.writing() as session:
        session.add(UploadRow(id=upload_id, actor=actor, at=now(), names=json.dumps(names, ensure_ascii=False), state=QUEUED, message="等待读取",
                              outcome=json.dumps({"own_notice": own_notice})))
        history.append(session, "上传", actor=actor, payload={"upload": upload_id, "files": len(names)})
    return upload_id


def progress(office: Office, upload_id: str) -> str:
    """The last line that the reading process has written."""
    log = office.state / "uploads" / f"{upload_id}.log"
    lines = log.read_text("utf-8", "replace").replace("\r", "\n").split("\n") if log.is_file() else []
    return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "")


def routes(office: Office) -> APIRouter:
    router, reading = APIRouter(), Reading(office)

    @router.get("/uploads", response_class=HTMLResponse)
    def uploads(request: Request) -> HTMLResponse:
        with office.store.reading() as session:
            found = list(session.scalars(select(UploadRow).order_by(UploadRow.at.desc()).limit(30)))
        return office.page(request, "uploads.html", uploads=[(u, json.loads(u.names), json.loads(u.outcome)) for u in found],
                           pending=[p.name for p in pending_runs(office.store, office.out)], settings=office.settings)

    @router.post("/uploads")
    def upload(request: Request, files: Annotated[list[UploadFile], File()], own_notice: Annotated[bool, Form()] = False) -> dict[str, str]:
        upload_id = keep(office, files, own_notice=own_notice, actor=visitor_of(request).name)
        reading.start(upload_id)
        return {"id": upload_id, "message": "已收下，正在读取"}

    @router.get("/uploads/{upload_id}")
    def one(upload_id: str) -> Response:
        with office.store.reading() as session:
            found = session.get(UploadRow, upload_id) if upload_id.isalnum() and len(upload_id) == 16 else None
        if found is None:
            return JSONResponse({"message": "没有这一批"}, status_code=404)
        return JSONResponse({"id": found.id, "state": found.state, "message": found.message, "outcome": json.loads(found.outcome),
                             "progress": progress(office, upload_id) if found.state == READING else ""})

    @router.post("/runs")
    def take_runs(request: Request) -> dict[str, object]:
        """What `luxiantu intake` has published since: into the queue."""
        done = [read_in(office.store, folder, out=office.out, actor=visitor_of(request).name) for folder in pending_runs(office.store, office.out)]
        office.publish_soon()
        return {"message": f"接入 {len(done)} 批，新增 {sum(d.added for d in done)} 份" if done else "没有新的接收结果"}

    @router.get("/rows/{row_id}/image")
    def image(request: Request, row_id: int) -> Response:
        """The scan a row was read from, where it was uploaded as a picture. It is not masked, so the look is noted."""
        with office.store.writing() as session:
            row = session.get(SubmissionRow, row_id) if 0 < row_id < 2_000_000_000 else None
            source = scan_of(office.state, row) if row is not None else None
            if row is not None and source is not None:
                history.append(session, "查看原文", actor=visitor_of(request).name, row=row, payload={"of": row.submission_id, "image": True})
        if source is None:
            return JSONResponse({"message": "没有图像"}, status_code=404)
        return Response(source.read_bytes(), media_type=IMAGES[source.suffix.lower()])

    @router.get("/rows/{row_id}/crops/{number}")
    def crop(row_id: int, number: int) -> Response:
        """A piece of a scan beside its field. Pieces with personal data are never kept, so no note is made of each."""
        with office.store.reading() as session:
            row = session.get(SubmissionRow, row_id) if 0 < row_id < 2_000_000_000 else None
        source = crop_of(office.state, row, number) if row is not None else None
        if source is None:
            return JSONResponse({"message": "没有图像"}, status_code=404)
        return Response(source.read_bytes(), media_type=IMAGES[".png"])

    return router
