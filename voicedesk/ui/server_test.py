"""Shows how a server fares while it is tried: each stage with its milliseconds, its models, and what goes soon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDate, QEvent, QLocale, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from voicedesk.core.redaction import redactor
from voicedesk.core.settings import Settings
from voicedesk.providers.retirement import Retirement
from voicedesk.ui import theme
from voicedesk.ui.announce import announce
from voicedesk.ui.clipboard import copied, copy_text
from voicedesk.ui.fitting import FittedDialog
from voicedesk.ui.icons import em
from voicedesk.ui.roomy import ContentArea
from voicedesk.ui.status import Status
from voicedesk.ui.widgets import IconView, QuietLabel
from voicedesk.ui.wording import error_sentence, whole_milliseconds

if TYPE_CHECKING:  # it imports the clients of servers, which a dialog need not wait for
    from voicedesk.providers.probe import ServerReport, StageReport

Tester = Callable[[Settings, str, "Callable[[ServerReport], None]"], Callable[[], None]]
"""Tries a server; see ``ports.KeyStore.test``."""

STAGE_ICONS = {
    "waiting": ("wait", Status.OFFLINE),
    "works": ("state-ready", Status.READY),
    "offered": ("info", Status.OFFLINE),
    "absent": ("close", Status.OFFLINE),
    "failed": ("warning", Status.ERROR),
}


def day(on: date) -> str:
    """A day as it is read."""
    return QLocale().toString(QDate(on.year, on.month, on.day), QLocale.FormatType.LongFormat)


def retirement_notes(models: Sequence[Retirement]) -> str:
    """A sentence for each model that is about to be shut down, each on a line of its own."""
    sentence = QCoreApplication.translate(
        "ServerTestDialog", "The model {model} is shut down on {day}. Choose another one in time."
    )
    return "\n".join(sentence.format(model=each.model, day=day(each.on)) for each in models)


class _StageRow:
    """A stage: icon, name, and what came of it."""

    def __init__(self, name: str, row: int, grid: QGridLayout, parent: QWidget) -> None:
        self._icon = IconView("wait", 1.1, parent)
        self._name = QLabel(name, parent)
        self.result = QuietLabel("", parent)
        self.result.setWordWrap(True)
        self.result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.result.setMinimumWidth(12 * em(parent))
        self._verdict = "waiting"
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self._icon, row, 0, top)
        grid.addWidget(self._name, row, 1, top)
        grid.addWidget(self.result, row, 2, top)
        self.style()

    def show_result(self, verdict: str, text: str) -> None:
        self._verdict = verdict
        self.result.setText(text)
        self.result.setAccessibleName(f"{self._name.text()}: {text}")
        self.style()

    def style(self) -> None:
        icon, status = STAGE_ICONS[self._verdict]
        colours = theme.scheme(self._icon.palette()).status
        self._icon.show_icon(icon, colours[status])

    @property
    def line(self) -> str:
        return f"{self._name.text()}: {self.result.text()}"


class ServerTestDialog(FittedDialog):
    """Tries a server as soon as it is made, and ends the trial when it is closed."""

    def __init__(
        self, settings: Settings, server_id: str, test: Tester, *, parent: QWidget | None = None
    ) -> None:
        """``test`` is started at once, and whenever the user wants it again."""
        super().__init__(parent)
        self._settings = settings
        self._id = server_id
        self._test = test
        self._end: Callable[[], None] | None = None
        self._rows: dict[str, _StageRow] = {}
        server = settings.server(server_id)
        self.setWindowTitle(self.tr("Test Connection"))
        self._title = QLabel(server.name, self)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setWeight(QFont.Weight.DemiBold)
        self._title.setFont(font)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._address = QuietLabel(redactor.clean(server.base_url), self)
        self._address.setVisible(bool(server.base_url))
        self.state = self._words("")
        self.notes = self._words("")
        self.models = QListWidget(self)
        self.models.setAccessibleName(self.tr("Models"))
        self._models_label = QLabel(self.tr("&Models"), self)
        self._models_label.setBuddy(self.models)
        self._grid = QGridLayout()
        self._build_buttons()
        self._lay_out()
        self.start()

    def _words(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _build_buttons(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self._again = buttons.addButton(self.tr("Test Again"), role)
        self._again.clicked.connect(self.start)
        self._copy = buttons.addButton(self.tr("Copy Report"), role)
        self._copy.clicked.connect(self._copy_report)
        for button in buttons.buttons():
            button.setAccessibleName(button.text().replace("&", ""))
            assert isinstance(button, QPushButton)  # which are all that such a box has
            button.setAutoDefault(False)  # else one looks at all times as if it had the keyboard
        self._buttons = buttons

    def _lay_out(self) -> None:
        unit = em(self)
        self._grid.setHorizontalSpacing(unit)
        self._grid.setVerticalSpacing(int(0.6 * unit))
        self._grid.setColumnStretch(2, 1)
        content = QWidget(self)
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(int(0.7 * unit))
        for widget in (self._title, self._address, self.state):
            inside.addWidget(widget)
        inside.addLayout(self._grid)
        for widget in (self.notes, self._models_label):
            inside.addWidget(widget)
        inside.addWidget(self.models)
        inside.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(int(1.5 * unit), int(1.2 * unit), int(1.5 * unit), unit)
        layout.setSpacing(int(0.7 * unit))
        layout.addWidget(ContentArea(content, self.windowTitle(), self), 1)
        layout.addWidget(self._buttons)
        self.resize(38 * unit, 0)

    # ------------------------------------------------------------------------------ the trial

    def start(self) -> None:
        """Try the server, from the beginning."""
        self.end()
        self.state.setText(self.tr("Connecting…"))
        self.notes.setVisible(False)
        self.models.clear()
        self._show_models(0)
        for row in self._rows.values():
            row.show_result("waiting", "")
        self._again.setEnabled(False)
        self._copy.setText(self.tr("Copy Report"))
        self.setAccessibleDescription(self.report_text)
        self._end = self._test(self._settings, self._id, self.show_report)

    def end(self) -> None:
        """End what is under way."""
        end, self._end = self._end, None
        if end is not None:
            end()

    def done(self, result: int) -> None:
        self.end()
        super().done(result)

    def show_report(self, report: ServerReport) -> None:
        """Show what is known by now."""
        for stage in report.stages:
            self._row(stage.stage).show_result(stage.verdict.value, self._result(report, stage))
        self.state.setText(self._state(report))
        if not self.models.count():
            for model in report.models:
                gone = f" ({self._until(model.shutdown)})" if model.shutdown is not None else ""
                self.models.addItem(f"{model.id}{gone}")
        row, frame = self.models.sizeHintForRow(0), 2 * self.models.frameWidth()
        self.models.setMaximumHeight(min(9 * em(self), len(report.models) * row + frame))
        self._show_models(len(report.models))
        self.notes.setText(retirement_notes(report.retiring))
        self.notes.setVisible(bool(report.retiring))
        # The keyboard does not go to labels.
        self.setAccessibleDescription(self.report_text)
        if report.done:
            self._end = None
            self._again.setEnabled(True)
            lines = [self.state.text(), *(row.line for row in self._rows.values())]
            announce(self, "\n".join([*lines, self.notes.text()]).strip())

    def _show_models(self, count: int) -> None:
        self.models.setVisible(count > 0)
        self._models_label.setVisible(count > 0)

    def _row(self, stage: str) -> _StageRow:
        if stage not in self._rows:
            names = {
                "realtime": self.tr("Realtime conversation"),
                "live": self.tr("Transcription while you talk"),
                "transcription": self.tr("Transcription of recordings"),
                "thinking": self.tr("Thinking"),
                "speech": self.tr("Speech"),
            }
            self._rows[stage] = _StageRow(names[stage], len(self._rows), self._grid, self)
        return self._rows[stage]

    # ------------------------------------------------------------------------------- in words

    def _state(self, report: ServerReport) -> str:
        if report.error is not None:
            return error_sentence(report.error)
        if not report.done:
            return self.tr("Trying what it offers…")
        return self._outcome(report)

    def _outcome(self, report: ServerReport) -> str:
        if report.works:
            text = self.tr("The server works.")
        elif any(stage.error is not None for stage in report.stages):
            text = self.tr("Not everything works.")
        else:
            text = self.tr("Nothing was found there that VoiceDesk can use.")
        if report.reached_ms is not None:
            took = whole_milliseconds(report.reached_ms)
            text += " " + self.tr("It answers in {time}.").format(time=took)
        return text

    def _result(self, report: ServerReport, stage: StageReport) -> str:
        match stage.verdict.value:
            case "works":
                took = whole_milliseconds(stage.ms or 0.0)
                text = self.tr("Works with {model}, in {time}.").format(
                    model=stage.model, time=took
                )
                return f"{text} “{stage.proof}”" if stage.proof else text
            case "offered":
                return self.tr("Is there. Choose a model for it, and test again.")
            case "absent":
                return self.tr("Not offered.")
            case "failed":
                assert stage.error is not None
                return error_sentence(stage.error)
            case _:
                return self.tr("Not tried.") if report.done else ""

    def _until(self, on: date) -> str:
        return self.tr("until {day}").format(day=day(on))

    @property
    def report_text(self) -> str:
        """All that is shown, to be copied."""
        lines = [self._title.text(), self._address.text(), self.state.text()]
        lines += [row.line for row in self._rows.values()]
        lines += [self.notes.text()] if not self.notes.isHidden() else []
        names = [self.models.item(row).text() for row in range(self.models.count())]
        if names:
            lines.append(self.tr("Models: {names}").format(names=", ".join(names)))
        return redactor.clean("\n".join(filter(None, lines)) + "\n")

    def _copy_report(self) -> None:
        copy_text(self, self.report_text)
        self._copy.setText(copied())

    # ------------------------------------------------------------------------------------- Qt

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_rows"):
            for row in self._rows.values():
                row.style()
