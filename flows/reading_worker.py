"""The process in which flows.sandbox reads: `python -m flows.reading_worker LIMITS FOLDER`, messages on stdin and stdout."""

import json
import os
import sys
import time
from base64 import b64encode
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO

from flows.office import convert
from nlp.errors import UnreadableDocument
from nlp.readers import read
from nlp.records import Document

__all__ = ["serve"]

_HEAD = 8


def serve(limits: dict[str, float], folder: Path, source: IO[bytes], target: IO[bytes]) -> None:
    """Answers each (name, data) with a document or a refusal, until the input ends."""
    limit_memory(int(limits["memory_mb"]) * 1024 * 1024)

    def converter(name: str, data: bytes, kind: str, suffix: str) -> bytes:
        return convert(name, data, kind, suffix, folder, limits["conversion_seconds"] - 10)

    while (name := message(source)) is not None and (data := message(source)) is not None:
        limit_processor(limits["conversion_seconds"])
        try:
            answer: dict[str, object] = {"document": plain(read(name.decode(), data, converter))}
        except UnreadableDocument as error:
            answer = {"error": {"reason": error.reason, "remedy": error.remedy}}
        except (MemoryError, RecursionError):
            answer = {"error": {"reason": "读取时超出内存上限，或嵌套过深", "remedy": "请拆分，或在 Office、WPS 中重新打开并另存后放入"}}
        except OSError as error:
            answer = {"error": {"reason": f"临时目录读写失败（{error.strerror}），磁盘可能已满", "remedy": "请腾出磁盘空间后重新放入"}}
        body = json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass")
        target.write(len(body).to_bytes(_HEAD, "big") + body)
        target.flush()


def plain(document: Document) -> dict[str, object]:
    """The document as JSON takes it: pictures as base64."""
    crops = [{**asdict(replace(crop, png=b"")), "png": b64encode(crop.png).decode()} for crop in document.crops]
    return {**asdict(replace(document, crops=())), "crops": crops}


def message(source: IO[bytes]) -> bytes | None:
    head = source.read(_HEAD)
    return source.read(int.from_bytes(head, "big")) if len(head) == _HEAD else None


def limit_memory(size: int) -> None:
    """Soft limit of the address space, where the system knows one."""
    if os.name != "posix":
        return
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ValueError, OSError):
        return


def limit_processor(seconds: float) -> None:
    """Processor time for the next file, counted from what the process has used."""
    if os.name != "posix":
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, hard))


if __name__ == "__main__":
    # whatever a library prints must not mix with the answers
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(json.loads(sys.argv[1]), Path(sys.argv[2]), sys.stdin.buffer, answers)
