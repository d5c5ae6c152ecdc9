"""What the user can do with messages: hear, ask again, delete and put them back, and follow the links in them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices

from voicedesk.ui.confirmations import Confirmations
from voicedesk.ui.conversation_entries import Entry, Kind
from voicedesk.ui.message_bar import MessageAction
from voicedesk.ui.messages import Messages
from voicedesk.ui.ports import MessageRecall
from voicedesk.ui.transcript import Transcript
from voicedesk.ui.ways_back import WaysBack

_LINK = "link of an answer"

OpenAddress = Callable[[QUrl], bool]


def _open(address: QUrl) -> bool:
    return QDesktopServices.openUrl(address)


# These outlive the object that shows them: it is made anew with the window when the language changes.


def _may_it_be_opened() -> str:
    return QCoreApplication.translate("MessageDeeds", "Open this page in the browser?")


def _open_it() -> str:
    return QCoreApplication.translate("MessageDeeds", "&Open")


def _cancel() -> str:
    return QCoreApplication.translate("MessageDeeds", "&Cancel")


def _no_page() -> str:
    return QCoreApplication.translate(
        "MessageDeeds", "This link leads to no web page, so it is not opened."
    )


def _all_deleted() -> str:
    return QCoreApplication.translate("MessageDeeds", "The question and its answer were deleted.")


def _answer_deleted() -> str:
    return QCoreApplication.translate("MessageDeeds", "The answer was deleted.")


def _not_opened() -> str:
    return QCoreApplication.translate("MessageDeeds", "The page could not be opened.")


class MessageDeeds(QObject):
    """Serves the transcript's buttons, menus and links."""

    def __init__(
        self,
        transcript: Transcript,
        confirmations: Confirmations,
        messages: Messages,
        recall: MessageRecall | None,
        ways_back: WaysBack,
        *,
        open_address: OpenAddress = _open,
    ) -> None:
        """Take over the actions of the transcript.

        Args:
            transcript: Where the messages are.
            confirmations: Asks before a page is opened.
            messages: Tells what could not be done.
            recall: What the conversation can do; None for nothing but copying.
            ways_back: Offers to undo a deletion, and other ways to ask again.
            open_address: Opens a web page.
        """
        super().__init__(transcript)
        self._transcript = transcript
        self._confirmations = confirmations
        self._messages = messages
        self._ways_back = ways_back
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
                    "pipeline",
                    self.tr("Ask Again With…"),
                    lambda entry: (
                        self._ways_back.has_ways
                        and _is_message(entry)
                        and recall.can_ask_again(entry.turn, question(entry))
                    ),
                    lambda entry: self._ask_with(
                        entry, lambda: recall.ask_again(entry.turn, question(entry))
                    ),
                ),
                MessageAction(
                    "delete",
                    self.tr("Delete"),
                    lambda entry: _is_message(entry) and recall.can_remove(entry.turn),
                    lambda entry: self._delete(recall, entry),
                ),
            )
        )

    def _ask_with(self, entry: Entry, ask: Callable[[], None]) -> None:
        """Let the user choose who answers, beside the message."""
        view = self._transcript.viewport()
        menu = self._ways_back.way_menu(ask, self._transcript)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        bar = self._transcript.tools.bar
        area = self._transcript.tools.area_of(entry).toRect()
        menu.popup(
            view.mapToGlobal(bar.geometry().bottomLeft() if bar.isVisible() else area.center())
        )

    def _delete(self, recall: MessageRecall, entry: Entry) -> None:
        is_whole = entry.kind is Kind.USER
        self._ways_back.undo_bar.settle()  # what was deleted before is not to be put back any more
        recall.remove(entry.turn, whole=is_whole)
        sentence = _all_deleted if is_whole else _answer_deleted
        self._ways_back.undo_bar.offer(sentence, recall.put_back, recall.settle)

    def _on_link(self, link: str) -> None:
        """Nothing is opened before the user has seen where it leads."""
        from voicedesk.tools.links import web_address
        from voicedesk.tools.tool import ToolError

        try:
            address = web_address(link)
        except ToolError:
            self._messages.show_message(_LINK, _no_page)
            return
        self._messages.clear(_LINK)
        self._confirmations.put(
            _may_it_be_opened,
            address,
            lambda: self._follow(address),
            yes=_open_it,
            no=_cancel,
        )

    def _follow(self, address: str) -> None:
        if not self._open_address(QUrl(address)):
            self._messages.show_message(_LINK, _not_opened)


def _is_message(entry: Entry) -> bool:
    return entry.kind in {Kind.USER, Kind.REPLY}
