"""Units of one chain segment -> topics, with what belongs to none kept and counted."""

from nlp.topics.cluster import Grouping, centre_kinds, discover

__all__ = ["Grouping", "centre_kinds", "discover"]
