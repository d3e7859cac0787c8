"""Word equations (m:oMath) as one line of plain text."""

from lxml import etree

from nlp.readers.symbols import lowered, raised

__all__ = ["MATH", "linear"]

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


def linear(element: etree._Element) -> str:
    """x^2/(a+b), √(x), ∑_(i=1)^(n) x: superscripts and subscripts as Unicode where there is one."""
    kind = element.tag.removeprefix(MATH) if isinstance(element.tag, str) else ""
    match kind:
        case "t":
            return element.text or ""
        case "f":
            return f"{_grouped(_part(element, 'num'))}/{_grouped(_part(element, 'den'))}"
        case "sSup" | "sSub" | "sSubSup":
            return _part(element, "e") + _low(_part(element, "sub")) + _high(_part(element, "sup"))
        case "rad":
            return f"{raised(_part(element, 'deg'))}√({_part(element, 'e')})"
        case "d":
            return _delimited(element)
        case "nary":
            sign = _value(element, "naryPr", "chr") or "∫"
            return f"{sign}{_low(_part(element, 'sub'))}{_high(_part(element, 'sup'))}{_part(element, 'e')}"
        case _ if kind.endswith("Pr"):
            return ""
        case _:
            return "".join(linear(child) for child in element)


def _part(element: etree._Element, name: str) -> str:
    found = element.find(MATH + name)
    return "" if found is None else "".join(linear(child) for child in found)


def _value(element: etree._Element, properties: str, name: str) -> str | None:
    found = element.find(f"{MATH}{properties}/{MATH}{name}")
    return None if found is None else found.get(f"{MATH}val")


def _delimited(element: etree._Element) -> str:
    first, last = _value(element, "dPr", "begChr"), _value(element, "dPr", "endChr")
    inner = ",".join("".join(map(linear, part)) for part in element.iterfind(f"{MATH}e"))
    return f"{'(' if first is None else first}{inner}{')' if last is None else last}"


def _grouped(text: str) -> str:
    return text if len(text) <= 1 or text.replace(".", "").isalnum() else f"({text})"


def _high(text: str) -> str:
    return text and (raised(text) if raised(text) != text else f"^{_grouped(text)}")


def _low(text: str) -> str:
    return text and (lowered(text) if lowered(text) != text else f"_{_grouped(text)}")
