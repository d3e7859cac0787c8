"""Segments of texts of our own wording; the guideline's border rules are the table of what must stay outside."""

import json
import random
import time
from pathlib import Path

import pytest

from nlp.chain import NONE, Chain, classify, load_chain, sub_segment
from nlp.errors import InvalidSetting

ROOT = Path(__file__).parents[2]
LEXICONS = ROOT / "corpora" / "lexicons"
SHARED = ROOT.parent / "shared"

INSIDE = [
    ("design", "面向先进工艺的时序签核工具\n研制支持多角多模的静态时序分析引擎，与标准单元库和寄生参数提取工具衔接。"),
    ("design", "高精度模数转换器IP\n有效位数不低于16位，需解决电容失配校准与比较器失调问题。"),
    ("design", "RISC-V处理器核研发\n需突破乱序执行、多级缓存一致性和分支预测，主频达到3GHz。"),
    ("design", "一种低抖动锁相环电路\n包括鉴频鉴相器、电荷泵和压控振荡器。"),
    ("design", "支持多工艺的版图自动布线软件开发"),
    ("manufacturing", "鳍片刻蚀均匀性控制\n鳍部高度与侧壁形貌波动大，需要改进干法刻蚀与浅沟槽隔离回刻工艺。"),
    ("manufacturing", "1200V沟槽栅碳化硅MOSFET器件\n降低比导通电阻，开发高温离子注入与激活退火工艺。"),
    ("manufacturing", "一种半导体器件的制造方法\n在衬底上形成栅极结构和侧墙，对源漏区进行离子注入。"),
    ("manufacturing", "三维闪存沟道孔刻蚀形貌控制\n堆叠128层，深宽比超过60，孔底扭曲。"),
    ("packaging_test", "高密度扇出型封装翘曲控制\n在重布线层制作与塑封过程中翘曲超过3mm。"),
    ("packaging_test", "硅通孔转接板2.5D集成工艺\n深宽比10:1，铜填充无空洞，微凸点节距40微米。"),
    ("packaging_test", "存储芯片高温老化测试方案\n需要并行测试1000颗以上。"),
    ("packaging_test", "光电共封装工艺及光引擎耦合"),
    ("materials", "ArF浸没式光刻胶用树脂单体\n金属离子含量低于1ppb。"),
    ("materials", "铜互连化学机械抛光液\n去除速率大于600nm/min，碟形坑小于30nm。"),
    ("materials", "8英寸碳化硅单晶衬底制备\n降低微管和位错密度，采用物理气相传输法。"),
    ("materials", "先进封装用环氧塑封料\n低翘曲，填料为球形二氧化硅，适用于扇出型封装。"),
    ("equipment", "刻蚀机用静电卡盘\n陶瓷介质层耐等离子体，控温精度±0.3℃。"),
    ("equipment", "晶圆传输机械手\n真空环境下重复定位精度±0.05mm。"),
    ("equipment", "一种晶圆清洗装置\n包括腔体、旋转卡盘和喷嘴。"),
    ("equipment", "光刻机双工件台磁浮运动控制"),
    ("supporting", "晶圆厂含氟废水深度处理与回用\n出水氟离子低于2mg/L。"),
    ("supporting", "半导体工厂自动物料搬运系统调度软件\n支持天车2000台以上。"),
    ("supporting", "建设集成电路公共服务平台，提供多项目晶圆流片和测试服务。"),
]

OUTSIDE = [
    "芯片控制的智能电饭煲\n内置主控芯片和温度传感器，实现精准控温。",
    "基于单片机的温室大棚控制系统\n采用单片机采集温湿度，芯片型号按需选用。",
    "基于FPGA的电力继电保护装置\n采用FPGA与双核处理器架构，实现故障录波。",
    "一种数据处理方法、装置、存储介质和芯片\n获取用户请求并返回推荐结果。",
    "高能量密度三元锂电池正极材料\n容量大于200mAh/g，循环1000次。",
    "光伏组件封装胶膜\n提高胶膜耐候性，降低衰减。",
    "柔性OLED薄膜封装技术\n水汽透过率更低，适合柔性显示面板。",
    "显示面板驱动背板氧化物TFT工艺\n迁移率大于30，阵列基板良率提升。",
    "氮化硅陶瓷轴承球\n高纯氮化硅粉体烧结，可用于半导体设备、航空等领域。",
    "石墨烯导热膜\n可应用于手机、芯片散热等领域。",
    "数据报文封装与转发性能优化",
    "全自动食品封装生产线\n封口速度每分钟120袋。",
    "PCB板自动贴片机吸嘴清洗\n贴片元件为0201电容。",
    "LED路灯散热结构\n灯具使用大功率LED芯片，散热器为铝。",
    "微流控芯片核酸检测仪",
    "RFID电子标签封装设备",
    "一种骨科射频消融电极\n射频电源输出能量，射频消融病灶。",
    "医用洁净室新风系统节能\n用于药厂车间。",
    "加快发展集成电路、生物医药、人工智能三大先导产业。",
    "推进芯片、操作系统等关键核心技术攻关，培育新质生产力。",
    "",
]


@pytest.fixture(scope="module")
def chain() -> Chain:
    return load_chain(ROOT / "corpora" / "chains" / "ic.toml", LEXICONS)


@pytest.mark.parametrize(("segment", "text"), INSIDE, ids=[text[:12] for _, text in INSIDE])
def test_inside_the_chain(chain: Chain, segment: str, text: str) -> None:
    verdict = classify("x", text, chain=chain)
    assert verdict.segment == segment, verdict
    assert verdict.score >= chain.scoring.threshold
    assert verdict.evidence


@pytest.mark.parametrize("text", OUTSIDE, ids=[text[:12] for text in OUTSIDE])
def test_outside_the_chain(chain: Chain, text: str) -> None:
    verdict = classify("x", text, chain=chain)
    assert verdict.segment == NONE, verdict


def test_ipc_decides_where_the_words_do_not(chain: Chain) -> None:
    text = "一种支撑结构\n包括支撑件与调节件。"
    assert classify("x", text, chain=chain).segment == NONE
    found = {code: classify("x", text, chain=chain, ipc=(code,)).segment for code in IPC}
    assert found == IPC


IPC = {
    "H01L21/683(2006.01)": "equipment",
    "H01L21/336": "manufacturing",
    "H01L 23/498": "packaging_test",
    "G03F7/004": "materials",
    "G06F30/392": "design",
    "G09G3/3208": NONE,
    "A01B1/00": NONE,
}


def test_alternatives_are_ordered_and_without_the_chosen_one(chain: Chain) -> None:
    verdict = classify("x", "晶圆级封装与硅通孔工艺\n涉及刻蚀机与光刻胶。", chain=chain)
    scores = [score for _, score in verdict.alternatives]
    assert verdict.segment not in dict(verdict.alternatives)
    assert scores == sorted(scores, reverse=True)
    assert verdict.score >= scores[0]


def test_evidence_stands_in_the_text(chain: Chain) -> None:
    text = "晶圆清洗设备\n用于光刻胶去除，不用于显示面板。"
    plain = [item for item in classify("x", text, chain=chain).evidence if item[0] != "-" and not item.startswith("标题：")]
    assert plain
    assert all(item in text.lower() for item in plain)


@pytest.mark.parametrize(
    ("doubtful", "text"),
    [(True, "双面水冷功率模块\n加压压紧。"), (False, "刻蚀机用静电卡盘\n控温精度高。"), (False, "河道清淤船\n泵吸排泥。")],
)
def test_verdicts_near_the_threshold_are_doubtful(chain: Chain, doubtful: bool, text: str) -> None:
    assert classify("x", text, chain=chain).doubtful is doubtful


def test_latin_terms_are_whole_words(chain: Chain) -> None:
    assert classify("x", "FREEDATA数据平台建设\nEDATA接口与METAL系统。", chain=chain).evidence == ()


def test_mentions_weigh_little(chain: Chain) -> None:
    stated = classify("x", "新型树脂\n本项目研制光刻胶。", chain=chain).alternatives
    mentioned = classify("x", "新型树脂\n产品可用于光刻胶。", chain=chain).alternatives
    assert dict(mentioned).get("materials", 0.0) < dict(stated).get("materials", 0.0) or not stated


def test_sub_segment_is_named(chain: Chain) -> None:
    assert sub_segment(classify("x", "刻蚀机用静电卡盘\n控温精度高。", chain=chain), chain) == "process"
    assert sub_segment(classify("x", "河道清淤", chain=chain), chain) is None


def test_speed(chain: Chain) -> None:
    text = "一种叠层芯片封装结构\n" + "包括载板、芯片、焊盘与塑封体，所述芯片通过引线与载板电连接；" * 8
    start = time.perf_counter()
    for number in range(400):
        classify(str(number), text, chain=chain)
    assert 400 / (time.perf_counter() - start) > 500  # 2,000 and more on a free core; the bar leaves room for a busy one


# ---- files --------------------------------------------------------------------------------

TOY = """
name = "示例链"
common = ["养蜂"]
[scoring]
threshold = 0.5
half = 4.0
title = 2.0
opening = 1.4
body = 0.8
mention = 0.3
strong = 3.0
weak = 1.0
specific = 2.1
lexicon = 0.4
common = 1.0
title_pattern = 5.0
ipc_strong = 4.0
ipc_weak = 1.5
exclusion = 3.0
lexicon_cap = 1.6
common_cap = 3.0
weak_cap = 6.0
spread = 0.25
[[segment]]
id = "honey"
name = "蜂蜜"
lexicons = ["honey"]
strong = ["蜂蜜浓缩"]
weak = ["花粉"]
[[segment]]
id = "hive"
name = "蜂箱"
strong = ["活框蜂箱"]
[[exclusion]]
id = "sweets"
reason = "糖果不是蜂产品"
terms = ["糖果"]
"""


def write(folder: Path, text: str) -> Path:
    (folder / "honey.txt").write_text("真空蜂蜜浓缩机 1000 nz\n巢蜜分装线 1000 nz\n", "utf-8")
    path = folder / "toy.toml"
    path.write_text(text, "utf-8")
    return path


def test_any_chain_with_any_segments(tmp_path: Path) -> None:
    toy = load_chain(write(tmp_path, TOY), tmp_path)
    texts = {"真空蜂蜜浓缩机研制\n提高产量。": "honey", "巢蜜分装线": "honey", "活框蜂箱改良": "hive", "蜂蜜浓缩糖果\n配方。": NONE}
    assert {text: classify("x", text, chain=toy).segment for text in texts} == texts


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "示例链"', "name =", "不是合法的 TOML"),
        ("threshold = 0.5", "", "scoring.threshold"),
        ("threshold = 0.5", 'threshold = 0.5\nthresold = "x"', "scoring.thresold"),
        ('id = "hive"', 'id = "honey"', "重复"),
        ('id = "hive"', 'id = "none"', "保留字"),
        ('terms = ["糖果"]', 'terms = ["花粉"]', "排除规则"),
        ('weak = ["花粉"]', 'weak = ["蜜"]', "只有一个字"),
        ('lexicons = ["honey"]', 'lexicons = ["absent"]', "词库不存在"),
        ('weak = ["花粉"]', 'title_patterns = ["("]', "标题正则"),
    ],
)
def test_bad_files_are_refused_in_chinese(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(InvalidSetting, match=says):
        load_chain(write(tmp_path, TOY.replace(old, new)), tmp_path)


def test_absent_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="读不到产业链文件"):
        load_chain(tmp_path / "absent.toml", tmp_path)


# ---- real data ----------------------------------------------------------------------------

needs_gold = pytest.mark.skipif(not (SHARED / "gold").is_dir(), reason="没有 ../shared 的真实数据")


def rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.real
@needs_gold
def test_agrees_with_gold(chain: Chain) -> None:
    gold = rows(SHARED / "gold" / "ic_segments.jsonl")
    found = [classify(row["id"], row["text"], chain=chain).segment for row in gold]
    right = sum(row["primary"] == segment for row, segment in zip(gold, found, strict=True))
    hits = sum(row["primary"] != NONE != segment for row, segment in zip(gold, found, strict=True))
    taken, wanted = sum(s != NONE for s in found), sum(row["primary"] != NONE for row in gold)
    assert right / len(gold) >= 0.90
    assert 2 * hits / (taken + wanted) >= 0.90


@pytest.mark.real
@needs_gold
def test_order_of_texts_does_not_matter(chain: Chain) -> None:
    demands = rows(SHARED / "data" / "demands" / "demands.jsonl")
    shuffled = random.Random(7).sample(demands, len(demands))
    one, other = ({d["id"]: classify(d["id"], d["title"] + "\n" + d["text"], chain=chain) for d in x} for x in (demands, shuffled))
    assert one == other
    assert sum(verdict.segment != NONE for verdict in one.values()) <= 5  # a mixed round: nearly all lie outside
