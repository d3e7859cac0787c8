"""Technology terms: lexicon and phrase candidates -> TermMention -> Term."""

from nlp.terms.canonical import TermTable, merge
from nlp.terms.lexicon import Lexicon, load_lexicon
from nlp.terms.ranker import TermExtractor, best_terms

__all__ = ["Lexicon", "TermExtractor", "TermTable", "best_terms", "load_lexicon", "merge"]
