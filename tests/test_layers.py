"""The house rules of docs and DESIGN, enforced: imports one way, nlp/ pure, names, sizes."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = {"nlp": set(), "flows": {"nlp"}, "triage": {"nlp", "flows"}}
OURS = {"nlp", "flows", "triage"}
WORLD = {"os", "sys", "random", "time", "socket", "subprocess", "urllib", "http", "requests", "httpx", "aiohttp",
         "prefect", "fastapi", "sqlalchemy", "tempfile", "shutil", "getpass", "uuid", "secrets"}
ONE_HOME = {"bertopic": "nlp/topics/cluster.py", "python_calamine": "nlp/readers/xlsx.py", "xlsxwriter": "nlp/writers/xlsx.py",
            "transformers": "nlp/embed.py", "pdfplumber": "nlp/readers/pdf.py", "rapidocr": "nlp/readers/ocr.py", "opencc": "nlp/terms/canonical.py",
            "resvg_py": "nlp/writers/picture.py", "pptx": "nlp/writers/pptx.py", "openai": "flows/labeller.py",
            "openvino": "flows/openvino_engine.py", "onnxruntime": "flows/onnx_engine.py", "onnx": "flows/onnx_graph.py", "distributed": "flows/executors.py", "fsspec": "flows/places.py"}
FORBIDDEN_FILES = {"utils.py", "helpers.py", "common.py", "misc.py"}
FORBIDDEN_VARIABLES = {"nlp", "flow", "task", "model"}
FORBIDDEN_CLASS_ENDINGS = ("Manager", "Handler", "Processor", "Service")

SOURCES = sorted(p for layer in LAYERS for p in (ROOT / layer).rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(path: Path) -> set[str]:
    """Full dotted names of what a file imports, at any depth."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


def top(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_imports_point_one_way(path: Path) -> None:
    layer = relative(path).split("/")[0]
    assert (top(imports(path)) & OURS) - {layer} <= LAYERS[layer]


@pytest.mark.parametrize("path", [p for p in SOURCES if relative(p).startswith("nlp/")], ids=relative)
def test_nlp_does_not_touch_the_world(path: Path) -> None:
    assert top(imports(path)) & WORLD == set()


@pytest.mark.parametrize("path", [p for p in SOURCES if relative(p).startswith("nlp/")], ids=relative)
def test_nlp_asks_no_clock_and_no_unseeded_chance(path: Path) -> None:
    calls = {ast.unparse(n.func) for n in ast.walk(tree(path)) if isinstance(n, ast.Call)}
    assert calls & {"date.today", "datetime.now", "datetime.utcnow", "datetime.today", "open", "print", "input"} == set()
    unseeded = [n for n in ast.walk(tree(path)) if isinstance(n, ast.Call) and ast.unparse(n.func).endswith("default_rng") and not n.args]
    assert unseeded == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_heavy_dependency_has_one_home(path: Path) -> None:
    strays = {name for name in top(imports(path)) & set(ONE_HOME) if ONE_HOME[name] != relative(path)}
    assert strays == set()


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_names(path: Path) -> None:
    assert path.name not in FORBIDDEN_FILES
    classes = [n.name for n in ast.walk(tree(path)) if isinstance(n, ast.ClassDef)]
    assert [c for c in classes if c.endswith(FORBIDDEN_CLASS_ENDINGS)] == []
    assigned = {n.id for n in ast.walk(tree(path)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    arguments = {a.arg for n in ast.walk(tree(path)) if isinstance(n, ast.arguments) for a in [*n.args, *n.kwonlyargs]}
    assert (assigned | arguments) & FORBIDDEN_VARIABLES == set()


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_sizes(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300
    long = [f"{n.name} {n.end_lineno - n.lineno + 1}" for n in ast.walk(tree(path))
            if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and (n.end_lineno or 0) - n.lineno >= 60]
    assert long == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_no_catch_all_and_no_pickle(path: Path) -> None:
    bare = [n.lineno for n in ast.walk(tree(path)) if isinstance(n, ast.ExceptHandler)
            and (n.type is None or ast.unparse(n.type) in {"Exception", "BaseException"})]
    assert bare == []
    assert top(imports(path)) & {"pickle", "joblib", "dill", "cloudpickle", "shelve"} == set()


@pytest.mark.parametrize("package", [p.parent for p in SOURCES if p.name == "__init__.py"], ids=relative)
def test_public_surface_is_declared_and_true(package: Path) -> None:
    module = __import__(relative(package).replace("/", "."), fromlist=["__all__"])
    missing = [name for name in getattr(module, "__all__", []) if not hasattr(module, name)]
    assert missing == []
    assert hasattr(module, "__all__") or not (package / "__init__.py").read_text("utf-8").strip()
