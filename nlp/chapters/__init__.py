"""The chapters of the draft, each Material -> Section: the order, substitution, challenges, provinces, the layered chart, edits."""

from nlp.chapters.challenges import book, challenges
from nlp.chapters.edits import edits
from nlp.chapters.layers import layers
from nlp.chapters.order import COMPONENTS, order
from nlp.chapters.regions import regions
from nlp.chapters.substitution import substitution

__all__ = ["COMPONENTS", "book", "challenges", "edits", "layers", "order", "regions", "substitution"]
