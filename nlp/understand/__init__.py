"""Text -> facts: what a demand asks for, how clearly, under which rules; what a policy tasks."""

__all__: list[str] = []
