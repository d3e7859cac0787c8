from datetime import date

import pytest

from tests.triage.conftest import Enter
from tests.triage.rows import SEGMENTS, add_many
from tests.triage.test_decisions import do
from triage.accounts import Role
from triage.database import Store
from triage.numbers import Numbers, _column, collect, public, to_csv
from triage.office import Office


def numbers(store: Store) -> Numbers:
    with store.reading() as session:
        return collect(session, SEGMENTS, pause_minutes=15, today=date.today())


def test_counts_add_up_under_every_heading(store: Store) -> None:
    add_many(store, 12)
    for n in (1, 2, 3, 4, 5):
        do(store, n, "接收")
    do(store, 6, "不予受理", opinion="逾期")
    found = numbers(store)
    assert (found.received, found.waiting, found.decisions, found.oldest) == (12, 6, 6, "S-7")
    assert found.seconds is not None
    provinces, segments, days = found.tables
    assert sum(cells[0] or 0 for _, cells in provinces.rows) == sum(cells[0] or 0 for _, cells in segments.rows) == sum(cells[0] or 0 for _, cells in days.rows) == 12
    assert [sum(c or 0 for c in cells[1:]) for _, cells in provinces.rows] == [cells[0] for _, cells in provinces.rows]


@pytest.mark.parametrize(("column", "shown"), [
    ([5, 4, 3], [5, 4, 3]), ([5, 0, 9], [5, 0, 9]), ([9, 2, 5], [9, None, None]), ([1, 2, 5], [None, None, 5]), ([1, 0, 0], [None, 0, 0])])
def test_a_small_cell_is_hidden_and_never_alone(column: list[int | None], shown: list[int | None]) -> None:
    assert _column(column, 3) == shown


def test_what_is_published_names_nobody(store: Store) -> None:
    add_many(store, 12)
    text = to_csv(public(numbers(store), 3), 3).decode("utf-8-sig")
    assert "上海" in text
    for private in ("示例", "S-1", "前驱体", "公司"):
        assert private not in text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_reader_may_have_the_numbers(enter: Enter, office: Office, form: str) -> None:
    add_many(office.store, 3)
    client = enter(Role.READER)
    assert client.get("/numbers").status_code == 200
    assert client.get(f"/numbers/export?format={form}").headers["content-disposition"] == f'attachment; filename="numbers.{form}"'
