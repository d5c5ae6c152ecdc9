"""Whether the network has come back, from what the machine knows of itself."""

import asyncio
from time import sleep as blocking_sleep

import pytest

from voicedesk.providers.network import Network, listens

FAR = "https://api.example.test/v1"
NEAR = "http://127.0.0.1:8080/v1"


class Machine:
    """What the network is asked about."""

    def __init__(self) -> None:
        self.way = "10.0.0.2"
        self.listening = False
        self.knocks = 0
        self.asleep = 0.0
        self.set_ahead = 0.0
        self.network = Network(
            way_out=lambda: self.way,
            listens=self._listens,
            calendar=self._calendar,
            slept=lambda: self.asleep,
        )

    async def _listens(self, host: str, port: int) -> bool:
        assert (host, port) == ("127.0.0.1", 8080)
        self.knocks += 1
        return self.listening

    def _calendar(self) -> float:
        return asyncio.get_running_loop().time() + 1e9 + self.asleep + self.set_ahead


async def test_another_way_out_is_a_reason_and_none_is_not() -> None:
    machine = Machine()
    answers = []
    for way in ("10.0.0.2", "10.0.0.2", "", "", "10.0.0.2", "10.0.0.2", "192.168.0.9"):
        machine.way = way
        answers.append(await machine.network.came_back(FAR))
    assert answers == [False, False, False, False, True, False, True]


async def test_a_connection_is_in_doubt_when_the_way_changes() -> None:
    machine = Machine()
    answers = []
    for way in ("10.0.0.2", "10.0.0.2", "", "", "10.0.0.2"):
        machine.way = way
        answers.append(machine.network.moved(FAR))
    assert answers == [False, False, True, False, True]
    assert not any(machine.network.moved(NEAR) for _ in range(3))


async def test_this_computer_is_knocked_at_only_while_nothing_takes_the_connection() -> None:
    machine = Machine()
    machine.listening = True
    assert not any([await machine.network.came_back(NEAR) for _ in range(5)])
    assert machine.knocks == 1  # it is there: no reason to look again
    machine.listening = False
    machine.network.went_away()
    assert not await machine.network.came_back(NEAR)
    machine.listening = True
    assert await machine.network.came_back(NEAR)
    assert not await machine.network.came_back(NEAR)
    assert machine.knocks == 3


@pytest.mark.parametrize("url", [FAR, NEAR])
async def test_sleep_is_noticed_once(url: str) -> None:
    machine = Machine()
    assert not await machine.network.came_back(url)
    machine.asleep = 600.0
    assert machine.network.moved(url)
    assert machine.network.slept_s == 600.0
    assert not machine.network.moved(url)
    assert machine.network.slept_s == 0.0
    machine.asleep = 1200.0
    machine.network.forget()
    assert not machine.network.moved(url)


async def test_a_calendar_that_jumps_is_a_reason_to_look_and_no_sleep() -> None:
    machine = Machine()
    assert not machine.network.moved(FAR)
    machine.set_ahead = 600.0
    assert machine.network.moved(FAR)
    assert machine.network.slept_s == 0.0
    machine.set_ahead = 0.0
    assert not machine.network.moved(FAR)


async def test_a_process_that_stood_still_has_not_slept() -> None:
    network = Network()
    assert not network.moved(NEAR)
    asyncio.get_running_loop().call_soon(blocking_sleep, 1.2)  # on a machine that is awake
    await asyncio.sleep(0.01)
    assert not network.moved(NEAR)
    assert network.slept_s == 0.0


async def test_what_was_known_long_ago_is_no_measure() -> None:
    machine = Machine()
    await machine.network.came_back(FAR)
    machine.network.forget()
    machine.way = "192.168.0.9"
    assert not await machine.network.came_back(FAR)


async def test_knocking_at_a_port() -> None:
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await listens("127.0.0.1", port)
    server.close()
    await server.wait_closed()
    assert not await listens("127.0.0.1", port)
