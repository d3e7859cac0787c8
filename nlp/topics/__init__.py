"""Units of one chain segment -> topics, with what belongs to none kept and counted."""

from nlp.topics.cluster import Grouping, discover

__all__ = ["Grouping", "discover"]
