"""What the server refuses, in the words and codes that clients of the API know."""

from __future__ import annotations

from collections.abc import Iterable


class ClientError(Exception):
    """The client asked for something that it cannot have. The session stays usable.

    Attributes:
        code: Machine-readable, as the API names it.
        param: The field that is wrong, as a path such as ``session.audio.input.format``.
        kind: The API's ``type`` of error.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        param: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.param = param
        self.kind = kind

    def body(self, event_id: str | None = None) -> dict[str, object]:
        """The ``error`` object of an event or of an HTTP answer."""
        return {
            "type": self.kind,
            "code": self.code,
            "message": str(self),
            "param": self.param,
            "event_id": event_id,
        }


def missing(param: str) -> ClientError:
    """A required field is not there."""
    return ClientError(
        f"Missing required parameter: '{param}'.", code="missing_required_parameter", param=param
    )


def wrong_type(param: str, expected: str, value: object) -> ClientError:
    """A field holds another type than it should."""
    got = {
        dict: "an object",
        list: "an array",
        str: "a string",
        bool: "a boolean",
        type(None): "null",
    }
    return ClientError(
        f"Invalid type for '{param}': expected {expected}, but got {got.get(type(value), 'a number')} instead.",
        code="invalid_type",
        param=param,
    )


def invalid(param: str, reason: str) -> ClientError:
    """A field holds the right type and a value that cannot be."""
    return ClientError(reason, code="invalid_value", param=param)


def not_one_of(param: str, value: object, supported: Iterable[str]) -> ClientError:
    """A field holds none of the values that it may."""
    names = ", ".join(f"'{name}'" for name in supported)
    return invalid(param, f"Invalid value: '{str(value)[:80]}'. Supported values are: {names}.")
