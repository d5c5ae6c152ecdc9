"""What the package is measured beside: a source that has the same chances."""

from benchmarks import package


def test_the_source_may_keep_what_it_compiles() -> None:
    outside = {"PYTHONDONTWRITEBYTECODE": "1", "QT_QPA_PLATFORM": "offscreen", "PATH": "/bin"}
    assert package._environment(outside, "/home", ":7") == {
        "PATH": "/bin",
        "VOICEDESK_HOME": "/home",
        "DISPLAY": ":7",
        "PYTHONPATH": str(package.ROOT),
    }
