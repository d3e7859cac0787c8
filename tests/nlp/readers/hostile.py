"""Files that must be refused: hostile, broken, or of a kind that is not read."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from tests.nlp import office

__all__ = ["HOSTILE", "Hostile"]

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TYPES = "<Types/>"
RANDOM = bytes((i * 7919 + i * i * 31) % 251 for i in range(5000))
NESTED = "".join(f'<!ENTITY {outer} "{f"&{inner};" * 10}">' for outer, inner in zip("abcdefgh", "bcdefghi", strict=True))
LAUGHS = f'<!DOCTYPE w:document [<!ENTITY i "哈哈哈哈哈">{NESTED}]>'
EXTERNAL = '<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@dataclass(frozen=True, kw_only=True)
class Hostile:
    name: str
    data: Callable[[], bytes]
    reason: str  # part of it


def package(members: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def word(before: str, inner: str) -> bytes:
    document = f'<?xml version="1.0"?>{before}<w:document {office.W}><w:body>{inner}</w:body></w:document>'
    return package({"[Content_Types].xml": TYPES, "word/document.xml": document})


def sheet(cells: str, book: str = "<workbook/>") -> bytes:
    return package({"[Content_Types].xml": TYPES, "xl/workbook.xml": book, "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{cells}</sheetData></worksheet>"})


def compound(stream: str) -> bytes:
    return OLE + b"\x00" * 504 + stream.encode("utf-16-le") + b"\x00" * 1000


def encrypted() -> bytes:
    data = bytearray(office.docx(office.paragraph("密")))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def vast() -> bytes:
    """No member is suspect; together they are more than 200 MB."""
    noise = bytes(i * i % 251 for i in range(9973)) * 90
    return package({"[Content_Types].xml": TYPES, **{f"word/{i}.xml": noise for i in range(300)}})


HOSTILE = (
    Hostile(name="空.docx", data=lambda: b"", reason="空的"),
    Hostile(name="空白.xlsx", data=lambda: b" \r\n\t", reason="空的"),
    Hostile(name="两百兆.csv", data=lambda: b"a" * (200 * 1024 * 1024 + 1), reason="200 MB"),
    Hostile(name="随机.docx", data=lambda: RANDOM, reason="损坏|不是可以识别|不支持|不符"),
    Hostile(name="随机.xlsx", data=lambda: RANDOM, reason="损坏|不是可以识别|不符"),
    Hostile(name="随机.xls", data=lambda: RANDOM, reason="损坏|不是可以识别"),
    Hostile(name="随机.et", data=lambda: RANDOM, reason="损坏|不是可以识别"),
    Hostile(name="随机.csv", data=lambda: RANDOM, reason="不是可以识别的文本"),
    Hostile(name="截断.docx", data=lambda: office.docx(office.paragraph("技术需求" * 400))[:400], reason="损坏"),
    Hostile(name="截断.xlsx", data=lambda: office.xlsx({"a": [["需求名称"]]})[:2000], reason="损坏"),
    Hostile(name="坏.xls", data=lambda: compound("Workbook"), reason="损坏"),
    Hostile(name="密码.docx", data=lambda: compound("EncryptedPackage"), reason="密码"),
    Hostile(name="密码.xlsx", data=lambda: compound("EncryptedPackage"), reason="密码"),
    Hostile(name="成员有密码.docx", data=encrypted, reason="密码"),
    Hostile(name="压缩炸弹.docx", data=lambda: package({"[Content_Types].xml": TYPES, "word/document.xml": b"0" * 50_000_000}), reason="炸弹"),
    Hostile(name="压缩炸弹.xlsx", data=lambda: package({"[Content_Types].xml": TYPES, "xl/workbook.xml": b"0" * 50_000_000}), reason="炸弹"),
    Hostile(name="成员过多.docx", data=lambda: package({"[Content_Types].xml": TYPES, "word/document.xml": "<a/>", **{f"word/m{i}": "" for i in range(5001)}}), reason="过多"),
    Hostile(name="总量过大.docx", data=vast, reason="200 MB"),
    Hostile(name="巨表.xlsx", data=lambda: sheet('<row><c r="A1"/><c r="XFD1048576"/></row>'), reason="超过上限"),
    Hostile(name="巨表改名.et", data=lambda: sheet('<row><c r="A1"/><c r="XFD1048576"/></row>'), reason="超过上限"),
    Hostile(name="外部实体.docx", data=lambda: word(EXTERNAL, "<w:p><w:r><w:t>&x;</w:t></w:r></w:p>"), reason="外部实体"),
    Hostile(name="十亿笑.docx", data=lambda: word(LAUGHS, "<w:p><w:r><w:t>&a;</w:t></w:r></w:p>"), reason="外部实体|损坏"),
    Hostile(name="外部实体.xlsx", data=lambda: sheet("", book=f"{EXTERNAL.replace('w:document', 'workbook')}<workbook>&x;</workbook>"), reason="外部实体|损坏"),
    Hostile(name="嵌套过深.docx", data=lambda: word("", "<w:sdt><w:sdtContent>" * 5000 + "</w:sdtContent></w:sdt>" * 5000), reason="嵌套过深"),
    Hostile(name="嵌套过深.json", data=lambda: b"[" * 200_000, reason="JSON"),
    Hostile(name="没有正文.docx", data=lambda: package({"[Content_Types].xml": TYPES, "word/document.xml": f"<w:document {office.W}/>"}), reason="没有正文"),
    Hostile(name="只有零件.docx", data=lambda: package({"[Content_Types].xml": TYPES, "word/styles.xml": "<a/>"}), reason="不符"),
    Hostile(name="演示.pptx", data=lambda: package({"[Content_Types].xml": TYPES, "ppt/presentation.xml": "<a/>"}), reason="演示文稿"),
    Hostile(name="版式.ofd", data=lambda: package({"OFD.xml": "<a/>"}), reason="OFD"),
    Hostile(name="压缩.rar", data=lambda: b"Rar!\x1a\x07\x00" + b"0" * 100, reason="RAR"),
    Hostile(name="其实是rar.docx", data=lambda: b"Rar!\x1a\x07\x00" + b"0" * 100, reason="RAR"),
    Hostile(name="压缩.7z", data=lambda: b"7z\xbc\xaf\x27\x1c" + b"0" * 100, reason="7z"),
    Hostile(name="空存档.mht", data=lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n" + b"a: b\r\n" * 50_000, reason="没有正文|损坏"),
    Hostile(name="没有扩展名", data=lambda: b"\x01\x02\x03", reason="不支持"),
)
