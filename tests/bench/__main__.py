"""All the measurements of running at any size, one after the other, and their table: `make bench`, or `python -m tests.bench [names]`.

    python -m tests.bench                      # every bench, about two hours on two cores; then the table
    python -m tests.bench embedding refresh    # these alone
    python -m tests.bench --table              # none; the table of what outputs/bench/ holds, also into README.md

Each bench is a process of its own and writes outputs/bench/<name>.json; what was not measured is said to be so, never left over from elsewhere.
Real texts where ../shared is there (refresh and corpus_scale need it), else our own.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.settings import ROOT
from flows.store import write_bytes

RESULTS = ROOT / "outputs" / "bench"
BEGIN, END = "<!-- 由 make bench 写入 -->", "<!-- make bench 到此 -->"
Found = Mapping[str, Any]  # a bench's JSON


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    bench: str
    measured: Callable[[Found], str]
    reach: str


def engine(found: Found, name: str) -> str:
    it = found["engines"].get(name)
    return f"{it['ratio']} 倍（{it['texts_a_second']} 段/秒），矩阵乘速率的 {it['gemm_share']:.0%}，余弦 ≥ {it['cosine_min']:.5f}" if it else "没有安装"


def refreshed(tier: str) -> Callable[[Found], str]:
    return lambda found: f"{found[tier]['times_faster']} 倍（{found['plain']:.0f} → {found[tier]['whole']:.0f} 秒）"


def share(tier: str) -> Callable[[Found], str]:
    return lambda found: f"{found[tier]['again_share']:.1%} / {found[tier]['more_share']:.0%}（{found[tier]['again']:.1f} / {found[tier]['more']:.0f} 秒）"


def scaled(found: Found) -> str:
    last = found["sizes"][-1]
    return f"{last['patents']:,} 件 {last['total']:.0f} 秒，主进程峰值 {last['peak_gb']} GB，指数 {found['exponent']}"


def scattered(found: Found) -> str:
    times = found["times_faster"]
    return f"dask {times['dask']} 倍，process {times['process']} 倍，散列{'全部相等' if found['equal'] else '不相等'}（{found['tier']} 档，{found['texts']:,} 条）"


def killed(found: Found) -> str:
    return f"{found['kills']} 次，残缺 {found['torn']}，重跑后相等 {found['equal']}"


TABLE = (
    Row("句向量对 sentence-transformers 默认（fp32），torch", "embedding", lambda f: engine(f, "torch bf16"), "3 倍"),
    Row("　　同上，OpenVINO", "embedding", lambda f: engine(f, "openvino bf16"), "4.5 倍；65 %；0.9999"),
    Row("　　同上，ONNX int8（没有 bfloat16 的处理器用）", "embedding", lambda f: engine(f, "onnx int8"), "—"),
    Row("2,000 件整次刷新对普通脚本，`fast` 档", "refresh", refreshed("fast"), "2 倍"),
    Row("　　同上，`full` 档", "refresh", refreshed("full"), "2 倍"),
    Row("什么都没变 / 多 5 % 再刷新，`fast` 档", "refresh", share("fast"), "5 % / 15 %"),
    Row("　　同上，`full` 档", "refresh", share("full"), "5 % / 15 %"),
    Row("专利从读取到归入主题", "corpus_scale", scaled, "100,000 件 600 秒，3 GB，1.05"),
    Row("两个工作进程对一个", "executors", scattered, "1.6 倍，散列相等"),
    Row("随机时刻 kill -9", "kills", killed, "100 次，0，100"),
)
# embedding and executors measure ratios of seconds: they come first, on the coolest machine
BENCHES = {"embedding": (), "executors": ("--tier", "full", "--encoder", "e5-small-zh"), "refresh": (), "corpus_scale": (), "draft_scale": (), "kills": ()}


def table() -> str:
    lines = ["| 项目 | 实测 | 目标 | 日期 |", "|---|---|---|---|"]
    for row in TABLE:
        path = RESULTS / f"{row.bench}.json"
        if not path.is_file():
            lines.append(f"| {row.what} | 未测 | {row.reach} | |")
            continue
        found = json.loads(path.read_text("utf-8"))
        lines.append(f"| {row.what} | {row.measured(found)} | {row.reach} | {found['at'][:10]} |")
    return "\n".join(lines)


def into(page: Path, text: str) -> None:
    """Raises ValueError where the page has no place for the table."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{page.name} 里没有“{BEGIN}”与“{END}”")
    write_bytes(f"{before}{BEGIN}\n{text}\n{END}{after}".encode(), page)


def run(name: str) -> bool:
    print(f"—— {name}（负载 {os.getloadavg()[0]:.1f}）", file=sys.stderr, flush=True)
    return subprocess.run([sys.executable, "-m", f"tests.bench.{name}", *BENCHES[name]], cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], default=[])
    parser.add_argument("--table", action="store_true")
    asked = parser.parse_args()
    failed = [name for name in ([] if asked.table else asked.names or BENCHES) if not run(name)]
    print(table())
    into(ROOT / "README.md", table())
    print("".join(f"{name} 没有测成\n" for name in failed), end="", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
