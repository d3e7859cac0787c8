"""The page for collection staff (初筛): its own process, its own database, and an append-only log of decisions."""

__all__: list[str] = []
