"""The 退回补正 letter of a row, with the questions as the clerk sent them."""

from datetime import date

from sqlalchemy.orm import Session

from nlp.understand.questions import Question, load_wording
from nlp.writers import letter
from triage import history
from triage.database import SubmissionRow
from triage.decisions import Missing
from triage.settings import ROOT
from triage.shapes import Action, Detail

__all__ = ["letter_of"]


def letter_of(session: Session, row: SubmissionRow, as_of: date) -> bytes:
    """Raises Missing where the row has never been returned."""
    sent = next((history.payload_of(e) for e in history.of_row(session, row.id) if e.action == Action.RETURN), None)
    if sent is None:
        raise Missing(row.submission_id, "还没有退回补正，没有补正函", "请先退回补正")
    quotes = {q.text: q.quote for q in Detail.model_validate_json(row.detail).questions}
    texts = sent["questions"]
    asked = [str(t) for t in texts if t] if isinstance(texts, list) else []
    questions = tuple(Question(submission_id=row.submission_id, rule="", quote=quotes.get(text, ""), text=text) for text in asked)
    wording = load_wording(ROOT / "corpora" / "lexicons" / "question_wording.toml")
    return letter.write(letter.Letter(organisation=row.organisation or None, title=row.title, questions=questions, general=wording.general), as_of)
