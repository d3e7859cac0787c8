"""The writers' own words: all that may stand in a file without being in the draft. No digit among them."""

from typing import Final

__all__ = ["CHAPTER", "CONTENTS", "FULL_TEXT", "GUIDE", "GUIDE_TITLE", "SHEET", "SHEETS_TITLE", "TABLE", "WORDING"]

CONTENTS: Final = "目录"
GUIDE_TITLE: Final = "阅读说明"
SHEETS_TITLE: Final = "工作表一览"
FULL_TEXT: Final = "正文"
GUIDE: Final = (
    "本工作簿与本次运行的文稿内容一致：文字部分见“正文”，各表分列在后面的工作表中，可筛选、可排序。",
    "每个数字都取自本次运行 data 目录下的数据表；写作“未知”的地方表示材料中没有，不表示为零。",
    "排序只供论证参考，不是结论；请结合分项得分与名次区间阅读。",
)
CHAPTER: Final = "所在章节"
TABLE: Final = "表名"
SHEET: Final = "工作表"

WORDING: Final = frozenset({CONTENTS, GUIDE_TITLE, SHEETS_TITLE, FULL_TEXT, *GUIDE, CHAPTER, TABLE, SHEET})
