"""Small valid files of every format that is read, from which the fuzz starts."""

import csv
import io
import json
import zipfile
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from functools import cache
from pathlib import Path

from tests.nlp import office
from tests.nlp.parse.form_layouts import NEEDS, csv_form, four_columns, page, sheet_form, text, two_columns
from tests.nlp.parse.test_filings import CLAIMS
from tests.nlp.parse.test_patents import INCOPAT
from tests.nlp.pdf_files import Sheet, pdf_file
from tests.nlp.readers.test_cnki import EXPORT

__all__ = ["SAMPLE", "seeds"]

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpora" / "sample"
DATA = ROOT / "tests" / "data"


@cache
def seeds() -> dict[str, bytes]:
    """Name -> bytes; the name's suffix is the format."""
    made = {
        "表.docx": two_columns(NEEDS[0]), "四列.docx": four_columns(NEEDS[1]), "表.xlsx": sheet_form(NEEDS[2]), "表.csv": csv_form(NEEDS[0]),
        "页.html": page(NEEDS[1]), "页.xls": page(NEEDS[1]), "文.txt": text(NEEDS[2]), "题录.txt": EXPORT.encode(), "申请.xml": CLAIMS.encode(),
        "patents/导出.xlsx": office.xlsx({"Sheet1": INCOPAT}), "patents/导出.csv": _csv().encode("gb18030"), "patents/导出.tsv": _csv("\t").encode(),
        "patents/导出.jsonl": _jsonl(), "patents/导出.json": json.dumps([dict(zip(INCOPAT[0], row, strict=True)) for row in INCOPAT[1:]]).encode(),
        "页.mht": _mht(), "表.pdf": _pdf(), "包.zip": _zip({"甲.docx": two_columns(NEEDS[0]), "乙/丙.csv": csv_form(NEEDS[1])}),
        "旧.xls": (DATA / "list.xls").read_bytes(), "旧.doc": (DATA / "form.doc").read_bytes(),
    }
    names = ("demands/需求汇总表.xlsx", "demands/技术需求导出_20240416.csv", "demands/安徽_合肥_皖存半导体_两项需求合并.docx", "policies/上海市_设计与装备能力提升行动方案.html",
             "policies/国家_集成电路关键环节协同攻关指导意见.docx", "policies/2025_浙江省_政府工作报告.csv", "notices/征集通知.docx", "projects/历史项目.xlsx")
    return made | {name: (SAMPLE / name).read_bytes() for name in names}


def _csv(delimiter: str = ",") -> str:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter).writerows(INCOPAT)
    return target.getvalue()


def _jsonl() -> bytes:
    return "".join(json.dumps(dict(zip(INCOPAT[0], row, strict=True)), ensure_ascii=False) + "\n" for row in INCOPAT[1:]).encode()


def _mht() -> bytes:
    whole = MIMEMultipart("related")
    whole.attach(MIMEText(page(NEEDS[0]).decode("utf-8"), "html", "utf-8"))
    return whole.as_bytes()


def _pdf() -> bytes:
    sheet = Sheet().grid([50, 200, 500], [100, 130, 160, 190])
    for i, (label, value) in enumerate((("需求名称", "低放气键合胶"), ("需求单位", "合肥示例材料有限公司"), ("主要问题", "胶层开裂"))):
        sheet.text(60, 108 + 30 * i, label).text(210, 108 + 30 * i, value)
    return pdf_file([sheet])


def _zip(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()
