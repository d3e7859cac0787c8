"""The published tables of a run as the provenance checker asks them: a row key and a column."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from nlp.citing import fact_row
from nlp.provenance import Cell, Cells, TableView

__all__ = ["flatten", "views"]


def flatten(value: Mapping[str, object], prefix: str = "") -> dict[str, str | int | float]:
    """{"settings": {"run": {"seed": 7}}} -> {"settings.run.seed": 7}; lists and nulls are left out."""
    flat: dict[str, str | int | float] = {}
    for key, item in value.items():
        if isinstance(item, Mapping):
            flat |= flatten(item, f"{prefix}{key}.")
        elif isinstance(item, str | int | float):
            flat[prefix + key] = item
    return flat


def views(folder: Path) -> dict[str, TableView]:
    """Every table of a run's folder, read back from disk: data/*.parquet, rejected.jsonl and manifest.json."""
    found: dict[str, TableView] = {}
    for path in sorted((folder / "data").glob("*.parquet")):
        rows = pq.read_table(path).to_pylist()
        found[path.stem] = Cells(rows={key_of(path.stem, row): {k: cell_of(v) for k, v in row.items()} for row in rows})
    lines = (folder / "rejected.jsonl").read_text("utf-8").splitlines()
    found["rejected"] = Cells(rows={str(i): json.loads(line) for i, line in enumerate(lines)})
    manifest = flatten(json.loads((folder / "manifest.json").read_text("utf-8")))
    found["manifest"] = Cells(rows={key: {"value": value} for key, value in manifest.items()})
    return found


def key_of(table: str, row: Mapping[str, object]) -> str:
    """The first column names a row; a fact needs its name too."""
    if table == "evidence":
        return fact_row(str(row["topic_id"]), str(row["fact"]))
    return str(next(iter(row.values())))


def cell_of(value: object) -> Cell:
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    return value if isinstance(value, str | int | float | bool | date) else None
