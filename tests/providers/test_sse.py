"""Server-sent events out of bytes, wherever they are split."""

import itertools
import logging
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.providers.sse import SseEvent, SseParser, sse_events


def parse(*chunks: bytes, max_event: int = 1 << 20) -> list[SseEvent]:
    parser = SseParser(max_event=max_event)
    events = [event for chunk in chunks for event in parser.feed(chunk)]
    return [*events, *parser.end()]


def test_an_event_has_data_and_perhaps_a_name() -> None:
    assert parse(b'data: {"a": 1}\n\nevent: error\ndata: x\n\n') == [
        SseEvent('{"a": 1}'),
        SseEvent("x", "error"),
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_lines_end_in_three_ways(end: bytes) -> None:
    stream = end.join([b"data: a", b"data: b", b"", b"data: c", b"", b""])
    assert parse(stream) == [SseEvent("a\nb"), SseEvent("c")]
    assert parse(*(stream[i : i + 1] for i in range(len(stream)))) == parse(stream)


def test_heartbeats_and_unknown_fields_are_nothing() -> None:
    assert parse(b": heartbeat\n\nretry: 5\nid: 1\n\n: x\ndata: a\n\n") == [SseEvent("a")]


def test_an_event_without_data_is_none_and_its_name_is_forgotten() -> None:
    assert parse(b"event: ping\n\ndata: a\n\n") == [SseEvent("a")]


def test_the_space_after_the_colon_may_be_missing_and_only_one_is_taken() -> None:
    events = [SseEvent("a"), SseEvent(" b"), SseEvent("")]
    assert parse(b"data:a\n\ndata:  b\n\ndata\n\n") == events


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert parse(b"\xef\xbb\xbfdata: a\n\ndata: b\n\n") == [SseEvent("a"), SseEvent("b")]


def test_what_the_end_cuts_short_is_given() -> None:
    assert parse(b"data: a\n\ndata: b") == [SseEvent("a"), SseEvent("b")]
    assert parse(b"data: a\n\ndata: b\n") == [SseEvent("a"), SseEvent("b")]
    assert parse(b"") == []


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert parse(b"data: a\xffb\n\n") == [SseEvent("a\ufffdb")]


def test_an_endless_event_is_dropped_and_the_next_one_lives(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    parser = SseParser(max_event=50)
    stream = b"data: " + b"x" * 40 + b"\ndata: " + b"y" * 400 + b"\ndata: z\n\ndata: next\n\n"
    events = [event for i in range(len(stream)) for event in parser.feed(stream[i : i + 1])]
    assert events == [SseEvent("next")]
    assert [record.getMessage() for record in caplog.records] == [
        "an event of more than 50 bytes was left out"
    ]
    assert parse(stream, max_event=50) == [SseEvent("next")]


def test_data_as_json_or_none() -> None:
    assert SseEvent('{"a": [1]}').json() == {"a": [1]}
    assert SseEvent("{").json() is None
    assert SseEvent("[" * 100_000).json() is None


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), max_size=8
    ),
    st.lists(st.integers(0, 400), max_size=20),
    st.sampled_from(["\n", "\r", "\r\n"]),
)
def test_the_split_changes_nothing(texts: list[str], cuts: list[int], end: str) -> None:
    stream = "".join(f"data: {text}{end}{end}" for text in texts).encode()
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[a:b] for a, b in itertools.pairwise(places)]
    assert [event.data for event in parse(*pieces)] == texts


async def test_events_of_a_body() -> None:
    async def body() -> AsyncIterator[bytes]:
        for piece in ("data: gr", "\u00fc", "n\n\ndata: last"):
            for byte in piece.encode():
                yield bytes([byte])

    assert [event.data async for event in sse_events(body())] == ["gr\u00fcn", "last"]
