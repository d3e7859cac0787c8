"""The experts' round: a sheet goes out, many come back, and both orders are shown."""

from nlp.review.panel import CRITERIA, FEWEST, Ballot, Rating, agreements, decide_nominations, score_items

__all__ = ["CRITERIA", "FEWEST", "Ballot", "Rating", "agreements", "decide_nominations", "score_items"]
