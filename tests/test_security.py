"""Nothing that turns data into running code: no pickle, joblib, torch.load, eval, yaml.load, no shell; and no address but this machine's."""

import ast
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted([ROOT / "bootstrap.py", *(p for layer in ("nlp", "flows", "triage") for p in (ROOT / layer).rglob("*.py"))])
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
CALLS = {"eval", "exec", "__import__", "torch.load", "yaml.load", "yaml.unsafe_load", "os.system", "os.popen", "np.loads", "pd.read_pickle"}
ARGUMENTS = {"shell", "allow_pickle"}  # never true, nor decided at run time


def dangers(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.split(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            yield str(node.module)
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in CALLS or name.endswith((".to_pickle", ".read_pickle")):
                yield name
            yield from (f"{name}({k.arg})" for k in node.keywords if k.arg in ARGUMENTS and ast.unparse(k.value) != "False")


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_data_become_code(path: Path) -> None:
    assert list(dangers(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(("source", "found"), [
    ("import pickle", ["pickle"]),
    ("from joblib import load", ["joblib"]),
    ("x = torch.load(p)", ["torch.load"]),
    ("eval('1')", ["eval"]),
    ("network.eval()", []),
    ("yaml.safe_load(t)", []),
    ("yaml.load(t)", ["yaml.load"]),
    ("subprocess.run(c, shell=flag)", ["subprocess.run(shell)"]),
    ("np.load(f, allow_pickle=False)", []),
    ("np.load(f, allow_pickle=True)", ["np.load(allow_pickle)"]),
    ("frame.to_pickle(p)", ["frame.to_pickle"]),
])
def test_the_test_sees_them(source: str, found: list[str]) -> None:
    assert list(dangers(source)) == found


# Who may open a connection, and to what: each takes its address from the settings, a command's argument, or is on the loopback address.
CONNECTING = {"urllib", "http", "socket", "ftplib", "smtplib", "requests", "httpx", "aiohttp", "websockets", "huggingface_hub", "openai", "apprise"}
ALLOWED = {"flows/labeller.py": {"openai"},  # off unless the settings name an endpoint
           "flows/reach.py": {"socket"},  # `doctor`: whether addresses of the settings and the environment answer
           "flows/schedule.py": {"apprise"},  # addresses of the settings
           "flows/schedule_serving.py": {"urllib"},  # our own Prefect server, 127.0.0.1
           "flows/models.py": {"huggingface_hub"}}  # a person's `models build` of a model that is not bundled
NAMESPACES = {"www.w3.org", "schemas.openxmlformats.org", "schemas.microsoft.com", "purl.oclc.org"}  # names in XML, never asked
LOCAL = {"127.0.0.1", "localhost", "::1"}


def connecting(source: str) -> set[str]:
    names = {a.name for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ImportFrom) and n.module}
    return {n.split(".")[0] for n in names if n not in {"urllib.parse", "urllib.error", "http"}} & CONNECTING


def addresses(source: str) -> set[str]:
    """Hosts of the http(s) addresses that stand in literals; "" where the host itself is computed."""
    constants = (n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant) and isinstance(n.value, str | bytes))
    texts = (c.decode("latin-1") if isinstance(c, bytes) else c for c in constants)
    return {urlsplit(t.strip("{")).hostname or "" for t in texts if t.strip("{").startswith(("http://", "https://")) and "\n" not in t}


@pytest.mark.parametrize("path", SOURCES[1:], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_nothing_connects_but_what_may_and_to_here(path: Path) -> None:
    source = path.read_text("utf-8")
    assert connecting(source) <= ALLOWED.get(path.relative_to(ROOT).as_posix(), set())
    assert addresses(source) - NAMESPACES - LOCAL - {""} == set()


def test_a_connection_and_an_address_are_seen() -> None:
    source = "import urllib.request\nfrom urllib.parse import quote\nfrom requests import get\nget('https://elsewhere.example/x')\nget('http://127.0.0.1:1')"
    assert (connecting(source), addresses(source)) == ({"urllib", "requests"}, {"elsewhere.example", "127.0.0.1"})
