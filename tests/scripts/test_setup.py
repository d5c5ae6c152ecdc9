"""The start of a fresh tree, with an interpreter and a package manager that only write down what they are told."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the scripts install on Linux")

FAKE_PYTHON = """\
#!/bin/bash
case "$*" in
"-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && echo "version = $FAKE_VERSION.1" >"$3/pyvenv.cfg" ;;
"-m pip --version") exit 0 ;;
"-m pip install"*) echo "pip $*" >>"$CALLS" && exit "${PIP_STATUS:-0}" ;;
*print*version_info*) echo "$FAKE_VERSION" ;;
*base_prefix*) echo "$FAKE_BASE" ;;
*version_info*) [[ $FAKE_VERSION != 3.9 ]] ;;
"-P -m voicedesk"*) echo "started in $PWD:${*:4}" ;;
esac
"""
FAKE_DPKG_QUERY = """\
#!/bin/bash
echo "dpkg-query" >>"$CALLS"
for name in "${@:3}"; do
    [[ " $ABSENT " == *" $name "* ]] || printf 'ii %s\\n' "$name"
done
[[ -z $ABSENT ]]
"""
FAKE_APT_GET = '#!/bin/bash\necho "apt-get $*" >>"$CALLS"\nexit "${APT_STATUS:-0}"\n'
FAKE_APT_CACHE = """\
#!/bin/bash
[[ $2 == *t64 ]] && echo "  Candidate: (none)" || echo "  Candidate: 1.0"
"""
FAKE_SUDO = "#!/bin/bash\nexit 1\n"
FAKE_ID = '#!/bin/bash\necho "${FAKE_UID:-1000}"\n'


@dataclass
class Tree:
    """A copy of the scripts with stand-ins for everything that they call."""

    path: Path
    variables: dict[str, str]

    def run(self, *arguments: str, cwd: Path | None = None, **variables: str) -> "Outcome":
        result = subprocess.run(
            [str(self.path / "scripts" / "run"), *arguments],
            cwd=cwd or self.path,
            env={**self.variables, **variables},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        calls = Path(self.variables["CALLS"])
        lines = calls.read_text().splitlines()
        calls.write_text("")
        return Outcome(result.returncode, result.stdout, result.stderr, lines)


@dataclass
class Outcome:
    """What a start did: its exit status, what it said, and what it had others do."""

    status: int
    out: str
    said: str
    calls: list[str]

    def installs(self) -> int:
        return sum("--require-hashes" in call for call in self.calls)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    path, tools = tmp_path / "a tree", tmp_path / "tools"
    (path / "requirements").mkdir(parents=True)
    (path / "requirements" / "app.txt").write_text("numpy==2.4.6\n")
    (path / "pyproject.toml").write_text('[project]\nname = "voicedesk"\n[tool.ruff]\nx = 1\n')
    shutil.copytree(ROOT / "scripts", path / "scripts")
    tools.mkdir()
    stand_ins = {
        "python3": FAKE_PYTHON,
        "dpkg-query": FAKE_DPKG_QUERY,
        "apt-get": FAKE_APT_GET,
        "apt-cache": FAKE_APT_CACHE,
        "sudo": FAKE_SUDO,
        "id": FAKE_ID,
    }
    for name, text in stand_ins.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    (tmp_path / "home" / ".fonts").mkdir(parents=True)
    (tmp_path / "home" / ".fonts" / "one.ttf").touch()
    (tmp_path / "calls").touch()
    return Tree(
        path,
        {
            "PATH": f"{tools}:/usr/bin:/bin",
            "HOME": str(tmp_path / "home"),
            "TMPDIR": str(tmp_path),
            "CALLS": str(tmp_path / "calls"),
            "FAKE_VERSION": "3.11",
            "FAKE_BASE": "one",
            "ABSENT": "",
        },
    )


def test_the_first_start_installs_and_the_second_only_starts(tree: Tree, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    first = tree.run("ask", "a file.wav", cwd=elsewhere)
    assert first.status == 0
    assert first.out == f"started in {elsewhere}:ask a file.wav\n"
    assert first.installs() == 1
    assert "400 MB, once" in first.said
    assert any("--no-deps --no-build-isolation --editable" in call for call in first.calls)
    second = tree.run("ask", "a file.wav", cwd=elsewhere)
    assert (second.out, second.said, second.calls) == (first.out, "", [])


def test_it_is_found_through_a_link(tree: Tree, tmp_path: Path) -> None:
    link = tmp_path / "voicedesk"
    link.symlink_to(tree.path / "scripts" / "run")
    done = subprocess.run(
        [str(link)], env=tree.variables, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("started in")
    assert (tree.path / ".venv" / "voicedesk-app").exists()


def test_an_install_that_failed_is_told_and_done_again(tree: Tree) -> None:
    failed = tree.run(PIP_STATUS="1")
    assert failed.status == 1
    assert failed.out == ""
    assert "safe to start again" in failed.said
    again = tree.run()
    assert (again.status, again.installs()) == (0, 1)


def test_other_requirements_are_installed_and_other_settings_are_not(tree: Tree) -> None:
    tree.run()
    project = tree.path / "pyproject.toml"
    project.write_text(project.read_text().replace("x = 1", "x = 2"))
    assert tree.run().installs() == 0
    (tree.path / "requirements" / "app.txt").write_text("numpy==2.5.5\n")
    changed = tree.run()
    assert changed.installs() == 1
    assert "up to date" in changed.said
    project.write_text(project.read_text().replace("voicedesk", "voicedesk2"))
    assert tree.run().installs() == 1


def test_a_tree_that_was_moved_is_noticed(tree: Tree, tmp_path: Path) -> None:
    tree.run()
    moved = Tree(tree.path.rename(tmp_path / "moved"), tree.variables)
    outcome = moved.run()
    assert (outcome.status, outcome.installs()) == (0, 1)
    assert "made in another place" in outcome.said


def test_an_environment_without_its_python_is_made_anew(tree: Tree) -> None:
    tree.run()
    (tree.path / ".venv" / "bin" / "python").unlink()
    outcome = tree.run()
    assert (outcome.status, outcome.installs()) == (0, 1)


def test_another_version_of_python_has_an_environment_of_its_own(tree: Tree) -> None:
    tree.run()
    other = Tree(tree.path, {**tree.variables, "FAKE_VERSION": "3.13", "FAKE_BASE": "two"})
    assert other.run(PYTHON="python3").installs() == 1
    assert (tree.path / ".venv-3.13").is_dir()
    assert other.run(PYTHON="python3").installs() == 0
    assert tree.run().installs() == 0


def test_an_unsuitable_python_is_refused(tree: Tree) -> None:
    outcome = tree.run(PYTHON="python3", FAKE_VERSION="3.9")
    assert outcome.status == 1
    assert "not Python 3.11 or newer" in outcome.said
    assert outcome.calls == []


def test_a_folder_with_other_things_is_left_alone(tree: Tree, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "letter").touch()
    outcome = tree.run(VOICEDESK_VENV=str(folder))
    assert outcome.status == 1
    assert "not touched" in outcome.said
    assert [path.name for path in folder.iterdir()] == ["letter"]


def test_without_rights_a_vital_library_stops_it_with_the_command(tree: Tree) -> None:
    outcome = tree.run(ABSENT="libegl1 libglib2.0-0 libglib2.0-0t64")
    assert outcome.status == 1
    assert "cannot open a window" in outcome.said
    assert "sudo apt-get install libegl1 libglib2.0-0 \n" in outcome.said
    assert outcome.installs() == 0


def test_without_rights_it_goes_on_without_sound_and_says_so_each_time(tree: Tree) -> None:
    for _ in range(2):
        outcome = tree.run(ABSENT="libportaudio2")
        assert outcome.status == 0
        assert "without all of its sound" in outcome.said
        assert "sudo apt-get install libportaudio2" in outcome.said
    assert tree.run().said == ""


def test_a_renamed_library_is_recognised(tree: Tree) -> None:
    assert tree.run(ABSENT="libglib2.0-0").said.startswith("Installing dependencies")


def test_as_root_missing_libraries_are_installed_and_nothing_is_removed(tree: Tree) -> None:
    outcome = tree.run(ABSENT="libportaudio2 espeak-ng", FAKE_UID="0")
    install, *_ = (call for call in outcome.calls if "apt-get install" in call)
    assert install.endswith("libportaudio2 espeak-ng")
    assert "--no-remove" in install
    assert "Installing missing system libraries (once): libportaudio2 espeak-ng" in outcome.said


def test_an_unknown_package_is_looked_for_in_fresh_lists(tree: Tree) -> None:
    outcome = tree.run(ABSENT="libportaudio2", FAKE_UID="0", APT_STATUS="100")
    assert any("apt-get update" in call for call in outcome.calls)
    assert outcome.status == 0
    assert "without all of its sound" in outcome.said


def test_nothing_is_left_in_the_temporary_folder(tree: Tree, tmp_path: Path) -> None:
    tree.run(ABSENT="libportaudio2", FAKE_UID="0", APT_STATUS="100")
    tree.run(PIP_STATUS="1")
    assert list(tmp_path.glob("voicedesk-setup*")) == []


def test_the_scripts_can_be_started(tmp_path: Path) -> None:
    scripts = [path for path in (ROOT / "scripts").iterdir() if path.suffix != ".sh"]
    assert {"run", "test", "check", "bench", "pin"} <= {path.name for path in scripts}
    assert all(os.access(path, os.X_OK) for path in [*scripts, ROOT / ".ci" / "run"])
