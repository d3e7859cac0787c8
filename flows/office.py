"""Old office formats by LibreOffice, if this machine has it. It runs without network access of ours and without macros."""

import os
import shutil
import subprocess
from pathlib import Path

from nlp.errors import UnreadableDocument

__all__ = ["convert", "find_office"]

_NAMES = ("soffice", "libreoffice")
_PLACES = (
    "C:/Program Files/LibreOffice/program/soffice.exe",
    "C:/Program Files (x86)/LibreOffice/program/soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_EXPORT = {".docx": "docx:MS Word 2007 XML"}
# without a named filter LibreOffice reads any bytes as plain text
_IMPORT = {".doc": "MS Word 97", ".wps": "MS Word 97", ".rtf": "Rich Text Format", ".odt": "writer8", ".xml2003": "MS Word 2003 XML"}


def find_office() -> str | None:
    """Path of LibreOffice's command, or None."""
    named = next(filter(None, map(shutil.which, _NAMES)), None)
    return named or next((place for place in _PLACES if Path(place).is_file()), None)


def convert(name: str, data: bytes, kind: str, suffix: str, folder: Path, seconds: float) -> bytes:
    """`data`, which is `kind` (.doc), as `suffix` (.docx). Raises UnreadableDocument without LibreOffice, and for what it cannot open in time."""
    office = find_office()
    if office is None:
        raise UnreadableDocument(name, "这是旧格式，需要 LibreOffice 转换，而本机没有安装", f"请安装 LibreOffice，或用 Word、WPS 另存为 {suffix} 后放入")
    source, made = folder / f"source{kind}", folder / f"source{suffix}"
    made.unlink(missing_ok=True)
    source.write_bytes(data)
    command = [office, "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo",
               f"-env:UserInstallation={(folder / 'profile').as_uri()}",
               f"--infilter={_IMPORT[kind]}", "--convert-to", _EXPORT[suffix], "--outdir", str(folder), str(source)]  # fmt: skip
    try:
        subprocess.run(command, timeout=seconds, check=False, capture_output=True, preexec_fn=_lift if os.name == "posix" else None)  # noqa: S603
        return made.read_bytes()
    except (subprocess.TimeoutExpired, OSError) as error:
        raise UnreadableDocument(name, "LibreOffice 无法打开这个文件（可能损坏或有密码）", f"请用 Word 或 WPS 另存为 {suffix} 后放入") from error
    finally:
        source.unlink(missing_ok=True)


def _lift() -> None:
    """The reading worker's limits are too tight for LibreOffice; its own time limit holds instead."""
    import resource

    for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (hard, hard))
