"""Arrays on disk, without pickle."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.store import Artefact, digest, replace
from nlp.embed import Vectors

__all__ = ["packed", "unpacked", "write_arrays"]


def write_arrays(arrays: Mapping[str, NDArray[Any]], path: Path) -> Artefact:
    """An .npz that is there whole or not at all; the arrays are written from where they are. `rows`: of the first of them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    replace(part, path)
    return Artefact(path=str(path), sha256=digest(path), rows=len(next(iter(arrays.values()))))


def packed(rows: Mapping[str, Vectors]) -> bytes:
    """Vectors under their keys, as an .npz; the same rows give the same bytes."""
    buffer, keys = BytesIO(), sorted(rows)
    np.savez(buffer, keys=np.array(keys), vectors=np.stack([rows[k] for k in keys]).astype(np.float32))
    return buffer.getvalue()


def unpacked(source: Path | BytesIO) -> dict[str, Vectors]:
    """What `packed` made. Raises what numpy raises for a file that is torn or another's."""
    with np.load(source, allow_pickle=False) as stored:
        return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
