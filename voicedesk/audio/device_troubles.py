"""What can be wrong with a sound device, and what is told when another one takes its place or it is back.

Each has a remedy of its own, hence a sentence of its own. All are ``DeviceError``: the page of devices in the settings
is the place to mend them.
"""

from __future__ import annotations

from voicedesk.core.errors import DeviceError


class DeviceBusyError(DeviceError):
    """Another program holds the device."""

    sentence = "The sound device {device} cannot be used: {reason}. Close that program, or choose another device in Settings, Sound."


class RateRefusedError(DeviceError):
    """The device takes no rate or number of channels that is tried."""

    sentence = "The sound device {device} cannot be used: {reason}. Set it to 48 kHz in the system's sound settings, or choose another in Settings, Sound."


class DeviceGoneError(DeviceError):
    """The device was there and is not any more."""

    sentence = "The sound device {device} cannot be used: {reason}. Plug it in again, or choose another in Settings, Sound."


class MicrophoneLostError(DeviceError):
    """The microphone went in the middle of a take, whose sound up to then is kept."""

    sentence = "The microphone {device} stopped working while you talked. What you said until then is kept: press Try Again to send it."
    retryable = True


class SilentMicrophoneError(DeviceError):
    """The microphone delivers nothing but zeros: it is muted, by a switch of its own or by the system."""

    sentence = "The microphone {device} delivers only silence, as if it were muted. Look for a mute switch on it, and in the system's sound settings."


class SubstituteDeviceError(DeviceError):
    """The chosen device is not there, another serves in its place."""

    sentence = "The sound device that you chose is not connected; {device} is used meanwhile."


class DeviceReturnedError(DeviceError):
    """Good news, in the place where the bad news stood: a device that was away is in use again."""

    sentence = "The sound device {device} is there again and in use."


class DefaultChangedError(DeviceError):
    """The system has another default device now, and it is followed."""

    sentence = "Your system uses another sound device now: {device}. VoiceDesk uses it too."


GOOD_NEWS = (DeviceReturnedError, DefaultChangedError)
"""What is no trouble and need not be told for long."""
