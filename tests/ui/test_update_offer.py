"""The window tells of a newer version, and opens its page on a click alone."""

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from voicedesk.ui.messages import Message, Messages
from voicedesk.ui.update_offer import tell_broken_list, tell_release
from voicedesk.updates import Release


@pytest.fixture
def messages(qtbot: QtBot) -> Messages:
    messages = Messages()
    qtbot.addWidget(messages)
    return messages


def test_a_release_is_told_and_its_page_opens_on_a_click(
    messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def note(url: QUrl) -> bool:
        opened.append(url.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", note)
    tell_release(messages, Release("9.9", "https://releases.test/9.9"))
    (sentence,) = messages.sentences
    assert "9.9" in sentence
    assert "https://releases.test/9.9" in sentence
    assert opened == []
    messages.findChildren(Message)[0].action_wanted.emit()
    assert opened == ["https://releases.test/9.9"]


def test_a_broken_list_leads_to_the_settings(messages: Messages) -> None:
    wanted: list[str] = []
    messages.settings_wanted.connect(wanted.append)
    tell_broken_list(messages)
    messages.findChildren(Message)[0].action_wanted.emit()
    assert wanted == ["privacy"]
