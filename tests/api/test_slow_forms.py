"""Forms that take their time to come."""

import asyncio
from collections.abc import AsyncIterator

from aggregator.api.presence import PATIENCE
from tests.api.running import running_over
from tests.fakes.prometheus import fake_prometheus


async def test_a_form_that_comes_slowly_is_read_to_its_end() -> None:
    async def form() -> AsyncIterator[bytes]:
        yield b"query="
        await asyncio.sleep(1.5 * PATIENCE)
        yield b"up&time=60"

    async with fake_prometheus() as lisbon, running_over(lisbon=lisbon) as http:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        response = await http.post("/api/v1/query", content=form(), headers=headers, timeout=5)

    assert response.status_code == 200
    assert [series["metric"]["cluster"] for series in response.json()["data"]["result"]] == ["lisbon"]
