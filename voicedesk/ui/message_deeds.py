"""What the user can do with messages: hear, ask again and delete them, and follow the links in them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from voicedesk.tools.links import web_address
from voicedesk.tools.tool import ToolError
from voicedesk.ui.confirmations import Confirmations
from voicedesk.ui.conversation_entries import Entry, Kind
from voicedesk.ui.message_bar import MessageAction
from voicedesk.ui.messages import Messages
from voicedesk.ui.ports import MessageRecall
from voicedesk.ui.transcript import Transcript

_LINK = "link of an answer"

OpenAddress = Callable[[QUrl], bool]


def _open(address: QUrl) -> bool:
    return QDesktopServices.openUrl(address)


class MessageDeeds(QObject):
    """Serves the transcript's buttons, menus and links."""

    def __init__(
        self,
        transcript: Transcript,
        confirmations: Confirmations,
        messages: Messages,
        recall: MessageRecall | None,
        *,
        open_address: OpenAddress = _open,
    ) -> None:
        """Take over the actions of the transcript.

        Args:
            transcript: Where the messages are.
            confirmations: Asks before a page is opened or a message deleted.
            messages: Tells what could not be done.
            recall: What the conversation can do; None for nothing but copying.
            open_address: Opens a web page.
        """
        super().__init__(transcript)
        self._transcript = transcript
        self._confirmations = confirmations
        self._messages = messages
        self._open_address = open_address
        transcript.link_wanted.connect(self._on_link)
        if recall is not None:
            self._offer(recall)

    def _offer(self, recall: MessageRecall) -> None:
        def is_take(entry: Entry) -> bool:
            return entry.kind is Kind.USER

        def question(entry: Entry) -> str:
            return self._transcript.log.question(entry.turn)

        self._transcript.set_actions(
            (
                MessageAction(
                    "play",
                    self.tr("Play Again"),
                    lambda entry: (
                        _is_message(entry) and recall.can_replay(entry.turn, take=is_take(entry))
                    ),
                    lambda entry: recall.replay(entry.turn, take=is_take(entry)),
                ),
                MessageAction(
                    "reset",
                    self.tr("Ask Again"),
                    lambda entry: (
                        _is_message(entry) and recall.can_ask_again(entry.turn, question(entry))
                    ),
                    lambda entry: recall.ask_again(entry.turn, question(entry)),
                ),
                MessageAction(
                    "delete",
                    self.tr("Delete"),
                    lambda entry: _is_message(entry) and recall.can_remove(entry.turn),
                    lambda entry: self._delete(recall, entry),
                ),
            )
        )

    def _delete(self, recall: MessageRecall, entry: Entry) -> None:
        is_whole = entry.kind is Kind.USER
        asked = (
            self.tr("Delete this question and its answer?")
            if is_whole
            else self.tr("Delete this answer?")
        )
        self._confirmations.put(
            asked,
            self._transcript.message_text(entry),
            lambda: recall.remove(entry.turn, whole=is_whole),
            yes=self.tr("&Delete"),
            no=self.tr("&Keep"),
        )

    def _on_link(self, link: str) -> None:
        """Nothing is opened before the user has seen where it leads."""
        try:
            address = web_address(link)
        except ToolError:
            self._messages.show_message(
                _LINK, self.tr("This link leads to no web page, so it is not opened.")
            )
            return
        self._messages.clear(_LINK)
        self._confirmations.put(
            self.tr("Open this page in the browser?"),
            address,
            lambda: self._follow(address),
            yes=self.tr("&Open"),
            no=self.tr("&Cancel"),
        )

    def _follow(self, address: str) -> None:
        if not self._open_address(QUrl(address)):
            self._messages.show_message(_LINK, self.tr("The page could not be opened."))


def _is_message(entry: Entry) -> bool:
    return entry.kind in {Kind.USER, Kind.REPLY}
