"""What a zip-based office file must be before any parser sees it."""

import io
import zipfile
import zlib

from nlp.errors import UnreadableDocument

__all__ = ["open_package", "read_member"]

MAX_TOTAL = 200 * 1024 * 1024  # bytes uncompressed
MAX_RATIO = 200  # uncompressed to compressed, for members over 1 MB
MAX_MEMBERS = 5_000


def open_package(name: str, data: bytes, *, needs: str) -> zipfile.ZipFile:
    """The zip package, checked for size and compression ratio; `needs` must be one of its members."""
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        members = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableDocument(name, "文件已损坏、不完整，或内容与扩展名不符", "请在 Office 或 WPS 中重新打开并另存后放入") from error
    if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_TOTAL:
        raise UnreadableDocument(name, "解压后超过 200 MB 或内含文件过多", "请拆分后重新放入")
    if any(m.file_size > 1_000_000 and m.file_size > MAX_RATIO * max(m.compress_size, 1) for m in members):
        raise UnreadableDocument(name, "压缩比异常，可能是压缩炸弹", "请确认来源，重新另存后放入")
    if any(m.flag_bits & 1 for m in members):
        raise UnreadableDocument(name, "文件有密码", "请去掉密码后重新放入")
    if needs not in package.namelist():
        raise UnreadableDocument(name, "内容与扩展名不符", "请在 Office 或 WPS 中重新打开并另存后放入")
    return package


def read_member(name: str, package: zipfile.ZipFile, member: str) -> bytes:
    """Bytes of one member, never more than its directory entry promised."""
    try:
        return package.read(member)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error) as error:
        raise UnreadableDocument(name, "文件已损坏或不完整", "请在 Office 或 WPS 中重新打开并另存后放入") from error
