"""RoadmapDraft -> file. A writer lays out; it adds no sentence and drops none (`nlp.readback` proves it)."""

from nlp.writers.docx import write as write_docx
from nlp.writers.html import write as write_html
from nlp.writers.markdown import write as write_markdown
from nlp.writers.pptx import write as write_pptx
from nlp.writers.xlsx import write as write_xlsx

__all__ = ["write_docx", "write_html", "write_markdown", "write_pptx", "write_xlsx"]
