"""Province and country from an address, an organisation's name or a code. Unknown stays 未知."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nlp.errors import InvalidSetting

__all__ = ["UNKNOWN", "Regions", "load_regions"]

UNKNOWN = "未知"
CHINA = "中国"
_CODE = re.compile(r"\b(?:CN)?([1-8]\d)(?:\d{4})?\b")


@dataclass(frozen=True, kw_only=True)
class Regions:
    """Names as written -> province; codes -> province; names and codes -> country. Not slotted: it caches patterns."""

    provinces: tuple[str, ...]
    names: Mapping[str, str]
    full_names: Mapping[str, str]  # 上海市, 安徽省: names of a province as a unit of government
    codes: Mapping[str, str]
    countries: Mapping[str, str]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, sorted(self.names, key=len, reverse=True))))

    @cached_property
    def _country_pattern(self) -> re.Pattern[str]:
        names = [name for name in self.countries if not name.isascii()]
        return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))

    def province(self, *texts: str | None) -> str:
        """The province named first in the first text that names one, else 未知."""
        found = (self._pattern.search(text) for text in texts if text)
        return next((self.names[match[0]] for match in found if match), UNKNOWN)

    def province_of_code(self, code: str) -> str:
        """From a 国省代码: "上海;31", "31", "CN310115"; 未知 for another country's."""
        named = self.province(code)
        if named != UNKNOWN:
            return named
        parts = [part.strip() for part in re.split(r"[;；,|]", code)]
        direct = next((self.codes[p] for p in parts if p in self.codes), None)
        digits = _CODE.search(code)
        return direct or (self.codes.get(digits[1], UNKNOWN) if digits else UNKNOWN)

    def country(self, text: str) -> str | None:
        """From a code (US), a 国省代码 (美国;US) or an address that opens with a country; None if nothing says it."""
        parts = [part.strip() for part in re.split(r"[;；,|]", text) if part.strip()]
        named = next((self.countries[p] for p in parts if p in self.countries), None)
        if named is None and any(p in self.codes for p in parts):
            return CHINA
        opening = self._country_pattern.match(text.strip())
        return named or (self.countries[opening[0]] if opening else None)


def load_regions(path: Path) -> Regions:
    """Reads regions.toml. Raises InvalidSetting for a file that is not TOML or lacks a part."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        provinces = content["province"]
        return Regions(
            provinces=tuple(p["name"] for p in provinces),
            names={name: p["name"] for p in provinces for name in _names(p)},
            full_names={full: p["name"] for p in provinces for full in p["full"]},
            codes={str(code): p["name"] for p in provinces for code in [p["code"], *p.get("also_codes", [])]},
            countries={n: c["name"] for c in content["country"] for n in [c["code"], c["name"], *c.get("aliases", [])]},
        )
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"无法读取（{error}）", "请恢复该文件，或从安装包中复制一份") from error
    except (KeyError, TypeError) as error:
        raise InvalidSetting(path.name, f"缺少或写错了 {error}", "请对照安装包中的同名文件修改") from error


def _names(province: Mapping[str, list[str]]) -> list[str]:
    suffixed = [name + tail for name in province.get("full_only", []) for tail in ("市", "州", "地区", "盟")]
    whole = [name for name in province.get("full_only", []) if name.endswith(("盟", "州"))]
    return [str(province["name"]), *province["full"], *province.get("cities", []), *province.get("places", []), *suffixed, *whole]
