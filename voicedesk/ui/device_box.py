"""A box to choose a sound device from, the same wherever one is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from voicedesk.core.settings import DeviceChoice


class DeviceBox(QComboBox):
    """Chooses one of the sound devices that are there.

    Signals:
        chosen: The user chose this device; None follows the system.
    """

    chosen = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(16)
        self.activated.connect(lambda index: self.chosen.emit(self.itemData(index)))

    def show_devices(self, present: Sequence[DeviceChoice], chosen: DeviceChoice | None) -> None:
        """List the devices, with the chosen one even when it is not there."""
        self.clear()
        self.addItem(self.tr("System default"), None)
        names = [device.name for device in present]
        for device in present:
            # The sound system is named only where two devices would look alike.
            is_twin = names.count(device.name) > 1
            label = f"{device.name} ({device.host_api})" if is_twin else device.name
            self.addItem(label, device)
        if chosen is not None and chosen not in present:
            self.addItem(self.tr("{name} (not connected)").format(name=chosen.name), chosen)
        for index in range(self.count()):
            if self.itemData(index) == chosen:
                self.setCurrentIndex(index)
