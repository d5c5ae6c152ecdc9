"""The history: listed, found as one types, renamed, deleted for good, and written to files."""

import asyncio
import json
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.conversations import fill
from voicedesk.audio.wav import read_wav
from voicedesk.conversation.store.export import Names
from voicedesk.conversation.store.history import History, as_past
from voicedesk.conversation.store.model import Outcome, Said, Turn
from voicedesk.conversation.store.searching import excerpt_of, query_of
from voicedesk.conversation.store.store import Store
from voicedesk.core.dialogue import Role, ToolCall, ToolResult
from voicedesk.core.errors import ExportError, NoRecordingError
from voicedesk.core.events import Hint, HintKind, ReplyEnded, StateChanged
from voicedesk.core.turn import State

START = 1_750_000_000.0


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = Store(tmp_path / "data")
    yield made
    await made.close()


@pytest.fixture
def history(store: Store) -> History:
    return store.history


def turn(number: str, at: float, user: str, heard: str, unheard: str = "", **more: object) -> Turn:
    messages = (Said(Role.USER, user), Said(Role.ASSISTANT, heard, unheard))
    return Turn(number, START + at, Outcome.ANSWERED, messages=messages, **more)  # type: ignore[arg-type]


def say(history: History, conversation: str, *turns: Turn) -> None:
    for each in turns:
        history.save(conversation, each, each.started_at + 1)


async def titles(history: History, typed: str = "") -> list[str]:
    if typed:
        return [found.conversation.title for found in await history.search(typed)]
    return [each.title for each in await history.list()]


async def test_the_latest_comes_first_and_a_page_at_a_time(history: History) -> None:
    for number in range(7):
        say(history, f"c{number}", turn(f"t{number}", number, f"Question {number}", "Answer"))
    say(history, "c2", turn("t2b", 100, "And again", "Yes"))
    listed = await history.list(limit=3)
    assert [(each.id, each.turns) for each in listed] == [("c2", 2), ("c6", 1), ("c5", 1)]
    assert [each.id for each in await history.list(limit=3, offset=3)] == ["c4", "c3", "c1"]
    assert await history.count() == 7
    assert (await history.list(limit=1))[0].created_at == START + 2


async def test_a_conversation_is_called_by_its_first_words_until_it_is_named(
    history: History,
) -> None:
    say(history, "c", turn("a", 0, "", "Hello there"))
    assert await titles(history) == ["Hello there"]
    long = "What would you say is the longest river that flows through Germany and Austria?"
    say(history, "c", turn("a", 0, long, "Hello there"))  # the words came after the answer
    (title,) = await titles(history)
    assert title.endswith("…")
    assert long.startswith(title[:-1])
    assert len(title) <= 61
    await history.rename("c", "  The\nDanube ")
    assert await titles(history) == ["The Danube"]
    say(history, "c", turn("b", 9, "More", "Yes"))
    assert await titles(history) == ["The Danube"]
    assert await titles(history, "danube") == ["The Danube"]
    await history.rename("c", "")
    assert (await titles(history))[0] == title
    await history.rename("nothing", "x")


async def test_saving_a_turn_again_replaces_it(history: History) -> None:
    say(history, "c", turn("a", 0, "One", "Two three", "four"))
    say(history, "c", turn("a", 0, "One", "Two", "three four"))
    (kept,) = await history.turns("c")
    assert [(said.text, said.unheard) for said in kept.messages] == [
        ("One", ""),
        ("Two", "three four"),
    ]
    assert len(await history.search("three")) == 1
    assert await titles(history, "three four") == ["One"]


async def test_all_of_a_turn_comes_back(history: History) -> None:
    call = ToolCall("id1", "add", '{"a": 1}')
    result = ToolResult("id1", "add", '{"sum": 3}', failed=True)
    kept = Turn(
        *("t", START, Outcome.INTERRUPTED, "realtime", "OpenAI", "gpt", True, 120.5, 500.0),
        usage={"total_tokens": 7},
        timeline={"key_up": 0.0, "first_dac": None},
        error="It broke.",
        messages=(
            Said(Role.USER, "Äpfel & <b>Birnen</b>"),
            Said(Role.TOOL_CALL, call=call),
            Said(Role.TOOL_RESULT, result=result),
            Said(Role.ASSISTANT, "Drei", "oder mehr", round=1),
        ),
    )
    history.save("c", kept, START)
    assert await history.turns("c") == [kept]
    assert [(m.turn, m.role, m.text) for m in await history.messages("c")] == [
        (-1, Role.USER, "Äpfel & <b>Birnen</b>"),
        (-1, Role.TOOL_CALL, ""),
        (-1, Role.TOOL_RESULT, ""),
        (-1, Role.ASSISTANT, "Drei"),
    ]


def test_the_past_of_a_conversation_leaves_out_what_servers_refuse() -> None:
    lonely = Turn(
        *("a", START),
        messages=(
            Said(Role.USER, "One"),
            Said(Role.TOOL_CALL, call=ToolCall("1", "add", "{}")),
            Said(Role.TOOL_RESULT, result=ToolResult("2", "add", "{}")),
            Said(Role.ASSISTANT, "", "never heard"),
        ),
    )
    past = as_past([lonely, turn("b", 1, "Two", "Yes")])
    assert [(m.turn, m.text) for m in past] == [(-2, "One"), (-1, "Two"), (-1, "Yes")]


def test_the_past_of_a_conversation_knows_what_nobody_heard_of_an_answer() -> None:
    cut = Turn(*("a", START), messages=(Said(Role.ASSISTANT, "One two", "three"),))
    assert [(m.text, m.unheard) for m in as_past([cut])] == [("One two", "three")]


# ------------------------------------------------------------------------------------------- search


async def test_search_finds_as_one_types(history: History) -> None:
    say(history, "c1", turn("a", 0, "Wie wird das Wetter in Zürich?", "Sonnig und warm."))
    say(history, "c2", turn("b", 1, "Tell me about Zurich airport", "It has three runways."))
    say(history, "c3", turn("c", 2, "東京の天気は？", "晴れです。", "たぶん"))
    for typed in ("z", "zur", "ZÜRICH", "zürich"):
        assert len(await history.search(typed)) == 2, typed
    assert len(await history.search("zur air")) == 1
    assert len(await history.search("runw")) == 1
    assert [found.conversation.id for found in await history.search("天気")] == ["c3"]
    assert [found.conversation.id for found in await history.search("たぶん")] == ["c3"]
    assert await history.search("zur nowhere") == []
    for typed in ("", "  ", "?", '"', "-", "*", "AND", "NEAR(", '"zur" OR', "zur*", "(", "col:zur"):
        await history.search(typed)  # what is typed is never a language of its own
    assert len(await history.search('"zurich"')) == 2


async def test_an_excerpt_shows_the_place(history: History) -> None:
    say(
        history,
        "c",
        turn("a", 0, "Hi", "word " * 50 + "the Eiffel tower is in Paris " + "word " * 50),
    )
    (found,) = await history.search("eif par")
    assert [found.excerpt[start:end] for start, end in found.marks] == ["Eif", "Par"]
    assert found.excerpt.startswith("…")
    assert found.excerpt.endswith("…")
    assert len(found.excerpt) < 110


async def test_the_latest_of_many_are_found(history: History, store: Store) -> None:
    await store._database.read(lambda c: fill(c, 120, 2))
    holding = [
        each.id
        for each in await history.list(limit=120)
        if any(
            word.startswith("the")
            for kept in await history.turns(each.id)
            for said in kept.messages
            for word in said.text.split()
        )
    ]
    found = [each.conversation.id for each in await history.search("the", limit=50)]
    assert len(found) == 50
    assert found == holding[:50]


@given(st.text(), st.text())
def test_no_text_breaks_an_excerpt(typed: str, text: str) -> None:
    excerpt, marks = excerpt_of(typed, text)
    assert "\n" not in excerpt
    last = 0
    for start, end in marks:
        assert last <= start < end <= len(excerpt)
        last = end


WORD = st.text(
    st.characters(categories=["Ll", "Lu", "Nd"], max_codepoint=0x24F), min_size=1, max_size=12
)


@settings(max_examples=30)
@given(st.lists(WORD, min_size=1, max_size=8), st.data())
def test_every_beginning_of_every_word_is_found(words: list[str], data: st.DataObject) -> None:
    asyncio.run(_find(words, data.draw(st.sampled_from(words)), data.draw(st.integers(1, 12))))


async def _find(words: list[str], word: str, length: int) -> None:
    store = Store(Path("/nowhere"))
    store._database._in_memory = True
    say(store.history, "c", turn("a", 0, " ".join(words), ""))
    assert query_of(word[:length])
    assert len(await store.history.search(word[:length])) == 1
    await store._database.close()


# ------------------------------------------------------------------------------------------ deleting


async def test_a_deleted_conversation_is_gone_from_the_disk_too(
    history: History, store: Store, tmp_path: Path
) -> None:
    gone: list[str] = []
    history.deleted = gone.extend
    say(history, "stays", turn("a", 0, "Qwertz stays", "Yes"))
    say(history, "goes", turn("b", 1, "Xylophonquark goes", "Zzyzx indeed"))
    store.takes.keep_reply("b", bytes(48_000), START)
    store.takes.keep_reply("a", bytes(48_000), START)

    def on_disk(word: bytes) -> bool:
        files = (tmp_path / "data").glob("history.db*")
        return any(word in path.read_bytes().lower() for path in files)

    await history.count()
    assert on_disk(b"xylophonquark")
    await history.delete("goes")
    assert gone == ["goes"]
    assert await titles(history) == ["Qwertz stays"]
    assert await titles(history, "xyl") == []
    assert await titles(history, "qwe") == ["Qwertz stays"]
    assert not on_disk(b"xylophonquark")
    assert not on_disk(b"zzyzx")
    assert on_disk(b"qwertz")
    assert len(list((tmp_path / "data" / "takes").glob("*.wav"))) == 1
    say(history, "goes", turn("b", 1, "Too late", "Yes"))
    assert await history.get("goes") is None


async def test_everything_can_be_deleted_at_once(
    history: History, store: Store, tmp_path: Path
) -> None:
    await store._database.read(lambda c: fill(c, 60, 1))
    store.takes.keep_reply("0-0", bytes(48_000), START)
    store.takes.captured(1, bytes(48_000))
    store.takes(StateChanged(turn=1, at=0.0, state=State.READY))
    store.takes(Hint(turn=1, at=0.0, hint=HintKind.CANCELLED))
    gone: list[str] = []
    history.deleted = gone.extend
    await history.delete_all()
    assert len(gone) == 60
    assert await history.list() == []
    assert await history.search("the") == []
    assert list((tmp_path / "data" / "takes").glob("*.wav")) == []
    assert await store.takes._listed("1") == []


async def test_one_turn_and_one_answer_can_be_taken_out(history: History) -> None:
    say(history, "c", turn("a", 0, "One", "Uno"), turn("b", 1, "Two", "Due"))
    history.drop_answer("b")
    assert [[said.text for said in each.messages] for each in await history.turns("c")] == [
        ["One", "Uno"],
        ["Two"],
    ]
    assert await history.search("due") == []
    history.drop_turn("a")
    assert await titles(history) == ["Two"]
    history.drop_turn("b")
    history.drop_turn("b")
    assert await history.list() == []


# ------------------------------------------------------------------------------------------- export


@pytest.fixture
async def spoken(store: Store) -> Store:
    """One spoken turn with its sound, and a typed one without."""
    said = turn(
        *("run-1", 0, "What is twelve plus thirty?", "Forty-two", "is the answer"),
        usage={"total_tokens": 5},
        heard_ms=500.0,
        server="OpenAI",
        model="gpt-realtime",
    )
    store.takes._turn_id = "run-{}".format
    store.takes.captured(1, b"\x00\x10" * 24_000)
    for state in (State.THINKING, State.SPEAKING):
        store.takes(StateChanged(turn=1, at=0.0, state=state))
    store.takes(ReplyEnded(turn=1, at=0.0))
    store.takes(StateChanged(turn=1, at=0.0, state=State.READY))
    store.takes.keep_reply("run-1", b"\x00\x20" * 12_000, START)
    typed = turn("run-2", 20, "And typed # words", "Fine", error="It broke.", model="own")
    say(store.history, "c", said, typed)
    return store


async def test_markdown(spoken: Store, tmp_path: Path) -> None:
    path = tmp_path / "talk.md"
    names = Names(user="Sie", assistant="VoiceDesk", unheard="nicht gehört")
    await spoken.history.export("c", "markdown", path, names)
    text = path.read_text("utf-8")
    assert text.startswith("# What is twelve plus thirty?\n")
    assert text.splitlines()[2].endswith(" · gpt-realtime (OpenAI) · own"), "who answered"
    assert "**Sie:** What is twelve plus thirty?" in text
    assert "**VoiceDesk:** Forty-two *(nicht gehört: is the answer)*" in text
    assert "*It broke.*" in text
    assert text.index("thirty?\n\n**Voice") < text.index("And typed")


async def test_json_holds_all(spoken: Store, tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    await spoken.history.export("c", "json", path)
    data = json.loads(path.read_text("utf-8"))
    assert data["title"] == "What is twelve plus thirty?"
    assert data["turns"][0]["usage"] == {"total_tokens": 5}
    assert data["turns"][0]["messages"][1] == {
        "role": "assistant",
        "round": 0,
        "text": "Forty-two",
        "unheard": "is the answer",
    }
    assert data["turns"][1]["error"] == "It broke."


async def test_sound_and_subtitles_fit_each_other(spoken: Store, tmp_path: Path) -> None:
    sound, words = tmp_path / "talk.wav", tmp_path / "talk.srt"
    await spoken.history.export("c", "wav", sound)
    await spoken.history.export("c", "srt", words)
    with wave.open(str(sound)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
    samples = np.frombuffer(read_wav(sound), dtype="<i2")
    assert samples.size == round((1.0 + 0.4 + 0.5 + 0.4 + 1.0 + 0.4 + 1.0) * 24_000)
    assert set(samples[:24_000]) == {0x1000}
    assert set(samples[24_000:33_600]) == {0}
    assert set(samples[33_600:45_600]) == {0x2000}
    cues = words.read_text("utf-8").split("\n\n")
    assert cues[0].splitlines() == [
        "1",
        "00:00:00,000 --> 00:00:01,000",
        "You: What is twelve plus thirty?",
    ]
    assert cues[1].splitlines()[1:] == ["00:00:01,400 --> 00:00:01,900", "VoiceDesk: Forty-two"]


async def test_subtitles_without_sound_take_the_time_to_read(
    history: History, tmp_path: Path
) -> None:
    say(history, "c", turn("a", 0, "Hi", "word " * 60))
    await history.export("c", "srt", tmp_path / "talk.srt")
    cues = (tmp_path / "talk.srt").read_text("utf-8").strip().split("\n\n")
    assert len(cues) == 5
    assert max(len(cue.splitlines()[2]) for cue in cues) <= 84 + len("VoiceDesk: ")
    assert cues[-1].splitlines()[1].endswith("00:00:21,400")


async def test_what_cannot_be_exported_is_said_and_nothing_is_left(
    history: History, tmp_path: Path
) -> None:
    say(history, "c", turn("a", 0, "Hi", "Yes"))
    with pytest.raises(NoRecordingError):
        await history.export("c", "wav", tmp_path / "talk.wav")
    with pytest.raises(ExportError, match="gone"):
        await history.export("nothing", "json", tmp_path / "talk.json")
    with pytest.raises(ExportError, match="no such file"):
        await history.export("c", "json", tmp_path / "nowhere" / "talk.json")
    kept = tmp_path / "kept"
    kept.mkdir()
    with pytest.raises(ExportError):
        await history.export("c", "json", kept)
    assert list(tmp_path.glob("*.*")) == []  # noqa: ASYNC240 - a test may wait


async def test_no_key_is_exported(history: History, tmp_path: Path) -> None:
    say(history, "c", turn("a", 0, "My key is sk-abcdefghijklmnop1234", "Do not say it"))
    for kind in ("markdown", "json", "srt"):
        path = tmp_path / f"talk.{kind}"
        await history.export("c", kind, path)
        assert "sk-abcdefghijklmnop1234" not in path.read_text("utf-8")
