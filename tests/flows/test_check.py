"""No check can stop the others: not by an error of a foreign class, not by never coming back."""

import threading
import time

from flows.check import Check, made, size
from nlp.errors import InvalidSetting


def good() -> Check:
    return Check(name="甲", state="ok", detail="好")


def test_a_check_that_hangs_is_a_finding_in_time() -> None:
    forever = threading.Event()

    def hanging() -> Check:
        forever.wait(30)
        return good()

    began = time.monotonic()
    first, second, third = made([("一", good), ("二", hanging), ("三", good)], seconds=0.5)
    assert time.monotonic() - began < 3
    assert (first.state, second.name, second.state, third.state) == ("ok", "二", "fail", "ok")
    assert "没有响应" in second.remedy
    forever.set()


def test_an_error_of_any_class_is_a_finding() -> None:
    class Foreign(Exception):
        pass

    def foreign() -> Check:
        raise Foreign("驱动")

    def ours() -> Check:
        raise InvalidSetting("settings.toml", "draws 小于 1", "请修改")

    first, second = made([("库", foreign), ("设置", ours)], seconds=5)
    assert first.state == "fail" and "库" in first.detail and "Foreign" in first.detail
    assert (second.name, second.detail, second.remedy) == ("settings.toml", "draws 小于 1", "请修改")


def test_sizes() -> None:
    assert (size(1_400_000), size(2.5e9)) == ("1.4 MB", "2.5 GB")
