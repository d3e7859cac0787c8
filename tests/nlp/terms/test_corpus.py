import pytest

from nlp.terms.corpus import Sighting, count


def sightings(*rows: str) -> list[Sighting]:
    """小|波变换|的 -> 波变换 between 小 and 的, each row in a unit of its own."""
    parts = [row.split("|") for row in rows]
    return [Sighting(s, f"u{i}", before, after) for i, (before, s, after) in enumerate(parts)]


@pytest.mark.parametrize(
    ("rows", "fragment"),
    [
        (["小|波变换|的", "小|波变换|，", "小|波变换|后"], True),  # always after 小
        (["小|波变换|的", "小|波变换|，"], False),  # too few to say
        (["小|波变换|的", "的|波变换|，", "，|波变换|后"], False),
        (["的|通孔|内", "的|通孔|，", "的|通孔|和"], False),  # 的 stands before anything
        (["（|通孔|）", "（|通孔|）", "（|通孔|）"], False),
    ],
)
def test_fragments_keep_one_company(rows: list[str], fragment: bool) -> None:
    surface = rows[0].split("|")[1]
    assert count(sightings(*rows), len(rows)).is_fragment(surface, frozenset("的和")) is fragment


def test_share_counts_units() -> None:
    corpus = count([*sightings("|电机|"), Sighting("电机", "u0", "", ""), Sighting("泵", "u1", "", "")], 4)
    assert corpus.alone["电机"] == 2
    assert corpus.share("电机") == 0.25
    assert corpus.share("没有") == 0.0
    assert count([], 0).share("没有") == 0.0
