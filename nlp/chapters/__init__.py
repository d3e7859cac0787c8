"""The chapters of the draft, each Material -> Section: the order, substitution, challenges, provinces, the layered chart, edits, sources."""

from nlp.chapters.annex import annex, whole_annex
from nlp.chapters.challenges import book, challenges
from nlp.chapters.edits import edits
from nlp.chapters.layers import layer_chart, layers, slide_notes
from nlp.chapters.order import COMPONENTS, order
from nlp.chapters.regions import regions
from nlp.chapters.substitution import substitution

__all__ = ["COMPONENTS", "annex", "book", "challenges", "edits", "layer_chart", "layers", "order", "regions", "slide_notes", "substitution", "whole_annex"]
