"""What was said and never answered: to hear, to ask again in any way, and to delete."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from voicedesk.conversation.store.model import Recording, Unanswered
from voicedesk.core.events import Event, StateChanged, TakesWaiting
from voicedesk.core.turn import AT_REST
from voicedesk.providers.ways import Way, way_of
from voicedesk.ui.fitting import ButtonRow
from voicedesk.ui.icons import em
from voicedesk.ui.list_dialog import ListDialog
from voicedesk.ui.unanswered_model import UnansweredModel
from voicedesk.ui.unanswered_ports import UnansweredPorts
from voicedesk.ui.way_menu import usable_ways, way_name
from voicedesk.ui.widgets import Hairline


class UnansweredDialog(ListDialog):
    """A list of takes, and what can be done with the chosen one."""

    def __init__(self, ports: UnansweredPorts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ports = ports
        self._is_playing = False
        self._wanted = ""  # a take that is to be chosen as soon as it is listed
        self._ways: list[Way] = []
        self.setWindowTitle(self.tr("Unanswered"))
        self._build()
        self._build_buttons()
        self._lay_out()
        self._style()
        self._show_buttons()
        self._stop_observing = ports.control.observe(self._on_event)

    # ------------------------------------------------------------------------------ building

    def _build(self) -> None:
        self._model = UnansweredModel()
        self._build_list(self._model, self._ask_to_delete)
        self._list.setAccessibleName(self.tr("Unanswered recordings"))
        self._list.activated.connect(lambda _index: self._ask())
        self._list.selectionModel().currentChanged.connect(lambda *_indexes: self._show_buttons())
        self._empty.setText(self.tr("Everything you said has been answered."))

    def _build_buttons(self) -> None:
        self._delete_all = self._button(self.tr("Delete All"), self._ask_to_delete_all)
        self._delete = self._button(self.tr("Delete"), self._ask_to_delete)
        self._play = self._button(self.tr("Play"), self._play_or_stop)
        self._way = QComboBox(self)
        self._way.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._by = QLabel(self.tr("Answered &by"), self)
        self._by.setBuddy(self._way)
        self._way.setAccessibleName(self.tr("Answered by"))
        self._way.setToolTip(self.tr("Who answers this, and what you ask next"))
        self._again = self._button(self.tr("Try Again"), self._ask)

    def _lay_out(self) -> None:
        unit = em(self)
        row = ButtonRow(unit // 2)
        for button in (self._delete_all, self._delete, self._play):
            row.addWidget(button)
        row.add_gap()
        row.addWidget(self._by)
        row.addWidget(self._way)
        row.addWidget(self._again)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(unit, unit, unit, unit)
        layout.setSpacing(int(0.7 * unit))
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._note)
        layout.addWidget(self._asking)
        layout.addWidget(Hairline(self))
        layout.addLayout(row)
        self.resize(48 * unit, 26 * unit)

    # ------------------------------------------------------------------------------ contents

    @property
    def chosen(self) -> Unanswered | None:
        """The take that is chosen in the list."""
        row = self._list.currentIndex().row()
        return self._model.rows[row] if 0 <= row < len(self._model.rows) else None

    @property
    def here(self) -> str:
        """Which take is chosen, for ``start``."""
        return self.chosen.recording.id if self.chosen is not None else ""

    def start(self, here: str = "") -> None:
        """Show it, with the take chosen that was so in another one."""
        self._wanted = here
        self.show()
        self.raise_()
        self.activateWindow()
        self._list.setFocus()

    def refresh(self) -> None:
        """List anew what there is."""
        if self._loading is not None:
            self._loading.cancel()
        self._loading = self._do(self._load)

    async def _load(self) -> None:
        chosen, row = self.here or self._wanted, self._list.currentIndex().row()
        self._model.show(await self._ports.takes.listed())
        there = self._model.row_of(chosen)
        wanted = there if there >= 0 else min(max(row, 0), len(self._model.rows) - 1)
        self._list.setCurrentIndex(self._model.index_of(wanted))
        self._show_list(is_empty=not self._model.rows)
        self._show_buttons()

    def _show_ways(self) -> None:
        """The ways that there are now, the present one chosen."""
        settings = self._ports.settings()
        self._ways = list(usable_ways(settings, self._ports.keys))
        self._way.clear()
        self._way.addItems([way_name(settings, way) for way in self._ways])
        present = way_of(settings)
        self._way.setCurrentIndex(self._ways.index(present) if present in self._ways else 0)

    def _show_buttons(self) -> None:
        is_chosen = self.chosen is not None
        for widget in (self._delete, self._again, self._way):
            widget.setEnabled(is_chosen)
        self._play.setEnabled(is_chosen or self._is_playing)
        self._play.setText(self.tr("Stop") if self._is_playing else self.tr("Play"))
        self._delete_all.setEnabled(bool(self._model.rows))

    def _on_event(self, event: Event) -> None:
        match event:
            case TakesWaiting() if self.isVisible():
                self.refresh()
            case StateChanged(state=state) if self._is_playing and state in AT_REST:
                self._is_playing = False
                self._show_buttons()
            case _:
                pass

    # ------------------------------------------------------------------------------ actions

    def _play_or_stop(self) -> None:
        if self._is_playing:
            self._ports.control.cancel()
        elif (chosen := self.chosen) is not None:
            self.tell("")
            self._do(partial(self._hear, chosen.recording))

    async def _hear(self, recording: Recording) -> None:
        await self._ports.takes.play(recording)
        self._is_playing = self._ports.control.state not in AT_REST
        self._show_buttons()

    def _ask(self) -> None:
        chosen, index = self.chosen, self._way.currentIndex()
        if chosen is not None and 0 <= index < len(self._ways):
            self.tell("")
            self._do(partial(self._try, chosen.recording, self._ways[index]))

    async def _try(self, recording: Recording, way: Way) -> None:
        """The answer comes in the window: it is what the user wants to see then."""
        if await self._ports.takes.ask(recording, way):
            self.close()
        else:
            self.tell(self.tr("You are talking just now. Try again when that is done."))

    def _ask_to_delete(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self._asking.ask(
                self.tr("Delete this recording for good?"),
                self.tr("Delete"),
                lambda: self._do(partial(self._drop, [chosen.recording])),
            )

    def _ask_to_delete_all(self) -> None:
        recordings = [take.recording for take in self._model.rows]
        self._asking.ask(
            self.tr("Delete all recordings that were not answered, for good?"),
            self.tr("Delete All"),
            lambda: self._do(partial(self._drop, recordings)),
        )

    async def _drop(self, recordings: list[Recording]) -> None:
        await self._ports.takes.delete(recordings)
        self.tell(
            self.tr("The recording was deleted.")
            if len(recordings) == 1
            else self.tr("The recordings were deleted.")
        )
        self.refresh()

    async def stop(self) -> None:
        """The application ends, or the dialog is made anew: close it, and leave nothing running."""
        self.close()
        self._stop_observing()
        await self._tasks.close()

    # ------------------------------------------------------------------------------ Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.tell("")
        self._asking.hide()
        self._show_ways()
        self.refresh()
