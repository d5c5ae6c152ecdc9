"""Which way a model is asked."""

from __future__ import annotations

from voicedesk.providers.agent_sse import AgentThinker
from voicedesk.providers.chat import ChatThinker
from voicedesk.providers.http import HttpServer
from voicedesk.providers.profiles import Quirks
from voicedesk.providers.responses import ResponsesThinker
from voicedesk.providers.stages import Thinker


def thinker_for(
    server: HttpServer, quirks: Quirks, *, kind: str, model: str, effort: str = ""
) -> Thinker:
    """The thinker for a server. Nothing is opened.

    Args:
        server: Where it is.
        quirks: What is known about it.
        kind: "chat", "responses" or "agent"; "auto" for what suits the server.
        model: Its id.
        effort: How much it reasons; empty for the server's own choice.
    """
    chosen = quirks.thinks if kind == "auto" else kind
    if chosen == "agent":
        return AgentThinker(server, model)
    if chosen == "responses":
        return ResponsesThinker(server, model, effort=effort)
    return ChatThinker(server, model, effort=effort)
