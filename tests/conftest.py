"""What holds for every test: no screen, no sound card, no network, no keychain, nothing left behind.

A test that needs sound asks for the fixture `pulse` (`tests.support.pulse.VirtualSound`) and carries the mark
``sound``. A test in which a warning is logged on purpose says so with ``expected_log("part of its text")``.
"""

import gc
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

# Before anything of ours, Qt, keyring or PortAudio is imported: they read these once.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
os.environ["ALSA_CONFIG_PATH"] = str(Path(__file__).parent / "support" / "no-sound-cards.conf")
os.environ["JACK_NO_START_SERVER"] = "1"
for _name in list(os.environ):
    if _name.startswith(("OPENAI_", "VOICEDESK_")) or _name.lower().endswith("_proxy"):
        del os.environ[_name]

import pytest  # noqa: E402 - after the environment, see above
from hypothesis import settings  # noqa: E402 - after the environment, see above

from tests.support import leaks  # noqa: E402 - after the environment, see above
from tests.support.logs import LogGuard  # noqa: E402 - after the environment, see above
from tests.support.network import NetworkGuard  # noqa: E402 - after the environment, see above
from tests.support.pulse import VirtualSound, missing_programs  # noqa: E402 - see above
from voicedesk.core.redaction import redactor  # noqa: E402 - see above

ExpectLog = Callable[..., None]

settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

leaks.install()

# Python 3.11 collects garbage wherever memory is asked for, within the destructor of a Qt object too, which holds a lock
# that the next destructor wants: the process stands still for ever. Here it is collected between tests alone, as in the
# application it is between events alone.
gc.disable()
_tests_run = itertools.count()
_WHOLE_COLLECTION_EVERY = 200  # it takes seconds; what a test leaves is young and collected at once

_exit_status = pytest.StashKey[int]()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep the status for the very end."""
    session.config.stash[_exit_status] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End the process here, without tearing the interpreter down.

    After a thousand tests in one process nobody orders the end of what Qt, PortAudio and Python still hold of each
    other, and Qt's destructors then run without an application. How VoiceDesk itself ends is tested in processes of
    its own, whose exit status counts.
    """
    status = config.stash.get(_exit_status, None)
    if status is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


@pytest.fixture(autouse=True)
def _garbage() -> Iterator[None]:
    """Collects what a test leaves, and now and then what all have left.

    What is left after that is put aside: an application in a test collects its oldest generation too, and would stand
    still for seconds, in the middle of a take, if that held all that thousands of tests have made.
    """
    gc.disable()
    if next(_tests_run) % _WHOLE_COLLECTION_EVERY == 0:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
    yield
    gc.disable()
    gc.collect(1)


@pytest.fixture(autouse=True)
def _nothing_left_behind(_garbage: None) -> Iterator[None]:
    """Fails a test that leaves a thread, an asyncio task or a child process behind."""
    check = leaks.LeakCheck()
    yield
    if found := check.leaks():
        pytest.fail("left behind:\n  " + "\n  ".join(found), pytrace=False)


@pytest.fixture(autouse=True)
def expected_log(_nothing_left_behind: None) -> Iterator[ExpectLog]:
    """``expected_log(pattern, level=None)``: a warning with this text is right, and must come.

    Any other warning or error of ours or of asyncio fails the test.
    """
    guard = LogGuard()
    with guard.installed():
        yield guard.expect
    if found := guard.complaints():
        pytest.fail("\n".join(found), pytrace=False)


@pytest.fixture(autouse=True)
def _loopback_only(_nothing_left_behind: None) -> Iterator[None]:
    """Refuses connections to other machines, and fails the test that tried."""
    guard = NetworkGuard()
    with guard.installed():
        yield
    if guard.attempts:
        pytest.fail("tests use loopback only: " + "; ".join(guard.attempts), pytrace=False)


@pytest.fixture(autouse=True)
def voicedesk_home(_nothing_left_behind: None, tmp_path: Path) -> Iterator[Path]:
    """The folder of settings, takes and logs of this test, fresh and empty, as VOICEDESK_HOME."""
    home = tmp_path / "voicedesk-home"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOICEDESK_HOME", str(home))
        yield home


@pytest.fixture(autouse=True)
def _no_secrets_of_other_tests() -> Iterator[None]:
    """What this test hides is hidden in it alone: a part of another's key would be taken out of its texts first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redactor, "_known", redactor._known)  # put back after the test
        yield


@pytest.fixture(scope="session")
def _sound_server() -> Iterator[VirtualSound]:
    """One private PulseAudio for all tests that need sound."""
    if missing := missing_programs():
        reason = f"sound tests need {', '.join(missing)}: scripts/test installs them"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with VirtualSound() as sound:
        leaks.tolerate_process(sound.pid)
        yield sound


@pytest.fixture
def pulse(_sound_server: VirtualSound) -> Iterator[VirtualSound]:
    """The virtual speaker and microphone, plugged in and quiet; PortAudio's default devices.

    Close your streams and wait for your players: nothing of a test may sound on.
    """
    # What other tests left is put aside: while an application in the test collects it, no callback of the sound runs.
    gc.collect()
    gc.freeze()
    _sound_server.reset()
    yield _sound_server
    _sound_server.reset()
