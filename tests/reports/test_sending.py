"""Each recipient gets each report once, whatever the mail server does, or somebody hears why not."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.clusters.alerting import Slack
from aggregator.clusters.reporting import Community, Operators, Report, Reports
from aggregator.reports import subscription_rows
from aggregator.reports.addressing import Addressing
from aggregator.reports.archive_rows import archived, heads, sendings
from aggregator.reports.stop_links import subscription_in
from aggregator.rollups.people_rows import key_of_people
from aggregator.store.database import Database
from tests.delivery.making import secret
from tests.fakes.receiving import receiving, told
from tests.outbox.notices import enqueued, message
from tests.reports.posting import DAY, HOUR, OPS, URL, Post, posting

ANA, RUI, EVA = "ana@example.org", "rui@example.org", "eva@example.org"
EACH = Community("lisbon", "Lisbon", (ANA, RUI, EVA))


async def _accepts(post: Post) -> None:
    await post.passes(3 * HOUR)


async def _greylists(post: Post) -> None:
    post.mailbox.greylists = {RUI: 2, EVA: 1}
    await post.passes(3 * HOUR)


async def _refuses_one(post: Post) -> None:
    post.mailbox.refuses[RUI] = "550 5.1.1 No such user here"
    await post.passes(3 * HOUR)


async def _drops_after_data(post: Post) -> None:
    post.mailbox.drops = 1
    await post.passes(3 * HOUR)


async def _always_drops_after_data(post: Post) -> None:
    post.mailbox.drops = 100
    await post.passes(3 * DAY, 6 * HOUR)


async def _is_down_for_a_day(post: Post) -> None:
    post.port = 1
    await post.passes(DAY, 2 * HOUR)
    post.port = 0
    await post.passes(2 * HOUR)


async def _is_down_for_three_days(post: Post) -> None:
    post.port = 1
    await post.passes(3 * DAY, 4 * HOUR)
    post.port = 0
    await post.passes(2 * HOUR)


async def _refuses_one_for_five_weeks(post: Post) -> None:
    post.mailbox.refuses[RUI] = "550 No such user here"
    await post.weeks(5)


async def _refuses_by_policy_for_five_weeks(post: Post) -> None:
    post.mailbox.refuses[RUI] = "554 5.7.1 Relay access denied"
    await post.weeks(5)


async def _is_paused_by_one(post: Post) -> None:
    await _subscribed(post, RUI, lambda to, name: subscription_rows.pause(to, name, post.now + 8 * DAY))
    await post.weeks(3)


async def _is_stopped_by_one(post: Post) -> None:
    await _subscribed(post, RUI, lambda to, name: subscription_rows.stop(to, name, post.now))
    await post.weeks(3)


async def _is_paused_for_all(post: Post) -> None:
    await _subscribed(post, "", lambda to, name: subscription_rows.pause(to, name, post.now + 8 * DAY))
    await post.weeks(3)


async def _is_resent_to_one(post: Post) -> None:
    await post.passes(3 * HOUR)
    await _again(post, RUI)
    await post.passes(HOUR)


async def _is_a_draft(post: Post) -> None:
    post.config = replace(
        post.config,
        communities=tuple(replace(each, draft=True) for each in post.config.communities),
        reports=Reports(test_address="test@example.org"),
    )
    await post.passes(3 * HOUR)


async def _two_replicas(post: Post) -> None:
    post.now += 2 * HOUR
    await asyncio.gather(*(post.reporting(name).do() for name in "abcd"))
    await asyncio.gather(*(post.delivery().tick() for _ in range(3)))
    await post.passes(3 * HOUR)


REFUSED = "A message did not get through to mail/reports"
GIVEN_UP = "3 messages for mail/reports could not be sent in 48 hours"
SUPPRESSED = f"No report is sent to {RUI} any more: it was refused 3 times in a row"

Happens = Callable[[Post], Awaitable[None]]


@pytest.mark.parametrize(
    ("happens", "mails", "words"),
    [
        pytest.param(_accepts, (1, 1, 1), [], id="it accepts"),
        pytest.param(_two_replicas, (1, 1, 1), [], id="replicas race"),
        pytest.param(_greylists, (1, 1, 1), [], id="it greylists"),
        pytest.param(_refuses_one, (1, 0, 1), [REFUSED], id="it refuses a recipient"),
        # The window: who took a mail and did not say so gets it once more, with the same Message-ID.
        pytest.param(_drops_after_data, (2, 1, 1), [], id="it drops after DATA, once"),
        pytest.param(_always_drops_after_data, (2, 2, 2), [REFUSED] * 3, id="it drops after DATA, always"),
        pytest.param(_is_down_for_a_day, (1, 1, 1), [], id="it is down for a day"),
        pytest.param(_is_down_for_three_days, (0, 0, 0), [GIVEN_UP], id="it is down for three days"),
        pytest.param(_refuses_one_for_five_weeks, (5, 0, 5), [REFUSED] * 2 + [SUPPRESSED], id="5xx three times"),
        pytest.param(
            _refuses_by_policy_for_five_weeks, (5, 0, 5), [REFUSED] * 5, id="5xx that is not about the address"
        ),
        pytest.param(_is_paused_by_one, (3, 1, 3), [], id="one has paused"),
        pytest.param(_is_stopped_by_one, (3, 0, 3), [], id="one has stopped"),
        pytest.param(_is_paused_for_all, (1, 1, 1), [], id="the community is paused"),
        pytest.param(_is_resent_to_one, (1, 2, 1), [], id="it is resent to one"),
        pytest.param(_is_a_draft, (0, 0, 0), [], id="it is a draft"),
    ],
)
async def test_how_many_mails_each_recipient_gets(
    database: Database, tmp_path: Path, happens: Happens, mails: tuple[int, ...], words: list[str]
) -> None:
    async with posting(database, tmp_path, EACH) as post:
        await happens(post)

    assert tuple(post.mails()[each] for each in (ANA, RUI, EVA)) == mails
    assert sorted(post.words()) == sorted(words) if post.mailbox.drops == 0 else set(post.words()) == set(words)
    same = {(to, mail["Message-ID"]) for to, mail in post.mailbox.mails if mail["List-Id"]}
    assert len({name for _, name in same}) == len(same)


async def test_what_is_sent_twice_has_the_same_message_id_and_what_is_resent_another(
    database: Database, tmp_path: Path
) -> None:
    async with posting(database, tmp_path, replace(EACH, recipients=(ANA,))) as post:
        await _drops_after_data(post)
        await _again(post, ANA)
        await post.passes(HOUR)

    first, second, third = [mail["Message-ID"] for _, mail in post.mailbox.mails]
    assert first == second != third


async def test_a_mail_has_what_mail_programs_need_to_stop_it_and_nothing_that_tells_on_its_reader(
    database: Database, tmp_path: Path
) -> None:
    async with posting(database, tmp_path, replace(EACH, recipients=(ANA, RUI))) as post:
        await _accepts(post)
        async with database.reading() as connection:
            key = await key_of_people(connection, post.config.people_key_file)
            whose = await subscription_rows.known(connection, "lisbon")

    for to, mail in post.mailbox.mails:
        link = mail["List-Unsubscribe"].strip("<>")
        assert link.startswith(f"{URL}/stop/")
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert subscription_in(key, link.rpartition("/")[2]) == whose[to].id
        text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
        assert text is not None
        assert html is not None
        assert link in text.get_content()
        assert link in html.get_content()
        assert "stop.crosshub.invalid" not in f"{text.get_content()}{html.get_content()}"
        others = {ANA, RUI} - {to}
        assert not any(each in bytes(mail).decode() for each in others)
    assert len(post.mailbox.mails) == 2


async def test_what_is_kept_is_what_was_sent(database: Database, tmp_path: Path) -> None:
    async with posting(database, tmp_path, replace(EACH, recipients=(ANA,))) as post:
        await _accepts(post)
        async with database.reading() as connection:
            (head,) = await heads(connection, 9)
            kept = await archived(connection, head.id)

    ((_, mail),) = post.mailbox.mails
    link = mail["List-Unsubscribe"].strip("<>")
    assert kept is not None
    assert kept.facts.period.name == head.period == "2026-W47"
    assert mail["Subject"] == kept.letter.subject
    for kind, content in (("plain", kept.letter.text), ("html", kept.letter.html)):
        body = mail.get_body((kind,))
        assert body is not None
        # A mail ends its lines in another way, and its last one as well.
        assert (
            body.get_content().replace("\r\n", "\n").rstrip() == content.replace(kept.letter.link_place, link).rstrip()
        )
    assert f"{URL}/reports/{head.id}" in kept.letter.text


async def test_it_is_noted_what_became_of_it_for_each(database: Database, tmp_path: Path) -> None:
    async with posting(database, tmp_path, EACH) as post:
        await _subscribed(post, EVA, lambda to, name: subscription_rows.stop(to, name, post.now))
        await _refuses_one(post)
        async with database.reading() as connection:
            (head,) = await heads(connection, 9)
            found = {each.address: each for each in (await sendings(connection, [head.id]))[head.id]}

    assert [found[each].states for each in (ANA, RUI, EVA)] == [
        (("sent", ""),),
        (("failed", "550: 5.1.1 No such user here"),),
        (),
    ]
    assert found[EVA].left_out == "stopped by its reader"


async def test_drafts_go_to_the_test_address_alone(database: Database, tmp_path: Path) -> None:
    async with posting(database, tmp_path, EACH) as post:
        await _is_a_draft(post)

    assert post.mails() == {"test@example.org": 1}


@pytest.mark.parametrize(
    ("is_installed", "attached"),
    [(True, ["lisbon-2026-W47.csv", "lisbon-2026-W47.pdf"]), (False, ["lisbon-2026-W47.csv"])],
    ids=["it is there", "nothing draws a PDF"],
)
async def test_what_is_to_be_attached_is_and_a_mail_without_its_pdf_goes_out_all_the_same(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_installed: bool, attached: list[str]
) -> None:
    if not is_installed:
        monkeypatch.setitem(sys.modules, "weasyprint", None)
    weekly = Report("weekly", csv=True, pdf=True)
    async with posting(database, tmp_path, replace(EACH, recipients=(ANA,), reports=(weekly,))) as post:
        await _accepts(post)

    ((_, mail),) = post.mailbox.mails
    assert [each.get_filename() for each in mail.iter_attachments()] == attached


async def test_operators_get_theirs_by_its_own_cron(database: Database, tmp_path: Path) -> None:
    reports = Reports(operators=Operators((OPS,), "30 9 * * TUE"))
    async with posting(database, tmp_path, EACH, reports=reports) as post:
        await post.passes(2 * DAY, 5 * HOUR)

    assert post.mails("All hubs") == {OPS: 1}


async def test_a_community_with_slack_is_told_there_too_once_and_in_short(database: Database, tmp_path: Path) -> None:
    async with receiving() as server:
        slack = Slack(webhook=secret(f"{server.url}/hook"))
        async with posting(database, tmp_path, replace(EACH, slack=slack)) as post:
            await post.passes(3 * HOUR)

    (words,) = told(server)
    assert words["text"].startswith("Lisbon, week 47")
    assert f"{URL}/reports/" in f"{words['blocks']}"
    assert "stop.crosshub.invalid" not in f"{words}"


async def test_without_a_mail_server_reports_are_made_and_it_is_said_why_nobody_gets_them(
    database: Database, tmp_path: Path
) -> None:
    async with posting(database, tmp_path, EACH, smtp=None) as post:
        post.now += 2 * HOUR
        await post.reporting().do()
        async with database.reading() as connection:
            (head,) = await heads(connection, 9)
            found = (await sendings(connection, [head.id]))[head.id]

    assert {each.left_out for each in found} == {"the configuration has no smtp"}


async def _subscribed(post: Post, address: str, act: Callable[[AsyncConnection, str], Awaitable[None]]) -> None:
    """Something is done about a recipient's subscription."""
    async with post.database.writing() as connection:
        found = await subscription_rows.subscriptions(connection, "lisbon", (address,))
        await act(connection, found[address].id)


async def _again(post: Post, to: str) -> None:
    async with post.database.writing() as connection:
        (head,) = await heads(connection, 9)
        key = await key_of_people(connection, post.config.people_key_file)
        await Addressing(post.config, key, post.now).again(connection, head, [to], "again")


async def test_an_alert_by_mail_goes_before_the_reports_that_wait(database: Database, tmp_path: Path) -> None:
    async with posting(database, tmp_path, EACH) as post:
        post.now += HOUR
        await post.reporting().do()
        await enqueued(database, message("alert", to="ops"))
        await post.delivery().tick()

    first, *rest = [to for to, _ in post.mailbox.mails]
    assert first == OPS
    assert sorted(rest) == [ANA, EVA, RUI]
