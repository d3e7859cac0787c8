"""Puts the project's prefect.toml into the environment, before prefect is first imported.

Prefect itself looks for prefect.toml only in the working directory; the schedule and the command line may be
started from anywhere. What the user has set in the environment wins.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["apply", "variables"]

ROOT = Path(__file__).resolve().parents[1]


def variables(table: Mapping[str, object], prefix: str = "PREFECT") -> Iterator[tuple[str, str]]:
    """[server] analytics_enabled = false -> ("PREFECT_SERVER_ANALYTICS_ENABLED", "false")."""
    for key, value in table.items():
        name = f"{prefix}_{key.upper()}"
        if isinstance(value, Mapping):
            yield from variables(value, name)
        else:
            yield name, str(value).lower() if isinstance(value, bool) else str(value)


def apply(root: Path = ROOT) -> None:
    settings = dict(variables(tomllib.loads((root / "prefect.toml").read_text("utf-8"))))
    settings["PREFECT_HOME"] = str(root / settings["PREFECT_HOME"])
    settings["DO_NOT_TRACK"] = "1"
    for name, value in settings.items():
        os.environ.setdefault(name, value)
