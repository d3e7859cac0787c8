"""[scale]: what is not installed, what does not answer, what cannot be written; against real sockets, folders and a local S3."""

import importlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.check_scale import executor, store
from flows.reach import place_of, reached
from flows.settings import ScaleSettings


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.mark.parametrize(("address", "place"), [
    ("tcp://10.0.0.5:8786", ("10.0.0.5", 8786)), ("10.0.0.5:99", ("10.0.0.5", 99)), ("tls://host", ("host", 8786)), ("http://h/api", ("h", 80)),
    ("postgresql+asyncpg://u:p@db/x", ("db", 5432)), ("tcp://[::1]:5", ("::1", 5))])
def test_host_and_port(address: str, place: tuple[str, int]) -> None:
    assert place_of(address) == place


@pytest.mark.parametrize("address", ["tcp://", "tcp://host:port", "ftp://host"])
def test_no_host_or_port(address: str) -> None:
    assert reached(address, seconds=1)


def test_what_is_used_and_what_is_not(listening: int) -> None:
    assert executor(ScaleSettings()).state == "ok"
    assert executor(ScaleSettings(executor="process")).state == "ok"
    assert executor(ScaleSettings(address="tcp://127.0.0.1:1")).state == "warn"  # written, but serial


def test_a_scheduler_that_answers_and_one_that_does_not(listening: int) -> None:
    pytest.importorskip("distributed")
    assert executor(ScaleSettings(executor="dask", address=f"tcp://127.0.0.1:{listening}")).state == "ok"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = executor(ScaleSettings(executor="dask", address=f"tcp://127.0.0.1:{free.getsockname()[1]}"))
    assert found.state == "fail" and "调度器" in found.detail and found.remedy


def test_dask_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", missing)
    found = executor(ScaleSettings(executor="dask"))
    assert found.state == "fail" and "pip install" in found.remedy


def test_a_folder_is_written_read_and_left_as_it_was(tmp_path: Path) -> None:
    assert store(ScaleSettings(store=str(tmp_path)), tmp_path / "out").state == "ok"
    assert store(ScaleSettings(), tmp_path / "out").state == "ok"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("place", "said"), [("/proc/nothing/here", "不能读写"), ("nosuch://bucket/x", "不认识的地址")])
def test_a_store_that_cannot_be_used(place: str, said: str, tmp_path: Path) -> None:
    found = store(ScaleSettings(store=place), tmp_path)
    assert found.state == "fail" and said in found.detail and found.remedy


def test_an_object_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("s3fs")
    moto = pytest.importorskip("moto.server")
    import boto3
    import fsspec

    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        address = "http://{}:{}".format(*server.get_host_and_port())
        for name, value in {"AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1"}.items():
            monkeypatch.setenv(name, value)
        fsspec.filesystem("s3").clear_instance_cache()
        boto3.client("s3").create_bucket(Bucket="there")
        assert store(ScaleSettings(store="s3://there/parts"), tmp_path).state == "ok"
        server.stop()
        fsspec.filesystem("s3").clear_instance_cache()
        gone = store(ScaleSettings(store="s3://there/parts"), tmp_path)
        assert gone.state == "fail" and "不能读写" in gone.detail  # botocore's own error, which is no OSError
    finally:
        server.stop()
        fsspec.filesystem("s3").clear_instance_cache()
