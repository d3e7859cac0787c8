"""Pieces of a scanned form to the fields that they show; none with personal data."""

from pathlib import Path

import pytest

from nlp.parse.scanned import place_crops
from nlp.readers.document import make_document
from nlp.records import Crop, Document, SubmittedField
from nlp.understand.pii import find_pii, mask
from nlp.understand.pii_words import load_pii_words

WORDS = load_pii_words(Path(__file__).resolve().parents[3] / "corpora" / "lexicons" / "pii.toml")


def document(*texts: str) -> Document:
    crops = tuple(Crop(place=f"p1-b{i}", location="第1页", text=text, sure=0.9, png=b"png") for i, text in enumerate(texts, 1))
    made = make_document("扫描.png", b"x")
    return Document(name=made.name, sha256="ab12cd34" + "0" * 56, suffix=".png", title=None, blocks=(), tables=(), crops=crops)


def field(label: str, text: str, canonical: str | None = None, sender: str = "S1") -> SubmittedField:
    return SubmittedField(submission_id=sender, canonical=canonical, label=label, text=text, source_file="扫描.png", source_location="第1页表1")


FIELDS = (field("需求名称", "低放气键合胶", "demand_title"), field("主要问题", "胶层开裂。\n须更换材料。", "problem"), field("财政资金（万元）", "20", "fiscal"))


@pytest.mark.parametrize(("text", "label"), [
    ("低放气键合胶", "需求名称"),
    ("需求名称：低放气 键合胶", "需求名称"),
    ("须更换材料。", "主要问题"),
    ("20", "财政资金（万元）"),
    ("财政资金（万元）    20", "财政资金（万元）"),
    ("〔？〕联合开发〔？〕委托开发", None),
])
def test_a_piece_is_kept_for_its_field(text: str, label: str | None) -> None:
    ((crop, kept),) = place_crops(document(text), FIELDS, listed=True, hide=str)
    assert (kept.file, kept.label, kept.submission_id, kept.state, crop.png) == ("crops/ab12cd34/p1-b1.png", label, "S1", "待人工核对", b"png")


@pytest.mark.parametrize("text", ["征集表（2024年）", "需求名称", "填表人签字", "联系电话 13900000001", "联系人：王小明"])
def test_labels_titles_and_personal_data_are_not_kept(text: str) -> None:
    assert list(place_crops(document(text), FIELDS, listed=True, hide=lambda t: mask(t, find_pii("", t, WORDS)))) == []


def test_of_two_forms_in_one_file_each_piece_goes_to_its_own_and_of_a_policy_all_are_kept() -> None:
    fields = (*FIELDS, field("需求名称", "晶圆传送盒", "demand_title", "S2"))
    kept = [k for _, k in place_crops(document("晶圆传送盒", "〔？〕其他"), fields, listed=True, hide=str)]
    assert [k.submission_id for k in kept] == ["S2", None]
    assert len(list(place_crops(document("第一条 支持首台套"), (), listed=False, hide=str))) == 1
