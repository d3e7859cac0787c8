"""Units of one chain segment -> topics, with what belongs to none kept and counted."""

from nlp.topics.cluster import Grouping, discover
from nlp.topics.space import KindMeans, Space, centre_kinds, fit_kind_means

__all__ = ["Grouping", "KindMeans", "Space", "centre_kinds", "discover", "fit_kind_means"]
