"""No package that the program needs at run time is under GPL or AGPL."""

import re
from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement

# Of two licences to choose from, the free one is taken; the texts of these metadata name both.
CHOICE = {"text-unidecode"}  # Artistic or GPL
SAID_ELSEWHERE = {"resvg-py": "MIT, by the LICENSE in its wheel"}  # its metadata are silent
FORBIDDEN = re.compile(r"\bA?GPL|\bAffero|\bGNU General Public", re.IGNORECASE)
LESSER = re.compile(r"LGPL|Lesser|with[ -](?:classpath|linking)[ -]exception", re.IGNORECASE)


def needed(name: str, extras: frozenset[str] = frozenset(), seen: dict[str, str] | None = None) -> dict[str, str]:
    """The packages that `name` needs on this system, transitively: name -> what its metadata says of its licence."""
    seen = {} if seen is None else seen
    for text in metadata.requires(name) or ():
        requirement = Requirement(text)
        chosen = requirement.marker is None or any(requirement.marker.evaluate({"extra": e}) for e in (*extras, ""))
        key = requirement.name.lower().replace("_", "-")
        if chosen and key not in seen:
            try:
                seen[key] = " | ".join(licence(key))
            except metadata.PackageNotFoundError:
                continue
            needed(key, frozenset(requirement.extras), seen)
    return seen


def licence(name: str) -> Iterator[str]:
    found = metadata.metadata(name)
    yield found.get("License-Expression") or ""
    yield (found.get("License") or "")[:200]
    yield from (c for c in found.get_all("Classifier") or () if c.startswith("License ::"))


def test_nothing_that_runs_is_under_gpl() -> None:
    found = needed("luxiantu")
    assert len(found) > 60  # the whole closure was walked
    wrong = {n: said for n, said in found.items() if FORBIDDEN.search(LESSER.sub("", said)) and n not in CHOICE}
    assert wrong == {}


def test_every_package_says_what_its_licence_is() -> None:
    assert {n for n, said in needed("luxiantu").items() if not said.strip(" |")} <= set(SAID_ELSEWHERE)
