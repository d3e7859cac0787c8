import io
import zipfile

import pytest

from nlp.errors import UnreadableDocument
from nlp.readers.archive import Member, is_archive, members
from nlp.records import Rejected
from tests.nlp import office


def packed(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def with_gbk_names(data: bytes, names: dict[str, str]) -> bytes:
    """The archive with ASCII stand-ins replaced by GBK bytes, as Chinese archivers write them: no UTF-8 flag."""
    for ascii_name, name in names.items():
        raw = name.encode("gbk")
        assert len(raw) == len(ascii_name)
        data = data.replace(ascii_name.encode(), raw)
    return data


def names(data: bytes) -> list[str]:
    return [m.name if isinstance(m, Member) else f"{m.source}：{m.reason}" for m in members("报送.zip", data)]


def test_names_in_gbk_and_utf8_and_what_is_skipped() -> None:
    data = with_gbk_names(packed({"xxxx/yyyyyy.csv": b"a,b", "__MACOSX/._a": b"x", "~$b.docx": b"x", ".DS_Store": b"x", "./甲区/b.txt": b"c"}), {"xxxx": "合肥", "yyyyyy": "需求表"})
    assert names(data) == ["报送.zip!/合肥/需求表.csv", "报送.zip!/甲区/b.txt"]


def test_archives_inside_archives_to_two_levels() -> None:
    inner = packed({"c.txt": b"c", "更深.zip": packed({"d.txt": b"d"})})
    assert names(packed({"内.zip": inner})) == ["报送.zip!/内.zip!/c.txt", "报送.zip!/内.zip!/更深.zip：压缩包套了超过 2 层"]


def test_office_files_are_no_archives() -> None:
    assert not is_archive("a.docx", office.docx("")) and not is_archive("a.xlsx", office.xlsx({"a": [["b"]]}))
    assert is_archive("a.zip", packed({"a": b"b"}))
    assert [m.name for m in members("a.zip", packed({"甲.docx": office.docx(""), "乙.xlsx": office.xlsx({"a": [["b"]]})})) if isinstance(m, Member)] == ["a.zip!/甲.docx", "a.zip!/乙.xlsx"]


def test_hostile_members_are_refused_one_by_one() -> None:
    data = packed({"../外.txt": b"x", "/绝对.txt": b"x", "C:/盘.txt": b"x", "炸弹.txt": b"0" * 5_000_000, "好.txt": b"ok"})
    refused = [m for m in members("a.zip", data) if isinstance(m, Rejected)]
    assert [r.reason[:6] for r in refused] == ["文件名指向压", "文件名指向压", "文件名指向压", "压缩比异常，"] and all(r.remedy for r in refused)
    assert names(data)[-1] == "报送.zip!/好.txt"


def test_an_encrypted_and_a_damaged_member() -> None:
    data = bytearray(packed({"密.txt": b"secret", "好.txt": b"ok"}, zipfile.ZIP_STORED))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    assert names(bytes(data)) == ["报送.zip!/密.txt：文件有密码", "报送.zip!/好.txt"]
    broken = packed({"坏.txt": b"abcdef", "好.txt": b"ok"}, zipfile.ZIP_STORED).replace(b"abcdef", b"abcdeX")
    assert names(broken) == ["报送.zip!/坏.txt：压缩包中的这个文件已损坏，或压缩方式不支持", "报送.zip!/好.txt"]


def test_a_cut_archive_is_refused_whole() -> None:
    data = packed({"a.txt": b"x" * 1000})
    with pytest.raises(UnreadableDocument):
        list(members("a.zip", data[: len(data) // 2]))
