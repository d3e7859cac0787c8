from pathlib import Path

import pytest

from flows import settings
from nlp.errors import InvalidSetting

TEXT = settings.DEFAULT.read_text("utf-8")


def test_the_shipped_file_is_valid() -> None:
    assert settings.read(settings.DEFAULT).run.chain == "ic"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("seed = 7", 'seed = "七"', "run.seed"),
        ("seed = 7", "seed = 7\nsed = 8", "run.sed"),
        ("demand = 0.30", "demand = 0.9", "合计应为 1"),
        ('dtype = "auto"', 'dtype = "int4"', "encoder.dtype"),
        ("[draft]", "[draft", "不是合法的 TOML"),
        ("seed = 7", "seed = " + "7" * 5000, "不是合法的 TOML"),  # found by the fuzz, as the next
        ("seed = 7", "seed = " + "[" * 5000, "不是合法的 TOML"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in TEXT
    path = tmp_path / "settings.toml"
    path.write_text(TEXT.replace(old, new, 1), "utf-8")
    with pytest.raises(InvalidSetting, match=named):
        settings.read(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"none\.toml"):
        settings.read(tmp_path / "none.toml")


def test_at_least_one_core() -> None:
    assert settings.available_cores() >= 1
