"""Messages as rows: once, in order, by one at a time."""

import asyncio
from datetime import timedelta

import pytest

from aggregator.outbox import receiver_rows, rows
from aggregator.outbox.notice import notice_in
from aggregator.outbox.values import Leased, Retry, Turn
from aggregator.store.database import Database
from tests.outbox.notices import (
    MINUTE,
    NEW,
    RESOLVED,
    enqueued,
    item,
    message,
    notice,
    page,
    row_of,
    standing,
    states,
    time_passes,
)

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def oncall(database: Database) -> None:
    """A receiver that is known."""
    async with database.writing() as connection:
        await receiver_rows.known(connection, {"oncall": "a mark"})


async def leased(
    database: Database, most: int = 10, *, pause: timedelta = timedelta(0), owner: str = "here"
) -> tuple[Leased, ...]:
    async with database.writing() as connection:
        return await rows.lease(connection, owner, MINUTE, [Turn("oncall", most, pause)])


async def is_sent(database: Database, held: Leased, **told: str) -> bool:
    async with database.writing() as connection:
        return await rows.sent(connection, held, tuple(sorted(told.items())))


async def failed(database: Database, held: Leased, *, wait: timedelta = SECOND, unsure: bool = False) -> bool:
    async with database.writing() as connection:
        return await rows.failed_for_now(connection, held, Retry("no", wait, unsure))


def keys(held: tuple[Leased, ...]) -> list[str]:
    return [each.key for each in held]


async def test_a_message_with_the_same_key_is_nothing_new(database: Database) -> None:
    kept = await enqueued(database, message("a"), message("a", notice(item("porto"))), message("b", lane="other"))

    assert kept == [True, False, True]
    assert notice_in((await row_of(database, "a")).body) == notice()


async def test_a_notice_takes_the_place_of_one_that_was_never_tried(database: Database) -> None:
    down, back = notice(item(), item("porto")), notice(item(status="resolved"), reason=RESOLVED)

    await enqueued(database, message("down", down), message("elsewhere", down, lane="other"), message("back", back))

    assert await states(database) == {"down": "superseded", "elsewhere": "pending", "back": "pending"}
    told = notice_in((await row_of(database, "back")).body)
    assert [(each.fingerprint, each.status) for each in told.items] == [
        ("fp-porto", "firing"),
        ("fp-lisbon", "resolved"),
    ]


async def test_what_was_tried_and_pages_stay_and_go_first(database: Database) -> None:
    await enqueued(database, message("tried"))
    (tried,) = await leased(database)
    await failed(database, tried, unsure=True)
    await enqueued(database, message("page", page()), message("newer", notice(reason=NEW)))
    await time_passes(database, MINUTE)

    order = []
    while held := await leased(database):
        assert len(held) == 1
        order.append((held[0].key, held[0].attempts, held[0].may_be_repeat))
        assert await is_sent(database, held[0])

    assert order == [("tried", 2, True), ("page", 1, False), ("newer", 1, False)]


async def test_of_each_lane_the_first_one_is_leased_and_no_other_until_it_is_done(database: Database) -> None:
    await enqueued(database, *(message(f"{lane}{number}", page(), lane=lane) for number in (1, 2) for lane in "xy"))

    first = await leased(database)
    meanwhile = await leased(database)
    await is_sent(database, first[0], ts="1.5")
    then = await leased(database)

    assert (keys(first), keys(meanwhile), keys(then)) == (["x1", "y1"], [], ["x2"])
    assert (first[0].told_before, then[0].told_before) == ((), (("ts", "1.5"),))


async def test_a_lane_waits_for_its_first_message_that_has_to_wait(database: Database) -> None:
    await enqueued(database, message("a", page()), message("b", page()))
    (held,) = await leased(database)
    await failed(database, held, wait=MINUTE)

    too_early = await leased(database)
    await time_passes(database, MINUTE)

    assert (keys(too_early), keys(await leased(database))) == ([], ["a"])


async def test_whoever_lets_a_lease_run_out_cannot_mark_it_and_the_next_may_repeat_it(database: Database) -> None:
    await enqueued(database, message("a"))
    (late,) = await leased(database)
    await time_passes(database, MINUTE + SECOND)
    (held,) = await leased(database, owner="there")

    async with database.writing() as connection:
        marks = [
            await rows.sent(connection, late),
            await rows.failed_for_now(connection, late, Retry("no", SECOND)),
            await rows.failed_for_good(connection, late, "no"),
            await rows.give_back(connection, late, begun=False),
        ]

    assert marks == [False] * 4
    assert (held.fence, held.attempts, held.may_be_repeat) == (late.fence + 1, 2, True)
    assert await is_sent(database, held)
    assert not await is_sent(database, held)


async def test_what_may_be_a_repeat_stays_one_until_it_is_sent(database: Database) -> None:
    await enqueued(database, message("a"))
    await leased(database)
    await time_passes(database, MINUTE + SECOND)
    (held,) = await leased(database)
    await failed(database, held)
    await time_passes(database, MINUTE)

    (again,) = await leased(database)

    assert (again.attempts, again.may_be_repeat) == (3, True)


@pytest.mark.parametrize(("begun", "attempts", "may_be_repeat"), [(False, 1, False), (True, 2, True)])
async def test_what_is_given_back_is_due_at_once(
    database: Database, *, begun: bool, attempts: int, may_be_repeat: bool
) -> None:
    await enqueued(database, message("a"))
    (held,) = await leased(database)
    async with database.writing() as connection:
        await rows.give_back(connection, held, begun=begun)

    (again,) = await leased(database)

    assert (again.attempts, again.may_be_repeat) == (attempts, may_be_repeat)


async def test_a_receiver_that_is_off_or_rests_is_sent_nothing(database: Database) -> None:
    await enqueued(database, message("a"))
    async with database.writing() as connection:
        await receiver_rows.rest(connection, "oncall", MINUTE)
    rests = await leased(database)
    await time_passes(database, MINUTE)
    async with database.writing() as connection:
        once = [await receiver_rows.disable(connection, "oncall", why) for why in ("404", "403")]
    off = [await leased(database), await leased(database, pause=SECOND)]
    async with database.writing() as connection:
        await receiver_rows.known(connection, {"oncall": "a mark"})
    still_off = await leased(database)
    async with database.writing() as connection:
        await receiver_rows.known(connection, {"oncall": "another mark"})

    assert (rests, off, still_off, once) == ((), [(), ()], (), [True, False])
    assert keys(await leased(database)) == ["a"]
    assert (await standing(database)).error is None


async def test_a_paused_receiver_has_one_message_a_turn_whoever_asks(database: Database) -> None:
    await enqueued(database, *(message(f"{number}", lane=f"{number}") for number in range(3)))

    first = await leased(database, pause=30 * SECOND)
    others = [await leased(database, pause=30 * SECOND, owner="there"), await leased(database)]
    await time_passes(database, 30 * SECOND)

    assert (keys(first), others) == (["0"], [(), ()])
    assert keys(await leased(database, pause=30 * SECOND)) == ["1"]


async def test_replicas_that_lease_at_once_have_nothing_in_common(database: Database) -> None:
    await enqueued(database, *(message(f"{number}", lane=f"{number}") for number in range(40)))

    found = await asyncio.gather(*(leased(database, 10, owner=f"{number}") for number in range(5)))

    taken = [key for held in found for key in keys(held)]
    assert len(taken) == len(set(taken)) >= 10


async def test_what_waited_too_long_is_given_up(database: Database) -> None:
    await enqueued(database, message("old"), message("left", lane="other"))
    await leased(database, 1)
    await time_passes(database, 2 * DAY)
    await enqueued(database, message("young", lane="third"))

    async with database.writing() as connection:
        dead = await rows.give_up(connection, DAY, "nobody could be reached")

    assert [each.key for each in dead] == ["left", "old"]
    assert await states(database) == {"old": "failed", "left": "failed", "young": "pending"}


async def test_what_is_done_with_and_old_is_removed(database: Database) -> None:
    await enqueued(database, message("superseded"), message("sent"), message("waits", lane="other"))
    (held, _) = await leased(database)
    await is_sent(database, held)
    await time_passes(database, 10 * DAY)
    await enqueued(database, message("young", lane="third"))

    yesterday = (await row_of(database, "young")).created_at - DAY
    async with database.writing() as connection:
        removed = [await rows.purge(connection, yesterday, 1) for _ in range(3)]

    assert removed == [1, 1, 0]
    assert set(await states(database)) == {"waits", "young"}
