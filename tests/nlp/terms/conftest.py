from pathlib import Path

import pytest

from nlp.terms import Lexicon, TermExtractor, load_lexicon

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return load_lexicon(ROOT / "corpora" / "lexicons")


@pytest.fixture(scope="session")
def extractor(lexicon: Lexicon) -> TermExtractor:
    return TermExtractor(lexicon)
