"""Everything that can go wrong, each with a sentence for the person in front of the screen.

VoiceDeskError
├── SettingsError
├── SoundError
│   ├── NoPortAudioError          the library is not installed
│   ├── NoMicrophoneError         no input device
│   ├── NoSpeakerError            no output device
│   ├── DeviceError               a device refused to open or stopped
│   └── SoundFileError            a file is not sound that can be read
├── ServerError
│   ├── EngineError               the built-in server did not start
│   ├── UnreachableError          no connection could be made
│   ├── InsecureServerError       plain http beyond this computer
│   ├── WrongKeyError             401, 403
│   ├── UnknownModelError         404, or the server says so
│   ├── TooLongError              413, or more words than the model takes
│   ├── NoWordsError              there is speech in a take, and no words were found
│   ├── RateLimitError            429, or a reply that failed for it
│   │   └── SpentError            402, or the account's quota is used up
│   ├── ConnectionLostError       a connection that was there has gone
│   ├── NoAnswerError             connected, asked, and nothing came
│   ├── ReplyFailedError          the server said that the reply failed
│   └── ProtocolError             the server speaks something else
├── VoiceError                    the offline voice cannot speak
└── StorageError                  conversations and recordings cannot be kept
    ├── StoreSetAsideError        the file of the history is broken or too new
    ├── ExportError               a conversation cannot be written to a file
    └── NoRecordingError          the sound is not kept any more

An error holds three things: the sentence (what happened and what to do; a template, so that the window can
translate it), a detail for the log, and whether the same turn may be tried again.
"""

from __future__ import annotations

from typing import ClassVar, Self

from voicedesk.core.reasons import Translate, spoken
from voicedesk.core.redaction import redactor

LONGEST_DETAIL = 2000
LONGEST_SENTENCE = 1000
"""Characters; a server says as much as it likes, and nobody reads more."""


class VoiceDeskError(Exception):
    """Base of all errors. ``str(error)`` is the sentence for the user.

    Attributes:
        sentence: Template of the sentence; its ``{names}`` are filled from the keyword arguments.
        retryable: Whether trying the same turn again can succeed with nothing changed by the user.
        arguments: What the template is filled with.
        detail: For the log. Never shown alone, never holds a key.
        stage: Which stage of the classic chain failed: "transcription", "thinking" or "speech"; empty for none of them.
    """

    sentence: ClassVar[str] = "Something went wrong: {reason}."
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str = "", **arguments: object) -> None:
        self.detail = redactor.excerpt(detail, LONGEST_DETAIL)
        self.arguments = arguments
        self.stage = ""
        super().__init__(self.detail)

    def of_stage(self, stage: str) -> Self:
        """The same error, with the stage in which it came up."""
        self.stage = self.stage or stage
        return self

    def __str__(self) -> str:
        return self.fill(self.sentence)

    def fill(self, template: str, translate: Translate = str) -> str:
        """Fill a (translated) template. Unknown names are left out rather than failing; keys are taken out.

        Args:
            template: With names of arguments.
            translate: Gives the reasons among them in the language of the template.
        """
        values = {name: spoken(value, translate) for name, value in self.arguments.items()}
        reason = values.get("reason")
        if isinstance(reason, str) and reason is self.arguments["reason"]:
            values["reason"] = translate(reason)
        text = redactor.excerpt(template.format_map(_Arguments(values)), 2 * LONGEST_SENTENCE)
        return text if len(text) <= LONGEST_SENTENCE else f"{text[: LONGEST_SENTENCE - 2]} …"


class _Arguments(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


class SettingsError(VoiceDeskError):
    """A settings file that cannot be used; defaults are in force."""

    sentence = "The settings could not be read ({reason}). They were set aside as {path}; the defaults are in use."


class SoundError(VoiceDeskError):
    """Base of everything about devices and sound files."""

    sentence = "There is a problem with the sound: {reason}."


class NoPortAudioError(SoundError):
    """PortAudio, the system library behind sounddevice, is missing."""

    sentence = "Sound is off because the PortAudio library is missing. Install it ({remedy}) and start VoiceDesk again. Typing works meanwhile."


class NoMicrophoneError(SoundError):
    """No input device is present or usable."""

    sentence = "No microphone was found. Plug one in or choose one in Settings, Sound. Typing works meanwhile."


class NoSpeakerError(SoundError):
    """No output device is present or usable."""

    sentence = "No speaker was found. Plug one in or choose one in Settings, Sound. Answers are shown as text meanwhile."


class DeviceError(SoundError):
    """A device refused to open, or stopped while it was in use."""

    sentence = "The sound device {device} cannot be used: {reason}. Choose another in Settings, Sound, or close the program that holds it."


class SoundFileError(SoundError):
    """A file that should hold sound and does not."""

    sentence = "{path} cannot be used as sound: {reason}. Give a WAV file with PCM samples."


class ServerError(VoiceDeskError):
    """Base of everything about servers."""

    sentence = "{server} reported a problem: {reason}."
    retryable = True


class EngineError(ServerError):
    """The built-in server did not start or has ended."""

    sentence = "The built-in server did not start: {reason}. Run scripts/run doctor for more, or choose another server in Settings."


class UnreachableError(ServerError):
    """No connection could be made at all."""

    sentence = "{server} cannot be reached: {reason}. Check the network and the address in Settings, Servers."


class InsecureServerError(ServerError):
    """Plain http or ws to a machine other than this one."""

    sentence = "{server} would be spoken to without encryption. Use an https address, or allow this server in Settings, Servers."
    retryable = False


class WrongKeyError(ServerError):
    """The server refused the key."""

    sentence = "{server} refused the key. Enter a valid one in Settings, Servers."
    retryable = False


class UnknownModelError(ServerError):
    """The server does not have the model or the endpoint."""

    sentence = "{server} does not have the model {model}. Choose another in Settings."
    retryable = False


class TooLongError(ServerError):
    """What was sent is more than the server takes."""

    sentence = (
        "That was too long for {server}. Say it in shorter parts, or start a new conversation."
    )
    retryable = False


class NoWordsError(ServerError):
    """Something was said, and the server found no words in it."""

    sentence = "No words were found in what you said. Try again, or have another server listen."


class RateLimitError(ServerError):
    """The server limits requests.

    Attributes:
        retry_after: Seconds that the server asks to wait, None when it does not say.
    """

    sentence = "{server} says that its limit is reached: {reason} Wait a little and try again, or check your plan."

    def __init__(
        self, detail: str = "", *, retry_after: float | None = None, **arguments: object
    ) -> None:
        self.retry_after = retry_after
        super().__init__(detail, **arguments)


class SpentError(RateLimitError):
    """The account's quota or credit is used up: no waiting helps."""

    sentence = "{server} says that this account has used up its quota: {reason} Add credit to the account, or choose another server in Settings, Servers."
    retryable = False


class ConnectionLostError(ServerError):
    """A connection that was there has gone."""

    sentence = "The connection to {server} was lost: {reason}. It is opened again by itself."


class NoAnswerError(ServerError):
    """The server is connected but does not answer."""

    sentence = "{server} did not answer within {seconds:.0f} seconds. Try again."

    def __init__(self, detail: str = "", *, seconds: float, **arguments: object) -> None:
        super().__init__(detail, seconds=seconds, **arguments)


class ReplyFailedError(ServerError):
    """The server said that the reply failed or stopped short."""

    sentence = "{server} could not finish the answer: {reason} Try again."


class ProtocolError(ServerError):
    """What the server sends cannot be understood."""

    sentence = "{server} does not speak the expected protocol: {reason}. Check the address and the kind of server in Settings, Servers."
    retryable = False


class VoiceError(VoiceDeskError):
    """The offline voice cannot speak."""

    sentence = "The offline voice cannot speak: {reason}."
    retryable = True


class StorageError(VoiceDeskError):
    """Conversations and recordings cannot be kept on this computer."""

    sentence = "What is said cannot be kept on this computer at the moment: {reason}. Talking works all the same."
    retryable = True


class StoreSetAsideError(StorageError):
    """The file of the history cannot be used; it stays, and another one is in use."""

    sentence = "The history could not be read: {reason}. It was set aside as {path}, and a new one was begun."
    retryable = False


class ExportError(StorageError):
    """A conversation could not be written to a file."""

    sentence = "The conversation could not be written to {path}: {reason}. Choose another place."
    retryable = False


class NoRecordingError(StorageError):
    """There is no sound to play or to write."""

    sentence = (
        "There is no recording of this any more. Settings, Privacy says how long they are kept."
    )
    retryable = False
