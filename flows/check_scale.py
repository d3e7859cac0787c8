"""[scale] of the settings: can the executor be had, does the scheduler answer, can the partitions' store be read and written."""

import importlib
import secrets
from pathlib import Path

from flows import places
from flows.check import Caught, Check
from flows.reach import reached
from flows.settings import ScaleSettings
from nlp.errors import LuxiantuError

__all__ = ["executor", "store"]

PATIENCE = 2.0  # seconds


def executor(scale: ScaleSettings) -> Check:
    if scale.executor != "dask":
        idle = "；address 已填写，但只有 executor = \"dask\" 时才会用到" if scale.address else ""
        return Check(name="计算方式", state="warn" if idle else "ok", detail=f"{scale.executor}{idle}",
                     remedy="请改 [scale] executor，或清空 address" if idle else "")
    try:
        importlib.import_module("distributed")
    except ImportError as error:
        return Check(name="计算方式", state="fail", detail=f"executor = \"dask\"，但 dask 不能使用（{error}）",
                     remedy="请运行 pip install -e '.[dask]'，或将 [scale] executor 改为 serial、process")
    if scale.address and (why := reached(scale.address, seconds=PATIENCE)):
        return Check(name="计算方式", state="fail", detail=f"连不上 Dask 调度器 {scale.address}：{why}",
                     remedy="请启动调度器，或清空 [scale] address 改用本机")
    return Check(name="计算方式", state="ok", detail=f"dask，{f'调度器 {scale.address} 有应答' if scale.address else '在本机启动'}")


def store(scale: ScaleSettings, out: Path) -> Check:
    """By writing a file, reading it back and removing it: permissions on paper, and of object stores, say less."""
    place = scale.store or str(nearest(out))
    name = f"分片目录 {scale.store}" if scale.store else "分片目录（输出目录内）"
    probe, data = places.join(place, f".doctor-{secrets.token_hex(6)}"), secrets.token_bytes(64)
    same = False
    with Caught() as caught:
        places.write(data, probe)
        same = places.read(probe) == data
        places.remove(probe)
    if caught.error is not None:
        return refused(name, caught.error)
    if not same:
        return Check(name=name, state="fail", detail="读回的与写入的不同", remedy="请检查该存储")
    return Check(name=name, state="ok", detail="可以读写")


def refused(name: str, error: BaseException) -> Check:
    if isinstance(error, LuxiantuError):
        return Check(name=name, state="fail", detail=error.reason, remedy=error.remedy)
    said = error.strerror if isinstance(error, OSError) and error.strerror else error
    return Check(name=name, state="fail", detail=f"不能读写（{type(error).__name__}：{said}）", remedy="请检查地址、权限与密钥，或清空 [scale] store")


def nearest(folder: Path) -> Path:
    """The folder itself, or what exists above it: an examination makes no folders."""
    return next(p for p in (folder.resolve(), *folder.resolve().parents) if p.exists())
