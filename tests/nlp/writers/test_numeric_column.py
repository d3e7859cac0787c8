import pytest

from nlp.records import Fragment, Grid, Paragraph, SourceRef
from nlp.writers.inert import numeric_column


@pytest.mark.parametrize(
    ("cells", "numeric"),
    [(["12", "—"], True), (["12", "未知"], True), (["—", "—"], False), (["12", "abc"], False), ([], False)],
)
def test_numeric_column(cells: list[str], numeric: bool) -> None:
    source = SourceRef(table="t", row="r", column="c")
    rows = tuple((Paragraph(fragments=(Fragment(text=c, source=source if c.isdigit() else None),)),) for c in cells)
    assert numeric_column(Grid(caption="", header=("数",), rows=rows), 0) is numeric
