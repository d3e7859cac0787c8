"""What the product is made of: every package it needs here and every model, with licences; as CycloneDX and as a page for people.

    python -m flows.sbom FILE        # writes FILE (CycloneDX 1.6, JSON) and docs/licences.md
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from urllib.parse import quote

from packaging.requirements import Requirement

from flows.settings import ROOT

__all__ = ["Part", "bill", "models", "packages", "page"]

# Packages whose metadata are silent or mere text; each said by the LICENSE file in its wheel or by its project.
SAID_ELSEWHERE = {"resvg-py": "MIT", "atheris": "Apache-2.0"}
CLASSIFIER = re.compile(r"^License ::(?: OSI Approved ::)? (.+)$")
# Names of old metadata for the same licences, so that the page reads evenly; keys in lower case.
SPDX = {"mit license": "MIT", "apache 2.0": "Apache-2.0", "apache license 2.0": "Apache-2.0", "apache 2": "Apache-2.0", "apache license, version 2.0": "Apache-2.0",
        "apache software license": "Apache-2.0", "apache-2.0 license": "Apache-2.0", "apache license": "Apache-2.0", "bsd license": "BSD", "bsd": "BSD",
        "new bsd": "BSD-3-Clause", "bsd 3-clause": "BSD-3-Clause", "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0", "the mit license (mit)": "MIT",
        "isc license (iscl)": "ISC", "python software foundation license": "PSF-2.0", "artistic license": "Artistic", "isc license": "ISC", "apache 2.0 license": "Apache-2.0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    name: str
    version: str
    licence: str  # SPDX where the metadata allow, else their own words
    origin: str = ""  # a model's source; "" for a package
    sha256: tuple[tuple[str, str], ...] = ()  # (file, digest) of a model


def packages(root: Path = ROOT) -> tuple[Part, ...]:
    """What the program needs on this system, transitively, sorted by name; asked of pyproject.toml, for an editable install may be behind it."""
    direct = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    return tuple(Part(name=n, version=metadata.version(n), licence=licence(n)) for n in sorted(_needed(direct, frozenset(), set())))


def _needed(requirements: list[str], extras: frozenset[str], seen: set[str]) -> set[str]:
    for requirement in map(Requirement, requirements):
        key = re.sub(r"[-_.]+", "-", requirement.name).lower()
        chosen = requirement.marker is None or any(requirement.marker.evaluate({"extra": e}) for e in (*extras, ""))
        if chosen and key not in seen and _installed(key):
            seen.add(key)
            _needed(metadata.requires(key) or [], frozenset(requirement.extras), seen)
    return seen


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def licence(name: str) -> str:
    """The licence in one line; "" when nothing says it."""
    found = metadata.metadata(name)
    classifiers = [m[1] for c in found.get_all("Classifier") or () if (m := CLASSIFIER.match(c))]
    written = "".join((found.get_all("License") or [])[:1]).strip()
    short = written if written and "\n" not in written and len(written) < 60 and written.upper() != "UNKNOWN" else ""
    said = "".join(found.get_all("License-Expression") or []) or short or " / ".join(classifiers) or SAID_ELSEWHERE.get(name, "")
    return " / ".join(SPDX.get(part.strip().lower(), part.strip()) for part in said.split(" / "))


def models(root: Path = ROOT) -> tuple[Part, ...]:
    """From the models' cards."""
    return tuple(_model(tomllib.loads(p.read_text("utf-8"))) for p in sorted((root / "models").glob("*/card.toml")))


def _model(card: dict[str, object]) -> Part:
    files = card.get("files")
    digests = tuple(sorted((str(n), str(d)) for n, d in files.items())) if isinstance(files, dict) else ()
    return Part(name=str(card["name"]), version="1", licence=str(card["licence"]), origin=str(card["origin"]), sha256=digests)


def bill(libraries: tuple[Part, ...], weights: tuple[Part, ...]) -> str:
    """CycloneDX 1.6 (ECMA-424), JSON; no serial number and no time, so equal contents give equal bytes."""
    components = [*(_library(p) for p in libraries), *(_weights(p) for p in weights)]
    own = {"type": "application", "bom-ref": "luxiantu", "name": "luxiantu", "version": metadata.version("luxiantu"), "licenses": [{"expression": "Apache-2.0"}]}
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": own}, "components": components,
           "dependencies": [{"ref": "luxiantu", "dependsOn": [str(c["bom-ref"]) for c in components]}]}
    return json.dumps(bom, ensure_ascii=False, indent=1) + "\n"


def _library(part: Part) -> dict[str, object]:
    purl = f"pkg:pypi/{part.name}@{quote(part.version, safe='.-')}"
    return {"type": "library", "bom-ref": purl, "name": part.name, "version": part.version, "purl": purl, "licenses": _licences(part)}


def _weights(part: Part) -> dict[str, object]:
    files = [{"type": "file", "bom-ref": f"models/{part.name}/{n}", "name": n, "hashes": [{"alg": "SHA-256", "content": d}]} for n, d in part.sha256]
    return {"type": "machine-learning-model", "bom-ref": f"models/{part.name}", "name": part.name, "version": part.version,
            "description": part.origin, "licenses": _licences(part), "components": files}


def _licences(part: Part) -> list[dict[str, dict[str, str]]]:
    return [{"license": {"name": part.licence}}]


def page(libraries: tuple[Part, ...], weights: tuple[Part, ...]) -> str:
    """docs/licences.md: names and licences, no versions, for they change without a licence changing."""
    return "\n".join(_lines(libraries, weights)) + "\n"


def _lines(libraries: tuple[Part, ...], weights: tuple[Part, ...]) -> Iterator[str]:
    yield "# 许可一览"
    yield "\n由 `python bootstrap.py sbom` 写成（Linux、Python 3.11），请勿手改；版本见 `requirements.lock`。运行所需的软件包没有 GPL、AGPL。"
    yield "许可以各软件包自己的元数据为准。text-unidecode 可在 Artistic 与 GPL 中任选，本项目取 Artistic。"
    yield f"\n## 软件包（{len(libraries)} 个）\n\n| 软件包 | 许可 |\n|---|---|"
    yield from (f"| {p.name} | {p.licence or '未声明'} |" for p in libraries)
    yield "\n## 模型\n\n训练数据及其许可见各模型的 `card.toml`。\n\n| 模型 | 许可 | 来历 |\n|---|---|---|"
    yield from (f"| {p.name} | {p.licence} | {p.origin} |" for p in weights)


if __name__ == "__main__":
    parts = packages(), models()
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(bill(*parts), "utf-8")
    (ROOT / "docs" / "licences.md").write_text(page(*parts), "utf-8")
