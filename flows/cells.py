"""The fields of records as columns: their types, and values to and fro."""

import types
import typing
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

import pyarrow as pa

__all__ = ["PLAIN", "arrow_type", "from_cell", "schema", "to_cell"]

PLAIN = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), date: pa.date32()}


def arrow_type(hint: Any) -> pa.DataType:
    """The column type of a record field's annotation; raises TypeError for what no record may hold."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return arrow_type(next(a for a in arguments if a is not type(None)))
    if origin is Literal or (isinstance(hint, type) and issubclass(hint, StrEnum)):
        return pa.string()
    if origin is tuple and arguments[-1] is Ellipsis:
        return pa.list_(arrow_type(arguments[0]))
    if origin is tuple:
        return pa.struct([(f"f{i}", arrow_type(a)) for i, a in enumerate(arguments)])
    if is_dataclass(hint) and isinstance(hint, type):
        return pa.struct(list(schema(hint)))
    if hint not in PLAIN:
        raise TypeError(f"a record field of type {hint} has no column type")
    return PLAIN[hint]


def schema(kind: type) -> pa.Schema:
    hints = typing.get_type_hints(kind)
    return pa.schema([(f.name, arrow_type(hints[f.name])) for f in fields(kind)])


def to_cell(value: Any) -> Any:
    """A tuple of fixed shape and a record (a Span) become a struct; everything else is what arrow takes as it is."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, tuple):
        if value and is_dataclass(value[0]):
            return [to_cell(item) for item in value]
        if value and isinstance(value[0], tuple):
            return [{f"f{i}": v for i, v in enumerate(item)} for item in value]
        return list(value)
    return value


def from_cell(value: Any, hint: Any) -> Any:
    if value is None:
        return None
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return from_cell(value, next(a for a in arguments if a is not type(None)))
    if origin is tuple and arguments[-1] is Ellipsis:
        return tuple(from_cell(v, arguments[0]) for v in value)
    if origin is tuple:
        return tuple(value.values())
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    return hint(**value) if is_dataclass(hint) and isinstance(hint, type) else value
