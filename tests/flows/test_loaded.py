"""What the kept results rest on."""

from importlib import metadata

import pytest

from flows.loaded import CUTTING, terms_stamp
from tests.flows.partition_cases import quick


@pytest.mark.parametrize("package", CUTTING)
def test_another_version_of_what_cuts_words_is_another_stamp(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before, version = terms_stamp(quick()), metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "99" if name == package else version(name))
    assert terms_stamp(quick()) != before
