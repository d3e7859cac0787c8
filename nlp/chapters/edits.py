"""What became of the analysts' changes in this draft: applied, in conflict with new data, or without a place."""

from collections.abc import Mapping, Sequence

from nlp.citing import cell, line, note, words
from nlp.records import DraftEdit, EditFate, EditOutcome, Grid, Section

__all__ = ["edits"]

OUTCOMES: Mapping[EditOutcome, str] = {"conflict": "冲突，请核对", "lost": "失去落点", "applied": "已套用"}


def edits(found: Sequence[DraftEdit], fates: Sequence[EditFate]) -> Section | None:
    """Conflicts first; None where nobody has changed anything."""
    made = {e.edit_id: e for e in found}
    ordered = sorted(fates, key=lambda f: (list(OUTCOMES).index(f.fate), f.edit_id))
    if not ordered:
        return None
    rows = tuple((
        line(words(OUTCOMES[f.fate])), line(cell("edits", f.edit_id, "made_by", made[f.edit_id].made_by)), line(cell("edits", f.edit_id, "made_on", made[f.edit_id].made_on)),
        line(cell("edit_fates", f.edit_id, "text", f.text, missing="（删去）")), line(cell("edit_fates", f.edit_id, "current", f.current)),
        line(cell("edit_fates", f.edit_id, "reason", f.reason))) for f in ordered)
    return Section(anchor="edits", level=1, title=line(words("附录四　人工修改的去向")), content=(
        note(words("分析人员对以前草稿的修改会套用到新的草稿；所改之处的数据已变时不强行套用，两者都列在这里。")),
        Grid(caption="人工修改", header=("处理", "修改人", "日期", "改写为", "系统现文", "说明"), rows=rows, widths=(3, 2, 3, 8, 8, 5))))
