"""Prefect for tests: its own database below the test session's folder, no telemetry, and one refresh of the sample."""

import os
import tempfile
from datetime import date
from pathlib import Path

import pytest

os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="luxiantu-prefect-")

from flows import prefect_settings

prefect_settings.apply()


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("输出 outputs")


@pytest.fixture(scope="session")
def published(out: Path) -> Path:
    """The sample corpus, refreshed once by the real flow with the real encoder."""
    from flows.refresh import refresh

    return refresh([], as_of=date(2026, 11, 24), out=out, seed=7)
