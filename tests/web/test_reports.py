"""What communities were told, on the web, and the page behind a recipient's own link."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from aggregator.clusters.reporting import Community
from aggregator.clusters.values import Config
from aggregator.reports import subscription_rows
from aggregator.reports.archive_rows import Archived, archived, heads
from aggregator.reports.recipients import Subscription
from aggregator.store.database import Database
from aggregator.web.around import Around
from aggregator.web.routes import web_routes
from tests.reports.posting import HOUR, URL, Post, posting

ANA, RUI = "ana@example.org", "rui@example.org"
HOSTILE = "<script>alert(1)</script>"


@dataclass(slots=True)
class Web:
    """The pages, after one report was sent to two people."""

    client: httpx.AsyncClient
    post: Post
    links: dict[str, str]

    async def report(self) -> Archived:
        async with self.post.database.reading() as connection:
            (head,) = await heads(connection, 9)
            found = await archived(connection, head.id)
        assert found is not None
        return found

    async def standing(self, address: str) -> Subscription:
        async with self.post.database.reading() as connection:
            return (await subscription_rows.known(connection, "lisbon"))[address]


@pytest.fixture
async def web(database: Database, tmp_path: Path) -> AsyncIterator[Web]:
    async with posting(database, tmp_path, Community("lisbon", HOSTILE, (ANA, RUI), language="pt")) as post:
        await post.passes(2 * HOUR)
        config: Config = post.config
        app = Starlette(routes=web_routes(Around(lambda: config, lambda: database, lambda: post.now)))
        links = {to: mail["List-Unsubscribe"].strip("<>").removeprefix(URL) for to, mail in post.mailbox.mails}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crosshub") as client:
            yield Web(client, post, links)


async def test_a_report_is_shown_as_it_was_sent_and_nothing_in_it_can_run(web: Web) -> None:
    report = await web.report()
    answers = [await web.client.get(f"/reports/{report.head.id}{part}") for part in ("", "/text")]

    html, text = (answer.text for answer in answers)
    link = f"{URL}/reports"
    assert html == report.letter.html.replace(report.letter.link_place, link)
    assert text == report.letter.text.replace(report.letter.link_place, link)
    assert "<script" not in html
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("sandbox ")
        assert "script-src" not in policy
        assert "default-src 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_list_says_how_many_got_it_and_names_nobody(web: Web) -> None:
    answer = await web.client.get("/reports")

    assert "2 of 2" in answer.text
    assert f"/reports/{(await web.report()).head.id}" in answer.text
    assert "@example.org" not in answer.text
    assert "<script" not in answer.text


@pytest.mark.parametrize("path", ["/reports/none", "/reports/none/text", "/stop/none", "/stop/a.b"])
async def test_what_is_not_there_is_said_to_be_missing(web: Web, path: str) -> None:
    assert (await web.client.get(path)).status_code == 404
    assert (await web.client.post("/stop/a.b")).status_code == 404


async def test_looking_at_the_link_stops_nothing(web: Web) -> None:
    answer = await web.client.get(web.links[ANA])

    assert "Recebe as mensagens regulares" in answer.text
    assert "&lt;script&gt;" in answer.text
    assert (await web.standing(ANA)).stopped_at is None


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"data": {"List-Unsubscribe": "One-Click"}}, id="as a form"),
        pytest.param({"files": {"List-Unsubscribe": (None, "One-Click")}}, id="in parts"),
        pytest.param({}, id="with nothing"),
    ],
)
async def test_one_click_of_a_mail_program_stops_one_recipient_for_good(
    web: Web, sent: dict[str, dict[str, str]]
) -> None:
    answer = await web.client.post(web.links[ANA], headers={"Origin": "https://mail.example.com"}, **sent)  # type: ignore[arg-type]

    assert answer.status_code == 200
    assert (await web.standing(ANA)).stopped_at == web.post.now
    assert (await web.standing(RUI)).stopped_at is None


async def test_a_recipient_pauses_and_resumes(web: Web) -> None:
    paused = await web.client.post(web.links[RUI], data={"wanted": "pause"})
    during = await web.standing(RUI)
    again = await web.client.post(web.links[RUI], data={"wanted": "resume"})

    assert "suspensas até 2026-12-21" in paused.text
    assert during.is_quiet(web.post.now)
    assert "Recebe as mensagens" in again.text
    assert not (await web.standing(RUI)).is_quiet(web.post.now)


async def test_a_link_that_was_changed_stops_nobody(web: Web) -> None:
    name, _, signature = web.links[ANA].rpartition("/")[2].partition(".")
    theirs = (await web.standing(RUI)).id

    for token in (f"{name}.{'0' * len(signature)}", f"{theirs}.{signature}", name, f"{name}."):
        assert (await web.client.post(f"/stop/{token}")).status_code == 404
    assert (await web.standing(ANA)).stopped_at is (await web.standing(RUI)).stopped_at is None
