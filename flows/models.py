"""The models/ folder: build a model from the data file of a published package, list, verify, find.

A committed card.toml says where a model comes from and what its files must hash to. Everything that
depends on the machine goes to build.json beside it, which is not committed.
"""

import hashlib
import json
import platform
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from flows.encoder_engine import engine_name, noted, try_engines
from flows.model_source import Report, SourceFile, source_bytes
from flows.settings import available_cores
from flows.store import digest
from nlp import e5s1, hf_folder
from nlp.embed import TransformerEncoder
from nlp.errors import ModelUnavailable

__all__ = ["DEFAULT", "Card", "Listed", "build", "default_encoder_folder", "encoder_folder", "listing", "read_card", "verify"]

DEFAULT = "e5-small-zh"
FILES_SECTION = "\n[files]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    full: int
    kept: int
    ranges: tuple[str, ...]  # "4E00-9FFF" or "00D7", hexadecimal code points, ends inclusive

    def spans(self) -> list[tuple[int, int]]:
        ends = [span.split("-") for span in self.ranges]
        return [(int(pair[0], 16), int(pair[-1], 16)) for pair in ends]


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What every card.toml says: enough to list a model and to verify its files."""

    name: str
    title: str
    licence: str
    files: Mapping[str, str] = field(default_factory=dict)  # relative path -> sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the card of a converted model says that the program uses; it may say more."""

    name: str
    title: str
    licence: str
    dimension: int
    source: SourceFile
    vocabulary: Vocabulary
    files: Mapping[str, str] = field(default_factory=dict)  # relative path -> sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of `luxiantu models list`."""

    name: str
    title: str
    licence: str
    ready: bool  # every file of the card is there; `verify` also compares contents
    megabytes: float
    engine: str = ""  # of an encoder: what computes it on this machine


CARD, FACE = TypeAdapter(Card), TypeAdapter(Face)
C = TypeVar("C", Card, Face)


def read_card(name: str, root: Path) -> Card:
    """The card of a converted model; raises as `read_face` does."""
    return read_as(CARD, name, root)


def read_face(name: str, root: Path) -> Face:
    """models/<name>/card.toml below `root`. Raises ModelUnavailable when there is none or it is damaged."""
    return read_as(FACE, name, root)


def read_as(adapter: TypeAdapter[C], name: str, root: Path) -> C:
    path = root / "models" / name / "card.toml"
    if not path.is_file():
        known = "、".join(listed.name for listed in listing(root)) or "（无）"
        raise ModelUnavailable(name, "models/ 下没有它的 card.toml", f"可用的名称：{known}")
    try:
        return adapter.validate_python(tomllib.loads(path.read_text("utf-8")))
    except (ValidationError, ValueError, RecursionError) as error:
        raise ModelUnavailable(name, f"card.toml 无法读懂（{type(error).__name__}）", "请从版本库恢复该文件") from error


def listing(root: Path) -> tuple[Listed, ...]:
    """Every model with a card, by name; nothing is hashed."""
    return tuple(listed(read_face(path.parent.name, root), path.parent) for path in sorted((root / "models").glob("[!.]*/card.toml")))


def listed(card: Face, folder: Path) -> Listed:
    present = [folder / path for path in card.files if (folder / path).is_file()]
    return Listed(name=card.name, title=card.title, licence=card.licence, ready=bool(card.files) and len(present) == len(card.files),
                  megabytes=round(sum(path.stat().st_size for path in present) / 1e6, 1),
                  engine=engine_name(folder, "auto") if noted(folder).get("engine") else "")


def verify(name: str, root: Path) -> Path:
    """The model's folder, after hashing every file of its card. Raises ModelUnavailable at the first difference."""
    card, folder = read_face(name, root), root / "models" / name
    if not card.files:
        raise unbuilt(name, "尚未生成")
    for path, expected in card.files.items():
        if not (folder / path).is_file():
            raise unbuilt(name, f"缺少文件 {path}")
        if digest(folder / path) != expected:
            raise unbuilt(name, f"文件 {path} 的 sha256 与 card.toml 不符")
    return folder


def unbuilt(name: str, reason: str) -> ModelUnavailable:
    return ModelUnavailable(name, reason, f"请运行 luxiantu models build {name}")


def default_encoder_folder(root: Path) -> Path:
    """The bundled encoder's folder, verified. Raises ModelUnavailable when it has not been built."""
    return verify(DEFAULT, root)


def encoder_folder(name: str, root: Path) -> Path:
    """settings.toml's `encoder.name` -> a local folder.

    A name below models/ that has a card is verified; another folder there, or any path, is taken as it is;
    what is no folder is asked of the Hugging Face hub or its local cache. Raises ModelUnavailable.
    """
    if (root / "models" / name / "card.toml").is_file():
        return verify(name, root)
    for folder in (root / "models" / name, Path(name)):
        if folder.is_dir():
            return folder
    return from_hub(name)


def from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.txt", "*.model", "*.safetensors"]))  # nosec B615  # asked for by a person, by name; data formats only; the card keeps the hashes
    except (OSError, ValueError) as error:  # every hub error is one of the two
        reason = f"不是本机目录，也没能从模型库取得（{type(error).__name__}）"
        raise ModelUnavailable(name, reason, f"请在 settings.toml 中改为本机目录，或用 {DEFAULT}") from error


# ---- building -----------------------------------------------------------------------------


def build(name: str, *, root: Path, source: Path | None = None, report: Report = lambda line: None) -> Path:
    """Make models/<name> from its source file (found, or downloaded by pip) and return the folder.

    Whole or not at all: built and tried in a folder beside the target, then renamed. The card is the same
    on every machine. Raises ModelUnavailable, also when the source is not the file that the card names.
    """
    started = monotonic()
    card, target = read_card(name, root), root / "models" / name
    data = source.read_bytes() if source else source_bytes(card.name, card.source, root, report)
    if hashlib.sha256(data).hexdigest() != card.source.sha256:
        reason = f"源文件 {card.source.file} 的 sha256 与 card.toml 不符"
        raise ModelUnavailable(name, reason, f"请删除 models/.cache 后重试，或确认安装的是 {card.source.package}=={card.source.version}")
    report(f"源文件校验通过：{card.source.file}")
    files = convert(card, data)
    part = target.with_name(f".{name}.part")
    shutil.rmtree(part, ignore_errors=True)
    write(part, files, card_text(target / "card.toml", files))
    report("正在自检")
    try:
        self_test(part, card)
        engines = try_engines(part, threads=available_cores())
    except ModelUnavailable:
        shutil.rmtree(part, ignore_errors=True)
        raise
    note = {"python": platform.python_version(), "machine": platform.machine(), "seconds": round(monotonic() - started, 1), **engines}
    (part / "build.json").write_text(json.dumps(note) + "\n", "utf-8")
    swap(part, target)
    report(f"已生成 {name}：{sum(map(len, files.values())) / 1e6:.0f} MB，词表 {card.vocabulary.kept}，维数 {card.dimension}")
    return target


def convert(card: Card, data: bytes) -> dict[str, bytes]:
    """The source's bytes -> the folder's files. Raises ModelUnavailable when the card's sizes do not come out."""
    if card.source.format != "E5S1":
        raise ModelUnavailable(card.name, f"不认识的源格式 {card.source.format}", "可用的格式：E5S1")
    checkpoint = e5s1.read(data, card.source.file)
    keep = hf_folder.kept_pieces(checkpoint.pieces, card.vocabulary.spans())
    found = (len(checkpoint.pieces.texts), len(keep), checkpoint.shape.hidden)
    stated = (card.vocabulary.full, card.vocabulary.kept, card.dimension)
    if found != stated:
        raise ModelUnavailable(card.name, f"词表与维数应为 {stated}，得到 {found}", "请从版本库恢复 card.toml")
    return hf_folder.model_files(checkpoint, keep)


def card_text(path: Path, files: Mapping[str, bytes]) -> str:
    """The card with its [files] section made anew; all else stays as people wrote it."""
    head = path.read_text("utf-8").partition(FILES_SECTION)[0].rstrip("\n")
    lines = [f'"{name}" = "{hashlib.sha256(content).hexdigest()}"' for name, content in sorted(files.items())]
    return "\n".join([head, FILES_SECTION, *lines, ""])


def write(folder: Path, files: Mapping[str, bytes], card: str) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "card.toml").write_text(card, "utf-8", newline="\n")


def self_test(folder: Path, card: Card) -> None:
    """Raises ModelUnavailable unless vectors are finite, of norm 1, and nearer for nearer texts."""
    encoder = TransformerEncoder(folder, dtype="float32", threads=available_cores())
    base, near, far = encoder.encode(["芯片制造用的光刻胶", "半导体光刻工艺中的感光材料", "今年春季小麦的病虫害防治"])
    sound = len(base) == card.dimension and bool(np.isfinite(base).all()) and abs(float(np.linalg.norm(base)) - 1) < 1e-3
    if not sound or float(base @ near) <= float(base @ far):
        raise ModelUnavailable(card.name, "生成的模型没有通过自检", "请升级或重装 torch 与 transformers 后重试")


def swap(part: Path, target: Path) -> None:
    """`part` becomes `target`; the old folder is put back if that fails."""
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    target.rename(old)
    try:
        part.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
