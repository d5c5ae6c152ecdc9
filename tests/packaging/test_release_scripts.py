"""The scripts that a release calls on each of its systems."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WINDOWS = "MINGW64_NT-10.0-20348"
FAKE_UV = """\
#!/bin/bash
while [[ $# -gt 0 ]]; do
    [[ $1 == --output-file ]] && printf 'one==1\\n' >"$2" && echo "$2" >>"$CALLS"
    shift
done
"""


def put_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="plays Windows on another system")
@pytest.mark.parametrize(("system", "folder"), [(WINDOWS, "Scripts"), ("Linux", "bin")])
def test_pins_are_written_by_the_tool_where_the_system_keeps_it(
    tmp_path: Path, system: str, folder: str
) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "scripts", tree / "scripts")
    for name in ("requirements", "benchmarks/peers"):
        (tree / name).mkdir(parents=True)
    put_program(tree / ".venv-tools" / folder / "uv", FAKE_UV)
    put_program(tmp_path / "fakes" / "uname", f"#!/bin/bash\necho {system}\n")
    calls = tmp_path / "calls"
    done = subprocess.run(
        [str(tree / "scripts" / "pin")],
        env={
            "PATH": f"{tmp_path / 'fakes'}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "CALLS": str(calls),
        },
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    assert "requirements/app.txt: 1 packages" in done.stdout
    assert "requirements/build.txt" in calls.read_text("utf-8").splitlines()


def test_every_script_is_checked() -> None:
    lines = (ROOT / "scripts" / "check").read_text("utf-8").splitlines()
    checked = next(line for line in lines if line.startswith("check shell bash -n ")).split()[4:]
    scripts = {f"scripts/{path.name}" for path in (ROOT / "scripts").iterdir() if path.is_file()}
    assert set(checked) == scripts | {".ci/run"}


def test_the_release_tries_what_it_has_built() -> None:
    steps = (ROOT / ".github/workflows/release.yml").read_text("utf-8")
    build, trial, handed = (
        steps.index(step)
        for step in (
            "run: scripts/build\n",
            "run: scripts/test tests/packaging\n",
            "actions/upload-artifact",
        )
    )
    assert build < trial < handed
