"""What a zip-based office file must be before any parser sees it."""

import io
import zipfile
import zlib

from lxml import etree

from nlp.errors import UnreadableDocument

__all__ = ["MAX_TOTAL", "find_part", "open_package", "open_zip", "read_member", "read_xml"]

MAX_TOTAL = 200 * 1024 * 1024  # bytes uncompressed
MAX_RATIO = 200  # uncompressed to compressed, for members over 1 MB
MAX_MEMBERS = 5_000
_AGAIN = "请在 Office 或 WPS 中重新打开并另存后放入"
_STRICT = (b"http://purl.oclc.org/ooxml/", b"http://schemas.openxmlformats.org/")
_STRICT_NAMES = tuple(
    (_STRICT[0] + old, _STRICT[1] + new)
    for old, new in (
        (b"wordprocessingml/main", b"wordprocessingml/2006/main"),
        (b"spreadsheetml/main", b"spreadsheetml/2006/main"),
        (b"drawingml/main", b"drawingml/2006/main"),
        (b"officeDocument/math", b"officeDocument/2006/math"),
        (b"officeDocument/relationships", b"officeDocument/2006/relationships"),
    )
)
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def open_zip(name: str, data: bytes) -> zipfile.ZipFile:
    """The zip file, its directory readable. Raises UnreadableDocument."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableDocument(name, "文件已损坏、不完整，或内容与扩展名不符", _AGAIN) from error


def open_package(name: str, data: bytes, *, needs: str | None = None) -> zipfile.ZipFile:
    """The zip package, checked for size and compression ratio; `needs` must be one of its members."""
    package = open_zip(name, data)
    members = package.infolist()
    if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_TOTAL:
        raise UnreadableDocument(name, "解压后超过 200 MB 或内含文件过多", "请拆分后重新放入")
    if any(m.file_size > 1_000_000 and m.file_size > MAX_RATIO * max(m.compress_size, 1) for m in members):
        raise UnreadableDocument(name, "压缩比异常，可能是压缩炸弹", "请确认来源，重新另存后放入")
    if any(m.flag_bits & 1 for m in members):
        raise UnreadableDocument(name, "文件有密码", "请去掉密码后重新放入")
    if needs is not None and needs not in package.namelist():
        raise UnreadableDocument(name, "内容与扩展名不符", _AGAIN)
    return package


def find_part(name: str, package: zipfile.ZipFile, usual: str) -> str:
    """The main part (word/document.xml, xl/workbook.xml), also where the package names it otherwise (document2.xml)."""
    members = set(package.namelist())
    if usual in members:
        return usual
    folder, stem = usual.split("/")[0] + "/", usual.rsplit("/", 1)[1].removesuffix(".xml")
    if "_rels/.rels" in members:
        for relation in read_xml(name, package, "_rels/.rels").iter(_RELATIONS):
            target = relation.get("Target", "").lstrip("/")
            if relation.get("Type", "").endswith("/officeDocument") and target in members and stem in target:
                return target
    raise UnreadableDocument(name, f"内容与扩展名不符（没有 {folder}）", _AGAIN)


def read_member(name: str, package: zipfile.ZipFile, member: str) -> bytes:
    """Bytes of one member, never more than its directory entry promised."""
    try:
        return package.read(member)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error) as error:
        raise UnreadableDocument(name, "文件已损坏或不完整", _AGAIN) from error


def read_xml(name: str, package: zipfile.ZipFile, member: str) -> etree._Element:
    """The root of an XML member. No entity is resolved, and a part that declares any is refused: Office writes none."""
    data = read_member(name, package, member)
    for strict, usual in _STRICT_NAMES if _STRICT[0] in data[:20_000] else ():
        data = data.replace(strict, usual)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocument(name, "文档内容已损坏，或嵌套过深", _AGAIN) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableDocument(name, "文档里声明了外部实体（DTD），不是 Office 写出的文件，可能有害", "请确认来源，重新另存后放入")
    return root
