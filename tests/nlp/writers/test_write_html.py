"""The page, parsed as a browser would."""

import base64
import hashlib

import pytest
from lxml import html

from nlp.writers.html import write
from tests.nlp.writers.sample_draft import DRAFT, HOSTILE, NOTICE, TITLE, hostile

DATA = write(DRAFT)
ALLOWED_TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "h4", "p", "div", "nav", "ul", "li", "a", "main",
    "section", "figure", "figcaption", "table", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "span", "script",
}


def parsed(data: bytes = DATA) -> html.HtmlElement:
    return html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))


def test_same_draft_same_bytes() -> None:
    assert write(DRAFT) == DATA


def test_the_page_asks_for_nothing() -> None:
    page = parsed()
    loading = [v for e in page.iter() for k, v in e.attrib.items() if k in {"src", "srcset", "data", "action", "background", "poster"}]
    assert loading == []
    assert all(a.get("href").startswith("#") for a in page.iter("a"))
    assert b"@import" not in DATA and b"url(" not in DATA and b"http://" not in DATA and b"https://" not in DATA


def test_the_policy_allows_our_script_only() -> None:
    page = parsed()
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    scripts = list(page.iter("script"))
    digest = base64.b64encode(hashlib.sha256(scripts[0].text.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'") and f"script-src 'sha256-{digest}'" in policy
    assert len(scripts) == 1 and scripts[0].text.startswith('"use strict"')


def test_first_screen() -> None:
    page = parsed()
    assert [page.findtext(".//h1"), page.xpath("//p[@class='notice']")[0].text] == [TITLE, NOTICE]
    assert "scope" in page.xpath("//section[@id='scope']/@class")[0]
    assert [a.text for a in page.xpath("//nav//a")] == ["范围与口径", "优先主题", "光刻胶树脂", "混合键合 3D 封装"]
    assert {a.get("href")[1:] for a in page.xpath("//nav//a")} == set(page.xpath("//section/@id"))


def test_every_sourced_run_names_its_cell() -> None:
    first = parsed().xpath("//span[@data-source]")[0]
    assert (first.text, first.get("data-source"), first.get("title")) == ("12", "topics/t-a/n_demands", "来源：topics/t-a/n_demands")


def test_components_have_bars_and_other_numbers_do_not() -> None:
    bars = {cell.text_content(): cell.get("style") for cell in parsed().xpath("//td[@class='bar']")}
    assert bars == {"0.62": "--bar:62%", "1": "--bar:100%"}
    assert [cell.text_content() for cell in parsed().xpath("//td[@class='number']")] == ["12", "50.1%", "0", "未知"]


def test_bullets_share_a_list() -> None:
    assert [len(ul) for ul in parsed().xpath("//main//ul")] == [2]


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_labels_stay_inert(label: str) -> None:
    page = parsed(write(hostile(label)))
    assert {e.tag for e in page.iter() if isinstance(e.tag, str)} <= ALLOWED_TAGS
    assert [name for e in page.iter() for name in e.attrib if name.startswith("on") or name == "src"] == []
    assert len(list(page.iter("script"))) == 1
    assert all(a.get("href").startswith("#") for a in page.iter("a"))
    assert len(page.xpath("//td")) == 2
    assert not {"\u202e", "\u2066", "\x00", "\x1b"} & set(page.text_content())
