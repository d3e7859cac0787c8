"""Arrays on disk, without pickle."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.store import Artefact, digest, replace

__all__ = ["write_arrays"]


def write_arrays(arrays: Mapping[str, NDArray[Any]], path: Path) -> Artefact:
    """An .npz that is there whole or not at all; the arrays are written from where they are. `rows`: of the first of them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    replace(part, path)
    return Artefact(path=str(path), sha256=digest(path), rows=len(next(iter(arrays.values()))))
