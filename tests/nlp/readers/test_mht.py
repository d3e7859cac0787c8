from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from nlp.errors import UnreadableDocument
from nlp.readers import read
from tests.nlp.parse.lexicons import parsed

PAGE = "<html><body><table><tr><td>需求单位</td><td>合肥示例材料有限公司</td></tr><tr><td>需求名称</td><td>键合胶</td></tr><tr><td>主要问题</td><td>胶层开裂，须更换材料体系。</td></tr></table></body></html>"


def archive(page: str = PAGE, charset: str = "utf-8") -> bytes:
    whole = MIMEMultipart("related")
    whole.attach(MIMEText(page, "html", charset))
    return whole.as_bytes()


@pytest.mark.parametrize(("name", "charset"), [("页.mht", "utf-8"), ("页.mhtml", "gb18030"), ("其实是存档.doc", "utf-8")])
def test_a_saved_page_is_read_as_its_html(name: str, charset: str) -> None:
    (demand,) = parsed(name, archive(charset=charset)).demands
    assert (demand.title, demand.organisation) == ("键合胶", "合肥示例材料有限公司")


def test_an_archive_without_a_page_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="没有正文"):
        read("空.mht", b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nabc")
