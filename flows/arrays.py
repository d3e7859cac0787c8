"""Arrays on disk, without pickle."""

import math
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.store import Artefact, digest, replace
from nlp.embed import Vectors

__all__ = ["blocks", "packed", "unpacked", "write_arrays"]


def write_arrays(arrays: Mapping[str, NDArray[Any]], path: Path) -> Artefact:
    """An .npz that is there whole or not at all; the arrays are written from where they are. `rows`: of the first of them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    replace(part, path)
    return Artefact(path=str(path), sha256=digest(path), rows=len(next(iter(arrays.values()))))


def blocks(path: Path, name: str, kept: NDArray[np.bool_], size: int) -> Iterator[NDArray[Any]]:
    """The rows that `kept` marks of an array that `write_arrays` wrote, `size` of them at a time: no more is read at once."""
    chosen, done = np.flatnonzero(kept), 0
    with zipfile.ZipFile(path) as stored, stored.open(f"{name}.npy") as file:
        np.lib.format.read_magic(file)
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        for own in (chosen[i : i + size] for i in range(0, len(chosen), size)):
            end = int(own[-1]) + 1
            rows = np.frombuffer(file.read((end - done) * math.prod(shape[1:]) * dtype.itemsize), dtype).reshape(-1, *shape[1:])
            yield rows if len(rows) == len(own) else rows[own - done]
            done = end


def packed(rows: Mapping[str, Vectors]) -> bytes:
    """Vectors under their keys, as an .npz; the same rows give the same bytes."""
    buffer, keys = BytesIO(), sorted(rows)
    np.savez(buffer, keys=np.array(keys), vectors=np.stack([rows[k] for k in keys]).astype(np.float32))
    return buffer.getvalue()


def unpacked(source: Path | BytesIO) -> dict[str, Vectors]:
    """What `packed` made. Raises what numpy raises for a file that is torn or another's."""
    with np.load(source, allow_pickle=False) as stored:
        return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
