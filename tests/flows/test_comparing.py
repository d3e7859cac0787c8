from pathlib import Path

import pytest

from flows.comparing import readable
from flows.store import save
from nlp.records import Count, Priority


@pytest.mark.parametrize("content", [b"", b"PAR1", b"\0" * 300])
def test_a_damaged_table_of_the_last_run_compares_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "priorities.parquet").write_bytes(content)
    assert readable(Priority, tmp_path / "priorities.parquet") == []


def test_a_table_with_other_columns_compares_nothing(tmp_path: Path) -> None:
    save(Count, [Count(name="a", value=1)], tmp_path / "priorities.parquet")
    assert readable(Priority, tmp_path / "priorities.parquet") == []
