"""The window: one thing to press, one place to read, one line of truth about time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from voicedesk.conversation.control import TalkControl
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import (
    DataEvent,
    Event,
    Hint,
    HintKind,
    Link,
    LinkChanged,
    Progress,
    Sounded,
    SoundTrouble,
    StateChanged,
    StoreTrouble,
    TurnFailed,
    TurnTimed,
    Waiting,
)
from voicedesk.core.settings import Settings
from voicedesk.core.turn import State
from voicedesk.ui import ports
from voicedesk.ui.announce import announce
from voicedesk.ui.confirmations import Confirmations
from voicedesk.ui.header import Header
from voicedesk.ui.icons import application_icon, em
from voicedesk.ui.latency_access import LatencyAccess
from voicedesk.ui.latency_strip import LatencyStrip
from voicedesk.ui.level_meter import LevelMeter
from voicedesk.ui.lit_words import LitWords
from voicedesk.ui.main_menu import discard, make_menu, own_actions, take_out
from voicedesk.ui.message_deeds import MessageDeeds
from voicedesk.ui.messages import Messages
from voicedesk.ui.next_try import NextTry
from voicedesk.ui.question_field import QuestionField
from voicedesk.ui.roomy import RoomyWidget, set_least
from voicedesk.ui.settings_values import with_value
from voicedesk.ui.status import Status, status_of, status_word, turn_status
from voicedesk.ui.talk_button import TalkButton
from voicedesk.ui.talk_input import TalkInput
from voicedesk.ui.talk_key_names import use_talk_key
from voicedesk.ui.transcript import Transcript
from voicedesk.ui.ways_back import Another, WaysBack
from voicedesk.ui.widgets import Hairline, tab_through
from voicedesk.ui.wording import error_sentence, hint_sentence, wait_sentence

if TYPE_CHECKING:  # the window paints before its dialogs are loaded
    from voicedesk.conversation.figures.turns import Figures
    from voicedesk.ui.settings_dialog import SettingsDialog
    from voicedesk.ui.shortcuts_dialog import ShortcutsDialog

_LINK = "link"
_SOUND = "sound"
_STORE = "history"


class MainWindow(QMainWindow):
    """The main window. It shows the control's events and passes on what the user does.

    Signals:
        closed: The window was closed by the user; nothing is pressed any more.
        history_wanted: The user wants to see earlier conversations.
        new_wanted: The user wants to begin a new conversation.
        unanswered_wanted: The user wants to see the takes that were not answered.
        first_run_wanted: The user wants to go through the first run again.
        rebuilt: All parts but ``messages`` and ``confirmations`` are new ones.
    """

    closed = Signal()
    history_wanted = Signal()
    new_wanted = Signal()
    unanswered_wanted = Signal()
    first_run_wanted = Signal()
    rebuilt = Signal()

    def __init__(
        self,
        control: TalkControl,
        settings: Settings,
        *,
        keys: ports.KeyStore,
        devices: ports.DeviceLister,
        changed: ports.SettingsChanged,
        sound: ports.SoundTester | None = None,
        recall: ports.MessageRecall | None = None,
        figures: Figures | None = None,
        tries: ports.SecondTries | None = None,
    ) -> None:
        """``changed`` is called with new settings when the user changed one; the window shows them itself."""
        super().__init__()
        self._control, self._settings = control, settings
        self._keys, self._devices, self._changed, self._sound = keys, devices, changed, sound
        self._status: Status | None = None
        self._last_failure, self._is_closed = "", False
        self._dialog: SettingsDialog | None = None
        self._shortcuts: ShortcutsDialog | None = None
        self.setWindowTitle(QCoreApplication.translate("MainWindow", "VoiceDesk"))
        self.setWindowIcon(application_icon())
        self._recall, self._figures, self._tries = recall, figures, tries
        self.messages = Messages(self)
        self.messages.settings_wanted.connect(self.open_settings)
        self.confirmations = Confirmations(self)
        self._next_try = NextTry(self._tell_link, self)
        self._furnish()
        self.resize(58 * em(self), 44 * em(self))
        self.talk_button.setFocus()
        self._stop_observing = control.observe(self.on_event)

    # ------------------------------------------------------------------------------ building

    def _furnish(self) -> None:
        """Make all that speaks a language; messages and questions to the user outlive it."""
        self._build()
        MessageDeeds(
            *(self.transcript, self.confirmations, self.messages, self._recall, self.ways_back)
        )
        self.latency = LatencyAccess(self._control, self.strip, self.transcript, self._figures)
        self.latency.settings_wanted.connect(self.open_settings)
        self._build_menu()
        self.talk_input = TalkInput(self._control, self, self.talk_button, self._settings.talk)
        self.talk_input.changed.connect(self._show_status)
        self.talk_input.cap_reached.connect(self._on_cap)
        self.talk_input.escaped.connect(self._leave_question)
        self.show_settings(self._settings)
        self._show_status()

    def _build(self) -> None:
        unit = em(self)
        self.header = Header(self)
        self._next_try.show_in(self.header.status)
        self.transcript = Transcript(self)
        another = Another(self._tries, lambda: self._settings, self._keys)
        self.ways_back = WaysBack(self._control, self.transcript, self._recall, another, self)
        self.ways_back.unanswered.triggered.connect(self.unanswered_wanted)
        self.retry_bar = self.ways_back.retry_bar
        self._lit_words = LitWords(self._control, self.transcript)
        self.strip = LatencyStrip(self)
        self.meter = LevelMeter(self._control, self)
        self.talk_button = TalkButton(self)
        self.transcript.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # It gives way where there is much to tell.
        self.transcript.setMinimumHeight(int(2.5 * unit))
        self._connect_parts()

        row = QHBoxLayout()
        row.setSpacing(int(1.2 * unit))
        row.addWidget(self.meter, 1)
        row.addWidget(self.talk_button)
        row.addWidget(self._build_question(), 3)
        footer = QVBoxLayout()
        footer.setContentsMargins(int(1.2 * unit), int(0.8 * unit), int(1.2 * unit), unit)
        footer.setSpacing(int(0.7 * unit))
        footer.addWidget(self.strip)
        footer.addLayout(row)

        middle = RoomyWidget(self, lambda: 0 if self.header.isHidden() else 26 * unit)
        for part in (self.header, middle.gather(self.messages, self.confirmations), Hairline(self)):
            middle.rows.addWidget(part)
        middle.rows.addWidget(self.transcript, 1)
        middle.rows.addWidget(middle.gather(self.ways_back))
        middle.rows.addWidget(Hairline(self))
        middle.rows.addLayout(footer)
        self.setCentralWidget(middle)
        set_least(self, middle, QSize(40 * unit, 26 * unit))
        self._order_tabs()

    def _connect_parts(self) -> None:
        self.meter.measured.connect(self.talk_button.show_level)
        self.header.mode_chosen.connect(self._on_mode)
        self.header.settings.clicked.connect(lambda _checked: self.open_settings())
        self.transcript.settings_wanted.connect(self.open_settings)

    def _build_question(self) -> QuestionField:
        self.question_field = field = QuestionField(self)
        self.question, self.send = field.edit, field.send
        field.asked.connect(self._ask)
        return field

    def _order_tabs(self) -> None:
        order: list[QWidget] = [
            *(self.talk_button, self.question, self.send, self.strip.bar, self.transcript),
            *self.ways_back.buttons,
            *(*self.header.mode.segments, self.header.muted),
            *(self.header.settings, self.header.menu),
        ]
        tab_through(*order)

    def _build_menu(self) -> None:
        entries = (
            (self.tr("New Conversation"), "Ctrl+N", self.new_wanted.emit),
            (self.tr("History…"), "Ctrl+H", self.history_wanted.emit),
            (self.tr("Type a Question"), "Ctrl+L", self.question_field.take_focus),
            self.ways_back.again,
            self.ways_back.unanswered,
            self.ways_back.undo_bar.action,
            (self.tr("Switch Between Realtime and Classic"), "Ctrl+M", self._switch_mode),
            (self.tr("Where the Time Goes"), "Ctrl+T", self.latency.open),
            (self.tr("Settings…"), "Ctrl+,", self.open_settings),
            (self.tr("Keyboard Shortcuts"), "F1", self.open_shortcuts),
            (self.tr("Set Up VoiceDesk…"), "", self.first_run_wanted.emit),
            (self.tr("Quit"), "Ctrl+Q", self.close),
        )
        self.header.menu.setMenu(make_menu(self, entries, lines=(2, 6, 8, 11)))

    # ------------------------------------------------------------------------------ events

    def on_event(self, event: Event) -> None:
        """Show what happened. Called on the GUI thread; costs microseconds, drawing comes with the next frame."""
        if isinstance(event, DataEvent):  # by far the most frequent: sound and words
            self.transcript.on_event(event)
            return
        match event:
            case StateChanged():
                self.talk_input.on_state(event.state)
                self._lit_words.on_state(event.state)
                self._show_status()
                if event.state in {State.LISTENING, State.THINKING}:
                    self._last_failure = ""
            case LinkChanged():
                self._on_link(event)
            case SoundTrouble() | StoreTrouble():
                self._on_trouble(event)
            case TurnFailed():
                self._on_failure(event)
            case Hint():
                announce(self, hint_sentence(event.hint, False))
            case Waiting():
                announce(self, wait_sentence(event))
            case TurnTimed() | Progress() | Sounded():
                self.strip.on_event(event)
            case _:
                pass
        self.transcript.on_event(event)
        self.ways_back.on_event(event)

    def _on_link(self, event: LinkChanged) -> None:
        """A lost connection is told in the bar unless the turn that it broke has told it already."""
        self._next_try.on_link(event)
        if event.error is None:
            self.messages.clear(_LINK)
        elif event.link is not Link.RECONNECTING:
            self._tell_link(event.error)
        self._show_status()

    def _tell_link(self, error: VoiceDeskError) -> bool:
        is_news = str(error) != self._last_failure
        if is_news:
            self.messages.show_error(_LINK, error)
        return is_news

    def _on_trouble(self, event: SoundTrouble | StoreTrouble) -> None:
        topic = _SOUND if isinstance(event, SoundTrouble) else _STORE
        if event.error is None:
            self.messages.clear(topic)
        else:
            self.messages.show_error(topic, event.error)

    def _on_failure(self, event: TurnFailed) -> None:
        self._last_failure = str(event.error)  # the same in every language
        self.messages.clear_sentence(error_sentence(event.error))
        announce(self, error_sentence(event.error), is_urgent=True)

    def _on_cap(self) -> None:
        self.on_event(Hint(turn=self._control.turn, at=0.0, hint=HintKind.CAP_REACHED))

    def _show_status(self) -> None:
        status = status_of(self._control.state, self._control.link)
        doing = turn_status(self._control.state)
        self.talk_button.show_status(doing, is_locked=self.talk_input.key.is_locked)
        if status is self._status:
            return
        self._status = status
        self.header.status.show_status(status)
        self.meter.set_running(is_on=status is Status.LISTENING)
        announce(self, status_word(status))

    def show_error(self, topic: str, error: VoiceDeskError) -> None:
        """Show a trouble that belongs to no turn, in place of an earlier one on the same topic."""
        self.messages.show_error(topic, error)

    # ------------------------------------------------------------------------------ actions

    async def confirm(self, question: str, detail: str = "") -> bool:
        """Ask the user for leave, beside the conversation. Cancelling takes the question back.

        Args:
            question: What is wanted, as a sentence; a known one is shown in the user's language.
            detail: What exactly, such as an address; may come from a model and is shown as plain text.
        """
        return await self.confirmations.ask(
            lambda: QCoreApplication.translate("questions", question), detail
        )

    def _on_mode(self, mode: str) -> None:
        if mode != self._settings.mode:
            self._on_changed(with_value(self._settings, "mode", mode))

    def _switch_mode(self) -> None:
        self._on_mode("classic" if self._settings.mode == "realtime" else "realtime")
        announce(self, self.header.mode.accessibleDescription())

    def _ask(self) -> None:
        text = self.question.text().strip()
        is_talking = self._control.state in {State.LISTENING, State.ENDING}
        if text and not is_talking:  # while the user talks the question waits in the line
            self.question.setText("")  # other than by clear() it does not come back by Undo
            self._control.ask(text)

    def _leave_question(self) -> None:
        """Esc with nothing to cancel: away from typing, back to talking."""
        self.question.clear()
        self.talk_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def settings(self) -> Settings:
        """The settings that are shown, which are those in force."""
        return self._settings

    def change_settings(self, settings: Settings) -> None:
        """The user has changed settings somewhere beside this window."""
        self._on_changed(settings)

    def show_settings(self, settings: Settings) -> None:
        """Show these settings; the next take follows them."""
        self._settings = settings
        self.header.show_settings(settings)
        self.talk_input.set_talk(settings.talk)
        use_talk_key(settings.talk.key, self.talk_button.show_key, self.transcript.describe)
        self._lit_words.set_on(is_on=settings.appearance.light_words)
        self.transcript.set_transcribing(
            is_on=settings.mode == "classic" or settings.realtime.transcribe
        )
        if self._dialog is not None:
            self._dialog.show_settings(settings)

    def rebuild(self) -> None:
        """Make the window anew in the language and the size of text that hold now; what was said stays."""
        page = self._dialog.here if self._dialog is not None and self._dialog.isVisible() else ""
        log, question, times = self.transcript.log, self.question.text(), self.latency.leave()
        self.talk_input.stop()
        offered = self.ways_back.hand_over()
        show_kept = take_out((self.messages, self.confirmations), self)
        old = (self.takeCentralWidget(), self._dialog, self._shortcuts, self.header.menu.menu())
        discard((*old, self.talk_input, *own_actions(self)))
        self._dialog = self._shortcuts = self._status = None
        self._furnish()
        self.ways_back.take_over(offered)
        show_kept()
        self.transcript.log = log
        self.transcript.restyle()
        self.question.setText(question)
        self.talk_button.setFocus()
        self.latency.open_at(times)
        self.rebuilt.emit()
        if page:
            self.open_settings(page)

    def _on_changed(self, settings: Settings) -> None:
        self.show_settings(settings)
        self._changed(settings)

    def open_settings(self, page: str = "", path: str = "") -> None:
        """Open the settings beside the window, at a page by its name, and point out the setting with this path."""
        from voicedesk.ui.settings_dialog import SettingsDialog
        from voicedesk.ui.settings_schema import field_at, page_of
        from voicedesk.ui.settings_search import Found, place_of

        if self._dialog is None:
            self._dialog = SettingsDialog(
                self._settings,
                keys=self._keys,
                devices=self._devices,
                changed=self._on_changed,
                sound=self._sound,
                page=page,
                parent=self,
            )
        if page:
            self._dialog.show_page(page)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()
        if path:
            place = place_of(Found(page_of(path), field_at(path)), self._settings)
            self._dialog.reveal(place.page.name, place.field.path)

    def open_shortcuts(self) -> None:
        """Show which keys do what."""
        from voicedesk.ui.shortcuts_dialog import ShortcutsDialog

        discard((self._shortcuts,))  # the talk key may be another one now
        self._shortcuts = ShortcutsDialog(self)
        self._shortcuts.open()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if self._is_closed:  # quitting closes all windows once more
            return
        self._is_closed = True
        if self._dialog is not None:
            self._dialog.close()  # what was typed last into it still counts
        self.latency.close()
        self.confirmations.close_all()
        self.ways_back.undo_bar.settle()
        self.talk_input.stop()
        self._stop_observing()
        self.closed.emit()
