"""What a figure measures, as a table's row may be called: the words before the figure, without the verbs they were found with."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import InvalidSetting

__all__ = ["ParameterNames", "load_parameter_names"]

_NOTHING = re.compile(r"[\W\d_]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterNames:
    """Patterns of `[names]` in target_cues.toml."""

    before: re.Pattern[str]  # what the name follows
    after: re.Pattern[str]  # what follows the name
    nothing: re.Pattern[str]  # no name of anything measured
    longest: int  # characters

    def of(self, words: str | None) -> str | None:
        """拟形成年产 -> 年产; 支持, /, and what is a sentence rather than a name -> None."""
        kept = words or ""
        for cut in self.before.finditer(kept):
            kept = words[cut.end() :] if words and cut.end() < len(words) else kept
        kept = self.after.sub("", kept).strip(" ：:、·的")
        meant = len(kept) > 1 and len(kept) <= self.longest and not _NOTHING.match(kept) and not self.nothing.fullmatch(kept)
        return kept if meant else None


def load_parameter_names(folder: Path) -> ParameterNames:
    """Raises InvalidSetting when target_cues.toml of `folder` has no usable `[names]`."""
    path = folder / "target_cues.toml"
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))["names"]
        before, after, nothing = ("|".join(sorted(str(table[key]).split(), key=len, reverse=True)) for key in ("before", "after", "nothing"))
        return ParameterNames(before=re.compile(before), after=re.compile(f"(?:{after})+\\Z"), nothing=re.compile(nothing), longest=int(table["longest"]))
    except (OSError, re.error, KeyError, TypeError, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"[names] 缺少或写错了一项（{error}）", "请对照随附的原文件补全") from error
