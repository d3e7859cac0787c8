"""The same partition on a disk and in an S3 store (moto's server on this machine)."""

import importlib.util
import os
import socket
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from flows import places
from flows.partitions import process_partition, row_of
from flows.scattering import encoded
from flows.stages import read_vectors
from nlp.errors import InvalidSetting
from tests.flows.partition_cases import jobs, quick, texts, write_texts

needs_s3 = pytest.mark.skipif(not all(importlib.util.find_spec(name) for name in ("s3fs", "moto")), reason="没有安装 s3fs（.[s3]）与 moto")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    _, port = server.get_host_and_port()
    for name, value in {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                        "AWS_DEFAULT_REGION": "us-east-1", "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    fresh = f"b{uuid.uuid4().hex}"  # moto keeps its buckets as long as the process lives
    s3fs.S3FileSystem().mkdir(fresh)
    yield f"s3://{fresh}/partitions"
    server.stop()
    s3fs.S3FileSystem.clear_instance_cache()


def test_a_folder(tmp_path: Path) -> None:
    place = places.join(str(tmp_path / "分片"), "a")
    places.write(b"1", place)
    assert places.read(place) == b"1" and not list(tmp_path.rglob("*.part"))
    places.remove(place)
    places.remove(place)
    with pytest.raises(FileNotFoundError):
        places.read(place)


def test_two_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    place, rounds = places.join(str(tmp_path), "a"), range(40)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: places.write(bytes([n]) * 50_000, place), rounds))
    assert places.read(place) in [bytes([n]) * 50_000 for n in rounds] and [p.name for p in tmp_path.iterdir()] == ["a"]


def test_only_what_is_a_week_old_is_swept(tmp_path: Path) -> None:
    for name in ("old", "new"):
        places.write(b"1", places.join(str(tmp_path), name))
    now = datetime.now(UTC)
    eight_days_ago = (now - timedelta(days=8)).timestamp()
    os.utime(tmp_path / "old", (eight_days_ago, eight_days_ago))
    assert places.sweep(str(tmp_path), now=now) == 1 and [p.name for p in tmp_path.iterdir()] == ["new"]
    assert places.sweep(str(tmp_path / "none"), now=now) == 0


@needs_s3
def test_a_store_is_swept(bucket: str) -> None:
    place = places.join(bucket, "a")
    places.write(b"1", place)
    assert places.sweep(bucket, now=datetime.now(UTC)) == 0 and places.read(place) == b"1"
    assert places.sweep(bucket, now=datetime.now(UTC) + timedelta(days=8)) == 1
    with pytest.raises(FileNotFoundError):
        places.read(place)


@needs_s3
def test_a_store(bucket: str) -> None:
    place = places.join(bucket, "a")
    places.write(b"1", place)
    assert place == f"{bucket}/a" and places.read(place) == b"1"
    places.remove(place)
    places.remove(place)
    with pytest.raises(FileNotFoundError):
        places.read(place)


@needs_s3
def test_a_partition_in_a_store_is_that_on_a_disk(bucket: str, tmp_path: Path) -> None:
    (local,) = jobs(tmp_path, n=20, size=20, stages=("embed",))
    wanted = process_partition(local.source, local.destination, local.parameters)
    source, destination = places.join(bucket, "t.texts"), places.join(bucket, "t.result")
    write_texts(texts(20), source)
    row = process_partition(source, destination, local.parameters)
    assert (row.sha256, row.source_sha256, row.rows) == (wanted.sha256, wanted.source_sha256, wanted.rows)
    assert process_partition(source, destination, local.parameters) == row
    right = places.read(destination)
    places.write(right[:-3], destination)
    process_partition(source, destination, local.parameters)
    assert places.read(destination) == right and len(read_vectors(destination)) == 20
    places.write(b"{", row_of(destination))
    assert process_partition(source, destination, local.parameters).sha256 == wanted.sha256


@needs_s3
@pytest.mark.parametrize("executor", ["serial", "process"])
def test_texts_go_through_a_store_and_nothing_stays(bucket: str, tmp_path: Path, executor: str) -> None:
    import s3fs

    some = [text for _, text in texts(30)]
    by_store = list(encoded(some, quick(store=bucket, partition=10, executor=executor, workers=2), tmp_path))
    np.testing.assert_array_equal(by_store, list(encoded(some, quick(), tmp_path)))
    assert s3fs.S3FileSystem(use_listings_cache=False).ls(bucket.split("/")[2], refresh=True) == [] and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("act", [lambda p: places.read(p), lambda p: places.write(b"1", p), lambda p: places.remove(p)], ids=["read", "write", "remove"])
def test_an_address_of_no_known_kind_is_a_setting_that_is_wrong(act: Callable[[str], object]) -> None:
    with pytest.raises(InvalidSetting, match="不认识的地址 s4://bucket/a"):
        act("s4://bucket/a")
    assert places.sweep("s4://bucket", now=datetime.now(UTC)) == 0


@needs_s3
def test_a_store_that_refuses_is_a_setting_that_is_wrong(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import s3fs

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        s3fs.S3FileSystem.clear_instance_cache()
        for act in (places.read, places.remove, lambda p: places.write(b"1", p)):
            with pytest.raises(InvalidSetting, match="不能读写") as caught:  # botocore's own error, which is no OSError
                act(f"{bucket}/a")
            assert "密钥" in caught.value.remedy
        assert places.sweep(bucket, now=datetime.now(UTC)) == 0


@needs_s3
def test_a_wrong_key_is_a_setting_that_is_wrong(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import s3fs
    from botocore.exceptions import ClientError

    def refused(*args: object, **kinds: object) -> None:
        raise ClientError({"Error": {"Code": "InvalidAccessKeyId", "Message": "The key does not exist"}}, "GetObject")

    def absent(*args: object, **kinds: object) -> None:
        raise FileNotFoundError(2, "The specified bucket does not exist")

    monkeypatch.setattr(s3fs.S3FileSystem, "open", refused)
    with pytest.raises(InvalidSetting, match="不能读写"):
        places.read(f"{bucket}/a")
    monkeypatch.setattr(s3fs.S3FileSystem, "open", absent)
    with pytest.raises(InvalidSetting, match="所在的桶或目录"):
        places.write(b"1", f"{bucket}/a")


def test_a_run_says_so_and_shows_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="不认识的地址"):
        list(encoded([text for _, text in texts(30)], quick(store="s4://bucket/x", partition=10), tmp_path))
