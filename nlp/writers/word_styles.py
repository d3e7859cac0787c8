"""The styles of a Word document, put into it: fonts for Chinese and Latin, sizes, spaces."""

from typing import Any, Final

from nlp.writers.looks import KAI, LOOKS, MARK, QUOTE, SONG, Look

__all__ = ["add", "prepare_styles"]

LATIN: Final = "Times New Roman"
WORDS: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"  # ECMA-376, part 1


def add(parent: Any, tag: str, **attributes: object) -> Any:
    """Append <w:tag w:attribute=…/> and return it."""
    from lxml.etree import SubElement

    return SubElement(parent, WORDS + tag, {WORDS + name: str(value) for name, value in attributes.items()})


def _replace(parent: Any, tag: str, **attributes: object) -> None:
    from docx.oxml.ns import qn

    for old in parent.findall(qn(f"w:{tag}")):
        parent.remove(old)
    add(parent, tag, **attributes)


def _set_fonts(properties: Any, east: str) -> None:
    _replace(properties, "rFonts", ascii=LATIN, hAnsi=LATIN, eastAsia=east, cs=LATIN)
    properties.insert(0, properties[-1])  # the schema wants fonts first; theme fonts are gone with the old element


def _dress(style: Any, look: Look) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    _clear(style.element)
    font, layout = style.font, style.paragraph_format
    _set_fonts(style.element.get_or_add_rPr(), look.east)
    font.size, font.bold = Pt(look.size), look.bold
    font.color.rgb = RGBColor(0x59, 0x59, 0x59) if look.grey else RGBColor(0, 0, 0)
    layout.space_before, layout.space_after, layout.line_spacing = Pt(look.before), Pt(look.after), look.line
    layout.alignment = {
        "left": WD_ALIGN_PARAGRAPH.LEFT,
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
    }[look.align]
    layout.keep_with_next = look.keep
    _indent(style, look)


def _clear(element: Any) -> None:
    """Drop the template's colours, borders and theme fonts of a style; numbering and outline level stay."""
    from docx.oxml.ns import qn

    for old in element.findall(qn("w:rPr")):
        element.remove(old)
    for tag in ("w:pBdr", "w:contextualSpacing", "w:tabs"):
        for old in element.findall(f"{qn('w:pPr')}/{qn(tag)}"):
            old.getparent().remove(old)


def _indent(style: Any, look: Look) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    if look.style == "List Bullet":
        style.paragraph_format.left_indent, style.paragraph_format.first_line_indent = Pt(42), Pt(-18)
        return
    style.paragraph_format.left_indent = Pt(21 if look.style == "toc 2" else 0)
    style.paragraph_format.first_line_indent = Pt(look.size * look.indent_chars / 100)
    style.element.pPr.ind.set(qn("w:firstLineChars"), str(look.indent_chars))


def prepare_styles(document: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    known = {style.name for style in document.styles}
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    _set_fonts(defaults, SONG)
    defaults.find(qn("w:lang")).set(qn("w:eastAsia"), "zh-CN")
    document.settings.element.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")
    for look in LOOKS:
        if look.style not in known:
            added = document.styles.add_style(look.style, WD_STYLE_TYPE.PARAGRAPH, look.style.startswith("toc"))
            added.base_style = document.styles["Normal"]
        _dress(document.styles[look.style], look)
    quote = document.styles.add_style(QUOTE, WD_STYLE_TYPE.CHARACTER)
    _set_fonts(quote.element.get_or_add_rPr(), KAI)
    mark = document.styles.add_style(MARK, WD_STYLE_TYPE.CHARACTER)
    _set_fonts(mark.element.get_or_add_rPr(), SONG)
    mark.font.color.rgb = RGBColor(0x1F, 0x4E, 0x79)
