"""Changes to valid files that keep most of their shape: bytes flipped, zip members swapped or cut, text made strange."""

import io
import random
import zipfile
import zlib

__all__ = ["STRANGE", "mutated", "strange_text"]

STRANGE = (
    "\x00", "\x1b", "\u200b", "\u202e", "\u2028", "\ufeff", "\ufffe", "\ud800", "\U0001f9ea", "e\u0301", "\u3000", "９" * 400, "9" * 5000, "1e999", "-0", "NaN", "∞",
    "１０万" * 50, "亿" * 60, "十" * 300, "百千万亿" * 80, "10^999999999", "0/0", "99999-99-99", "2024年13月45日", "“" * 50, '"', "'", ",", ";", "|", "\t", "\r", "\r\n", "\n" * 200,
    "=", "=SUM(A1:A9)", "<", "]]>", "&x;", "<!DOCTYPE a [<!ENTITY x 'y'>]>", "<w:tbl>", "</w:tbl>", "<table>" * 50, "{", "[" * 2000, "}", "\\", "\\u0000", "：", "（" * 500, "）", "、", "/",
    "第一条", "一、", "≥", "±", "％", "μm", "℃", "×10", "手机13800000000", "身份证", "张三", "@", "需求名称：", "单位：万元", "不超过", "~", "～", "—" * 60, "某" * 3000,
)  # fmt: skip


def strange_text(text: str, chance: random.Random, changes: int = 4) -> str:
    for _ in range(chance.randint(1, changes)):
        at, length = chance.randint(0, len(text)), chance.choice((0, 0, 1, 2, 10, 200))
        other = chance.randint(0, len(text))
        new = chance.choice((chance.choice(STRANGE), text[other : other + chance.randint(0, 300)], chr(chance.choice((chance.randint(0, 0x2FF), chance.randint(0x3000, 0x9FFF))))))
        text = text[:at] + new + text[at + length :]
    return text[:200_000]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """One file made from `data`; the same chance gives the same file."""
    if data.startswith(b"PK") and chance.random() < 0.8:
        try:
            return _repacked(data, chance)
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError):
            pass
    if chance.random() < 0.5:
        encoding = chance.choice(("utf-8", "gb18030", "utf-16", "big5hkscs"))
        try:
            text = data.decode(encoding if chance.random() < 0.3 else "utf-8")
        except UnicodeDecodeError:
            return _flipped(data, chance)
        return strange_text(text, chance).encode(encoding, "surrogatepass" if encoding in {"utf-8", "utf-16"} else "replace")
    return _flipped(data, chance)


def _flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 40))):
        at = chance.randint(0, max(len(changed) - 1, 0))
        match chance.randint(0, 5):
            case 0 if changed:
                changed[at] ^= 1 << chance.randint(0, 7)
            case 1:
                changed[at : at + chance.choice((1, 4, 100))] = chance.randbytes(chance.choice((0, 1, 4)))
            case 2:
                changed[at:at] = changed[at : at + chance.randint(1, 500)] * chance.choice((1, 2, 20))
            case 3:
                del changed[at:]
            case 4:
                changed[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"\x01\x00\x00\x80"))
            case _:
                other = chance.randint(0, len(changed))
                changed[at : at + 64] = changed[other : other + 64]
    return bytes(changed[:2_000_000])


def _repacked(data: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = [(item.filename, package.read(item)) for item in package.infolist()]
    at = chance.randrange(len(members))
    name, content = members[at]
    match chance.randint(0, 7):
        case 0:
            del members[at]
        case 1:
            other = chance.randrange(len(members))
            members[at] = (name, members[other][1])
        case 2:
            members[at] = (name, content[: chance.randint(0, len(content))])
        case 3:
            members.append((name, _flipped(content, chance)))
        case 4:
            members[at] = (chance.choice((f"../{name}", f"/{name}", name.upper(), name.replace("/", "\\"), name * 20)), content)
        case _:
            try:
                members[at] = (name, strange_text(content.decode("utf-8"), chance).encode("utf-8", "surrogatepass"))
            except UnicodeDecodeError:
                members[at] = (name, mutated(content, chance))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as package:
        for member, inside in members:
            package.writestr(zipfile.ZipInfo(member), inside)
    return target.getvalue()
