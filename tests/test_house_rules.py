"""The rules of the house that no tool checks: sizes, docstrings, reasons, addresses, and pins that fit."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES_OF_A_FILE = 420
MOST_LINES_OF_A_FUNCTION = 45

PACKAGE = sorted(
    path for folder in ("voicedesk", "builder") for path in (ROOT / folder).rglob("*.py")
)
MODULES = [
    *PACKAGE,
    *(
        path
        for folder in ("tests", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.stat().st_size
    ),
]

# Written in two halves each, so that this file does not break its own rule.
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry.npm" + "js.org",
    "deb.deb" + "ian.org",
    "archive.ub" + "untu.com",
]
HOME_PATH = re.compile(r"(?<![\w.$}~])/(?:home|Users|root)/[\w.-]+")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def tracked_files() -> Iterator[tuple[str, str]]:
    """Name and text of each text file under version control, or of all files in an unpacked archive."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if ".venv" not in str(path.relative_to(ROOT))]
    for path in paths:
        if path.is_file() and b"\0" not in (data := path.read_bytes()):
            yield name_of(path), data.decode("utf-8")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_files_stay_small() -> None:
    sizes = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in PACKAGE}
    assert {name: size for name, size in sizes.items() if size > MOST_LINES_OF_A_FILE} == {}


def test_functions_stay_small() -> None:
    sizes = {
        f"{name_of(path)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in PACKAGE
        for node in functions(path)
    }
    assert {name: size for name, size in sizes.items() if size > MOST_LINES_OF_A_FUNCTION} == {}


def test_every_module_says_what_it_is() -> None:
    assert [name_of(path) for path in MODULES if not ast.get_docstring(tree_of(path))] == []


def catches_everything(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    return bool(names & {"Exception", "BaseException"})


def passes_it_on(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))


def has_reason(path: Path, handler: ast.ExceptHandler) -> bool:
    lines = path.read_text("utf-8").splitlines()[handler.lineno - 1 : handler.body[0].lineno]
    return any(re.search(r"#.*[a-z]{3,} [a-z]", line) for line in lines)


def test_whoever_catches_everything_says_why() -> None:
    silent = [
        f"{name_of(path)}:{node.lineno}"
        for path in PACKAGE
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler)
        and catches_everything(node)
        and not passes_it_on(node)
        and not has_reason(path, node)
    ]
    assert silent == []


def test_no_dialog_runs_a_loop_of_its_own() -> None:
    """``exec()`` nests an event loop in which asyncio stands still: dialogs and menus use ``open()``, ``popup()``."""
    calls = [
        f"{name_of(path)}:{node.lineno}"
        for path in PACKAGE
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"exec", "exec_"}
    ]
    assert calls == []


def test_no_file_names_a_package_registry_or_a_home_folder() -> None:
    found = [
        f"{name}: {match}"
        for name, text in tracked_files()
        for match in [*HOME_PATH.findall(text), *(each for each in REGISTRIES if each in text)]
    ]
    assert found == []


def pins(name: str) -> dict[str, set[str]]:
    """Package name to its versions (several where they depend on the Python version)."""
    found: dict[str, set[str]] = {}
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    for package, version in re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==([^ ;\\]+)", text, re.MULTILINE):
        found.setdefault(canonicalize_name(package), set()).add(version)
    return found


@pytest.mark.parametrize(
    ("name", "groups", "extras"),
    [
        ("app", ["install"], ["hotkey"]),
        ("test", ["install", "test"], ["hotkey", "otel"]),
        ("check", ["install", "test", "check"], ["hotkey", "otel"]),
        ("build", ["install", "build"], ["hotkey"]),
    ],
)
def test_the_pins_fit_what_is_asked_for(name: str, groups: list[str], extras: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"]]
    wanted += [line for group in groups for line in project["dependency-groups"][group]]
    optional = project["project"]["optional-dependencies"]
    wanted += [line for extra in extras for line in optional[extra]]
    have = pins(name)
    for requirement in map(Requirement, wanted):
        versions = have.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement.name} is not pinned: run scripts/pin"
        for version in versions:
            assert requirement.specifier.contains(version), f"{requirement}: run scripts/pin"


def test_all_levels_pin_the_same_versions() -> None:
    app, test, check = pins("app"), pins("test"), pins("check")
    assert app.items() <= test.items() <= check.items()


def test_pins_have_hashes_and_no_addresses() -> None:
    lists = [*(ROOT / "requirements").glob("*.txt"), ROOT / "benchmarks/peers/requirements.txt"]
    for path in lists:
        text = path.read_text("utf-8")
        entries = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
        assert entries
        assert all("--hash=sha256:" in entry for entry in entries)
        assert "://" not in text
