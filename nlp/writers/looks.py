"""How the Word document looks: one line a style. Data only; `nlp.writers.docx` puts it into the file."""

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["CAPTION", "CELL", "CELL_HEAD", "CONTENTS_HEAD", "KAI", "LOOKS", "MARK", "NOTE", "QUOTE", "SONG", "Look"]

HEI: Final = "黑体"
SONG: Final = "宋体"
KAI: Final = "楷体"
QUOTE, MARK, NOTE, CAPTION = "引文", "来源标记", "附注", "Caption"
CELL, CELL_HEAD, CONTENTS_HEAD = "表格文字", "表头文字", "目录标题"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Type of one paragraph style; sizes and spaces in points."""

    style: str
    east: str = SONG
    size: float = 12
    bold: bool = False
    grey: bool = False
    before: float = 0
    after: float = 0
    line: float = 1.0
    align: Literal["left", "center", "both"] = "left"
    indent_chars: int = 0  # first line, in hundredths of a character
    keep: bool = False


LOOKS = (
    Look(style="Normal", line=1.35, after=4, align="both", indent_chars=200),
    Look(style="Title", east=HEI, size=22, bold=True, align="center", before=60, after=14),
    Look(style="Subtitle", east=KAI, size=14, align="center", after=24),
    Look(style="Heading 1", east=HEI, size=16, bold=True, before=18, after=8, keep=True),
    Look(style="Heading 2", east=HEI, size=14, bold=True, before=12, after=6, keep=True),
    Look(style="Heading 3", east=HEI, size=12, bold=True, before=10, after=4, keep=True),
    Look(style="List Bullet", size=10.5, line=1.2, after=2),
    Look(style=CAPTION, east=HEI, size=10.5, align="center", before=8, after=4, keep=True),
    Look(style="Header", size=9, grey=True, align="center"),
    Look(style="Footer", size=9, grey=True, align="center"),
    Look(style=NOTE, size=9, grey=True, before=2, after=6),
    Look(style=CELL, size=9),
    Look(style=CELL_HEAD, east=HEI, size=9, align="center"),
    Look(style=CONTENTS_HEAD, east=HEI, size=16, align="center", before=6, after=8),
    Look(style="toc 1", line=1.2, before=3),
    Look(style="toc 2", size=10.5, line=1.15),
)
