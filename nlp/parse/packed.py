"""Cells that hold JSON, as BigQuery writes them: texts by language, names with their country, codes in a list."""

import json
from collections.abc import Sequence

__all__ = ["countries_of", "unpacked"]

_LANGUAGES = ("zh", "zh-CN", "zh-TW", "en")
_VALUE = ("text", "name", "code")


def unpacked(cell: str) -> str:
    """The Chinese text of several, else the English, else the first; names and codes joined by "; "; any other cell as it is."""
    items = _items(cell)
    if items is None:
        return cell
    by_language = {str(item.get("language")): item for item in items if isinstance(item, dict) and "language" in item}
    if by_language:
        chosen = next((by_language[lang] for lang in _LANGUAGES if lang in by_language), next(iter(by_language.values())))
        return _value(chosen)
    return "; ".join(filter(None, map(_value, items)))


def countries_of(cell: str) -> tuple[str, ...]:
    """Country codes of the names in a packed cell, "" where one has none; empty for any other cell."""
    items = _items(cell) or ()
    return tuple(str(item.get("country_code") or "") for item in items if isinstance(item, dict))


def _items(cell: str) -> Sequence[object] | None:
    """The list in the cell; None if there is none. A bracket alone, as in [标]甲公司, makes no list."""
    text = cell.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return None
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, list) and all(isinstance(item, dict | str) for item in content) else None


def _value(item: object) -> str:
    if isinstance(item, dict):
        return next((str(item[name]) for name in _VALUE if isinstance(item.get(name), str)), "")
    return str(item)
