"""What each command takes and calls; the work itself is in the modules it names."""

import importlib
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from flows import single, single_facts
from flows.chinese_help import Commands, Parser
from flows.settings import ROOT
from flows.topics_command import add_topics
from nlp.records import Kind

__all__ = ["add_commands"]


def add_commands(commands: Commands) -> None:
    add_refresh(commands)
    add_intake(commands)
    add_triage(commands)
    add_review(commands)
    add_edits(commands)
    add_schedule(commands)
    add_doctor(commands)
    add_models(commands)
    terms = add_stage(commands, "terms", '提取技术术语：IN 每行 {"id","text"}，OUT 每行附带术语、位置与分值', call_terms)
    terms.add_argument("--tier", choices=["fast", "full"], help="档位（默认见设置）")
    terms.add_argument("--explain", action="store_true", help="改为把第一条文本的逐词解释写成网页")
    add_stage(commands, "keywords", "排出每条文本的关键词，至多二十个", lambda o: single.keywords(o.source, single.checked_output(o.output)))
    add_lexicon(commands)
    segments = add_stage(commands, "segments", "判定产业链环节", lambda o: single.segments(o.source, single.checked_output(o.output), o.chain))
    segments.add_argument("--chain", default="ic", metavar="名称", help="产业链，corpora/chains/ 下的文件名（默认 ic）")
    add_topics(commands)
    add_stage(commands, "embed", "计算句向量，写入 .npz（ids、vectors、model）", lambda o: single.embed(o.source, single.checked_output(o.output)))
    add_stage(commands, "targets", "提取考核指标：名称、比较符、数值、单位、条件与位置", lambda o: single_facts.targets(o.source, single.checked_output(o.output)))
    add_stage(commands, "facets", "判断需求的清晰程度，提取资金、期限、对外依赖与个人信息位置", lambda o: single_facts.facets(o.source, single.checked_output(o.output)))
    add_stage(commands, "tasks", "识别政策文本中的任务、目标与举措", lambda o: single_facts.tasks(o.source, single.checked_output(o.output)))
    add_stage(commands, "duplicates", "查找重复与相关的需求，每对一行", lambda o: single_facts.duplicates(o.source, single.checked_output(o.output)))
    rules = add_stage(commands, "rules", "按征集通知核对每份需求", lambda o: single_facts.rules(o.source, o.notice, single.checked_output(o.output)))
    rules.add_argument("--notice", type=Path, required=True, metavar="NOTICE", help="征集通知（.txt .docx .html），或已整理的规则包 .toml")


def add_stage(commands: Commands, name: str, summary: str, call: Callable[[Namespace], None]) -> Parser:
    parser = commands.add(name, summary)
    parser.add_argument("source", type=Path, metavar="IN", help="输入文件，JSON Lines")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="输出文件")
    parser.set_defaults(call=call)
    return parser


def call_terms(options: Namespace) -> None:
    write = single.explain if options.explain else single.terms
    write(options.source, single.checked_output(options.output), options.tier)


def add_lexicon(commands: Commands) -> None:
    actions = commands.add("lexicon", "把运行中发现的新术语收入词表").add_commands()
    accept = actions.add("accept", "收入 new_terms.toml 中 accept = true 的术语，下次运行生效")
    accept.add_argument("source", type=Path, metavar="FILE", help="某次运行的 new_terms.toml，改好后使用")
    accept.set_defaults(call=call_accept)


def call_accept(options: Namespace) -> None:
    from flows.accepting import accept_terms

    for stem, number in accept_terms(options.source).items():
        print(f"{stem}.txt　收入 {number} 条")


def iso_date(text: str) -> date:
    return date.fromisoformat(text)


def add_refresh(commands: Commands) -> None:
    parser = commands.add("refresh", "读取材料，生成一份有据可查的路线图草稿")
    parser.add_argument("inboxes", nargs="*", type=Path, metavar="INBOX", help="文件或目录；不写则用 corpora/sample/ 与 corpora/inbox/")
    parser.add_argument("--kind", choices=["auto", *Kind], default="auto", help="材料种类（默认自动判断）")
    parser.add_argument("--chain", metavar="名称", help="产业链，corpora/chains/ 下的文件名（默认见设置）")
    parser.add_argument("--as-of", type=iso_date, metavar="YYYY-MM-DD", help="截止日期（默认今天）")
    parser.add_argument("--out", type=Path, default=Path("outputs"), metavar="目录", help="输出目录（默认 outputs）")
    parser.add_argument("--seed", type=int, metavar="整数", help="随机种子（默认见设置）")
    parser.add_argument("--again", action="store_true", help="材料、设置与程序都没有变化时也重新计算（默认沿用上一次的结果）")
    parser.set_defaults(call=call_refresh)


def call_refresh(options: Namespace) -> None:
    from flows.refresh import refresh
    from flows.summary import summarise

    kind = None if options.kind == "auto" else Kind(options.kind)
    folder = refresh(options.inboxes, kind=kind, chain=options.chain, as_of=options.as_of, out=options.out, seed=options.seed, again=options.again)
    print(summarise(folder))
    print(f"草稿：{folder / 'roadmap.docx'}（同目录另有 .html .md .xlsx，数据表在 data/）")


def add_intake(commands: Commands) -> None:
    parser = commands.add("intake", "接收一批申报材料：核对规则、查重，写出初筛表与退回补正函")
    parser.add_argument("inboxes", nargs="+", type=Path, metavar="INBOX", help="文件或目录")
    parser.add_argument("--notice", type=Path, metavar="FILE", help="征集通知或规则包；不写则用材料中的那一份")
    parser.add_argument("--as-of", type=iso_date, metavar="YYYY-MM-DD", help="截止日期（默认今天）")
    parser.add_argument("--out", type=Path, default=Path("outputs"), metavar="目录", help="输出目录（默认 outputs）")
    parser.set_defaults(call=call_intake)


def call_intake(options: Namespace) -> None:
    from flows.intake import intake
    from flows.summary import unmatched

    folder = intake(options.inboxes, options.notice, out=options.out, as_of=options.as_of)
    print(*unmatched(folder), sep="\n", end="\n" if unmatched(folder) else "")
    print(f"初筛表：{folder / 'triage.xlsx'}（退回补正函在 letters/，搁置的输入见 rejected.jsonl）")


def add_triage(commands: Commands) -> None:
    """By name: triage stands on top of flows, not below it."""
    commands.add("triage", importlib.import_module("triage").SUMMARY, fill=lambda parser: importlib.import_module("triage.command").add_arguments(parser))


def add_review(commands: Commands) -> None:
    actions = commands.add("review", "专家评审：发出评审表，收回后并列两种次序").add_commands()
    export = actions.add("export", "由一次运行生成专家评审表 review.xlsx")
    export.add_argument("-o", "--output", type=Path, default=Path("review.xlsx"), metavar="FILE", help="写到哪里（默认 review.xlsx）")
    export.add_argument("--open", action="store_true", help="显示系统的位次与依据（默认盲评）")
    export.set_defaults(call=call_review_export)
    back = actions.add("import", "读入专家交回的评审表，写出次序、一致性与提名的去向")
    back.add_argument("sheets", nargs="+", type=Path, metavar="FILE", help="交回的 .xlsx 或其所在目录")
    back.add_argument("-o", "--output", type=Path, default=Path("review"), metavar="目录", help="写到哪个目录（默认 review）")
    back.set_defaults(call=call_review_import)
    for parser in (export, back):
        parser.add_argument("--out", type=Path, default=Path("outputs"), metavar="目录", help="运行所在的输出目录（默认 outputs）")
        parser.add_argument("--run", metavar="运行编号", help="哪一次运行（默认最近一次）")


def call_review_export(options: Namespace) -> None:
    from flows.review import export_sheet, run_folder

    export_sheet(run_folder(options.out, options.run), options.output, blind=not options.open)
    print(f"评审表：{options.output}")


def call_review_import(options: Namespace) -> None:
    from flows.review import import_sheets, run_folder

    outcome = import_sheets(options.sheets, run_folder(options.out, options.run), options.output)
    print(f"计入 {outcome.ballots} 份评审表，结果：{outcome.path}")
    for r in outcome.rejected:
        print(f"未计入　{r.source}　{r.location or ''}　{r.reason}。{r.remedy}", file=sys.stderr)


def add_edits(commands: Commands) -> None:
    parser = commands.add("edits", "收下分析人员在 roadmap.docx 中的修改，下次刷新时套用")
    parser.add_argument("source", type=Path, metavar="FILE", help="由某次运行的 roadmap.docx 改成的文件")
    parser.add_argument("--by", metavar="姓名", help="修改人（默认当前用户）")
    parser.add_argument("--out", type=Path, default=Path("outputs"), metavar="目录", help="运行所在的输出目录（默认 outputs）")
    parser.add_argument("--run", metavar="运行编号", help="文件出自哪一次运行（默认最近一次）")
    parser.set_defaults(call=call_edits)


def call_edits(options: Namespace) -> None:
    from flows.edited_draft import take_edits
    from flows.review import run_folder

    taken = take_edits(options.source, run_folder(options.out, options.run), options.out, who=options.by, on=date.today())
    print(f"收下 {len(taken.edits)} 处修改、{taken.renamed} 个主题改名，下次 luxiantu refresh 时生效")
    for r in taken.refused:
        print(f"未收　{r.location or ''}　{r.reason}。{r.remedy}", file=sys.stderr)


def add_schedule(commands: Commands) -> None:
    actions = commands.add("schedule", "计划任务：按设置每周刷新语料、每天接收材料").add_commands()
    actions.add("serve", "一直运行，到点执行（Ctrl+C 停止）").set_defaults(call=call_serve)
    actions.add("status", "上次、下次、失败及原因").set_defaults(call=call_status)


def call_serve(options: Namespace) -> None:
    from flows.schedule_serving import serve
    from flows.settings import read

    settings = read().schedule
    print(f"计划任务已启动：{settings.corpus} 刷新语料，{settings.intake} 接收材料（{settings.timezone}）；Ctrl+C 停止", flush=True)
    serve(settings)


def call_status(options: Namespace) -> None:
    from zoneinfo import ZoneInfo

    from flows.schedule import status
    from flows.settings import read, read_schedule

    settings = read_schedule()
    print("\n".join(status(settings, datetime.now(ZoneInfo(settings.timezone)))))
    read()  # settings that cannot be used are a reason why runs fail


def add_doctor(commands: Commands) -> None:
    parser = commands.add("doctor", "检查本机：版本、模型、设置、磁盘、权限、字体，并说明怎样处理")
    parser.add_argument("--out", type=Path, metavar="目录", help="输出目录（默认是设置中的 schedule.out）")
    parser.set_defaults(call=call_doctor)


def call_doctor(options: Namespace) -> None:
    from flows.doctor import examine
    from flows.settings import read_schedule
    from nlp.errors import LuxiantuError

    checks = list(examine(options.out or ROOT / read_schedule().out))
    marks = {"ok": "√", "warn": "！", "fail": "×"}  # signs that GBK has too
    for check in checks:
        print(f"{marks[check.state]} {check.name}　{check.detail}" + (f"　→ {check.remedy}" if check.remedy else ""))
    if broken := [c.name for c in checks if c.state == "fail"]:
        raise LuxiantuError("本机检查", f"{'、'.join(broken)}有问题", "请按上面的说明处理后再运行")


def add_models(commands: Commands) -> None:
    parser = commands.add("models", "构建、列出、校验本地模型")
    actions = parser.add_commands()
    build = actions.add("build", "由已安装或可下载的软件包构建一个模型")
    build.add_argument("name", metavar="NAME", help="models/ 下的目录名，如 e5-small-zh")
    build.add_argument("--data", type=Path, metavar="目录", help="重新训练时的标注目录（含 gold/ 与 data/）；随项目提供的权重不必重训")
    build.set_defaults(call=call_build)
    actions.add("list", "列出模型及其状态").set_defaults(call=call_list)
    verify = actions.add("verify", "核对模型文件与说明卡是否一致")
    verify.add_argument("name", nargs="?", metavar="NAME", help="不写则核对全部")
    verify.set_defaults(call=call_verify)


def call_build(options: Namespace) -> None:
    from flows.trained import build

    print(build(options.name, options.data, lambda text: print(text, file=sys.stderr)))


def call_list(options: Namespace) -> None:
    from flows import models

    for found in models.listing(ROOT):
        state = f"已构建，{found.megabytes:g} MB{f'，引擎 {found.engine}' if found.engine else ''}" if found.ready else f"未构建，请运行 luxiantu models build {found.name}"
        print(f"{found.name}　{found.title}（{found.licence}）　{state}")


def call_verify(options: Namespace) -> None:
    from flows import models

    for name in [options.name] if options.name else [found.name for found in models.listing(ROOT)]:
        models.verify(name, ROOT)
        print(f"{name}　完好")
