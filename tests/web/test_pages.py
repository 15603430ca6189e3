"""The pages that people look at."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette

from aggregator.clusters.values import Cluster, Config, Prometheus
from aggregator.events import heard_rows, rows
from aggregator.events.heard import Heard
from aggregator.events.values import Alert, Change, Health, State, event_of, labels_of
from aggregator.notify import silence_rows
from aggregator.notify.silences import Silence
from aggregator.store.database import Database
from aggregator.web.around import Around
from aggregator.web.routes import web_routes

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DOWN = Alert(
    rule="outages",
    source="outage",
    labels=labels_of({"alertname": "HubDown", "cluster": "lisbon", "namespace": "prod", "severity": "page"}),
    annotations=labels_of({"summary": "University of Lisbon (lisbon/prod) is down"}),
    state=State.FIRING,
    active_at=NOON - 17 * MINUTE,
    true_at=NOON,
    looked_at=NOON,
    people=41,
    evidence=("its health page: 502, three times",),
    fired_at=NOON - 16 * MINUTE,
)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    config = Config((Cluster("lisbon", Prometheus(("http://127.0.0.1:1",))),))
    app = Starlette(routes=web_routes(Around(lambda: config, lambda: database, lambda: NOON)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://crosshub") as client:
        yield client


async def kept(database: Database, *alerts: Alert) -> None:
    async with database.writing() as connection:
        happened = [event_of(alert, Change.FIRING, alert.active_at) for alert in alerts]
        await rows.save(connection, alerts, happened)


async def test_where_nothing_is_open_the_page_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/alerts")

    assert "Nothing is open" in answer.text


async def test_an_alert_that_is_open_is_listed_with_its_page(client: httpx.AsyncClient, database: Database) -> None:
    await kept(database, DOWN)

    answer = await client.get("/alerts")

    assert "1 open" in answer.text
    assert f'<a href="/alerts/{DOWN.fingerprint}">University of Lisbon (lisbon/prod) is down</a>' in answer.text
    assert "for 17 minutes" in answer.text


async def test_the_page_of_an_alert_shows_what_was_seen(client: httpx.AsyncClient, database: Database) -> None:
    await kept(database, DOWN)

    answer = await client.get(f"/alerts/{DOWN.fingerprint}")

    for words in ("41 people had servers there", "its health page: 502, three times", "/runbooks/HubDown", "firing"):
        assert words in answer.text


async def test_what_is_held_is_said_not_to_be_known(client: httpx.AsyncClient, database: Database) -> None:
    await kept(database, replace(DOWN, health=Health.NO_DATA, held_since=NOON - 5 * MINUTE))

    answer = await client.get(f"/alerts/{DOWN.fingerprint}")

    assert "no data since 11:55: whether it is over is not known" in answer.text


async def test_what_is_over_tells_how_long_it_took(client: httpx.AsyncClient, database: Database) -> None:
    await kept(database, replace(DOWN, state=State.RESOLVED, resolved_at=NOON))

    answer = await client.get("/alerts")

    assert "Nothing is open" in answer.text
    assert "17 minutes" in answer.text


async def test_what_others_tell_of_is_one_row_whoever_tells(client: httpx.AsyncClient, database: Database) -> None:
    origins = ("alertmanager", "prometheus of lisbon")
    async with database.writing() as connection:
        times = (NOON - 90 * MINUTE, NOON - 5 * MINUTE)
        told = [Heard(each, DOWN.labels, (), "firing", NOON, at) for each, at in zip(origins, times, strict=True)]
        await heard_rows.keep(connection, told)
    await kept(database, DOWN)

    answer = await client.get("/alerts")

    assert "prometheus of lisbon, alertmanager" in answer.text
    assert "(ours too)" in answer.text
    assert "Wed 25 Nov 2026, 11:55 UTC" in answer.text
    assert "5 minutes ago" in answer.text


async def test_of_a_thousand_entries_the_newest_are_shown_and_how_many_there_are_more(
    client: httpx.AsyncClient, database: Database
) -> None:
    def named(number: int) -> Alert:
        labels = labels_of(dict(DOWN.labels) | {"number": f"{number}"})
        words = labels_of({"summary": f"{number} is down"})
        return replace(DOWN, labels=labels, annotations=words, active_at=NOON - number * MINUTE / 60)

    def over(alert: Alert) -> Alert:
        return replace(alert, rule="over", state=State.RESOLVED, resolved_at=alert.active_at)

    found = [named(number) for number in range(1000)]
    ended = [over(replace(alert, annotations=labels_of({"summary": "Gone"}))) for alert in found]
    heard = [
        Heard(origin, alert.labels, labels_of({"summary": "Heard"}), "firing", alert.active_at, NOON)
        for alert in found
        for origin in ("alertmanager", "prometheus of lisbon")
    ]
    async with database.writing() as connection:
        await rows.save(connection, [*found, *ended], ())
        await heard_rows.keep(connection, heard)
        for number in range(1000):
            since = NOON - number * MINUTE
            quiet = Silence(f"{number}", (), since, NOON + (number - 998) * MINUTE, "ana", f"reason {number}", since)
            await silence_rows.add(connection, quiet)

    alerts, silences = [(await client.get(path)).text for path in ("/alerts", "/silences")]
    form = (await client.get(f"/alerts/{found[0].fingerprint}/silence")).text

    assert "<h1>1000 open</h1>" in alerts
    assert [alerts.count(words) for words in (">0 is down<", ">199 is down<", ">200 is down<")] == [1, 1, 0]
    assert [alerts.count(f">{words}") for words in ("Over: Gone<", "Heard")] == [200, 200]
    assert alerts.count("alertmanager, prometheus of lisbon") == 200
    assert alerts.count("There are 800 more") == 3
    assert all(words in alerts for words in ("<code>crosshub alerts</code>", "<code>crosshub alerts --all</code>"))
    # The only one that is not over is the oldest of all.
    assert silences.count("reason ") == 200
    assert silences.index("reason 999<") < silences.index("reason 0<")
    assert "There are 800 more: <code>crosshub silence list --all</code>" in silences
    assert "1000 open alerts would be silent" in " ".join(form.replace("1,000", "1000").split())
    assert form.count("<li>") == 201


async def test_of_an_alert_that_comes_and_goes_the_latest_events_are_shown(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.writing() as connection:
        times = [NOON - number * MINUTE for number in range(300)]
        happened = [replace(event_of(DOWN, Change.FIRING, at), value=float(n)) for n, at in enumerate(times)]
        await rows.save(connection, [DOWN], happened)

    answer = await client.get(f"/alerts/{DOWN.fingerprint}")

    shown = re.findall(r"value (\d+)", answer.text)
    assert shown == [str(number) for number in range(200)]


async def test_names_from_outside_are_escaped(client: httpx.AsyncClient, database: Database) -> None:
    hostile = "<script>alert(1)</script>"
    labels = labels_of({"alertname": "HubDown", "cluster": hostile, "namespace": hostile})
    alert = replace(DOWN, labels=labels, annotations=labels_of({"summary": hostile, "description": hostile}))
    await kept(database, replace(alert, evidence=(hostile,)))

    answers = [await client.get(path) for path in ("/alerts", f"/alerts/{alert.fingerprint}")]

    assert not any("<script>" in answer.text for answer in answers)
    assert all("script-src" not in answer.headers["content-security-policy"] for answer in answers)
    assert all("default-src 'none'" in answer.headers["content-security-policy"] for answer in answers)


@pytest.mark.parametrize("path", ["/alerts/0123456789abcdef", "/runbooks/NoSuchThing", "/runbooks/..README"])
async def test_what_is_not_there_is_404_with_a_way_on(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert answer.status_code == 404
    assert "All " in answer.text


async def test_a_runbook_leads_to_others(client: httpx.AsyncClient) -> None:
    one = await client.get("/runbooks/UnknownAccounts")
    (link,) = set(re.findall(r'href="(CloseAHub[^"]*)"', one.text))
    other = await client.get(f"/runbooks/{link}")

    assert other.status_code == 200
    assert "<h1>CloseAHub</h1>" in other.text


async def written(client: httpx.AsyncClient, **changed: str) -> httpx.Response:
    """The form of a silence as somebody sent it."""
    fields = {"matchers": 'cluster="lisbon"', "length": "4h", "author": "ana", "reason": "power works"}
    headers = {"Origin": changed.pop("origin", "http://127.0.0.1:9099")}
    return await client.post(f"/alerts/{DOWN.fingerprint}/silence", data=fields | changed, headers=headers)


async def silenced(database: Database) -> list[Silence]:
    async with database.reading() as connection:
        return list(await silence_rows.all_silences(connection))


async def test_the_form_proposes_the_alert_and_says_what_would_be_silent(
    client: httpx.AsyncClient, database: Database
) -> None:
    await kept(database, DOWN)

    answer = await client.get(f"/alerts/{DOWN.fingerprint}/silence")

    assert "alertname=&#34;HubDown&#34;\ncluster=&#34;lisbon&#34;\nnamespace=&#34;prod&#34;</textarea>" in answer.text
    assert "1 open alert would be silent" in answer.text


async def test_a_form_that_is_filled_in_is_a_silence(client: httpx.AsyncClient, database: Database) -> None:
    await kept(database, DOWN)

    answer = await written(client)

    (silence,) = await silenced(database)
    assert (answer.status_code, answer.headers["location"]) == (303, "/silences")
    assert (silence.starts_at, silence.ends_at) == (NOON, NOON + 240 * MINUTE)
    assert (silence.author, silence.reason) == ("ana", "power works")
    assert (
        "Nobody is told: silenced until 25 Nov 16:00 UTC: power works"
        in (await client.get(f"/alerts/{DOWN.fingerprint}")).text
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"matchers": ""}, "everything would be silent"),
        ({"matchers": 'cluster=~".*"'}, "everything would be silent"),
        ({"matchers": "lisbon"}, "A matcher is written as"),
        ({"matchers": 'cluster=~"("'}, "is no regular expression"),
        ({"length": "99y"}, "Say for how long"),
        ({"author": " "}, "Say who you are"),
        ({"reason": ""}, "Say why"),
    ],
)
async def test_a_form_with_a_fault_comes_back_with_what_was_written(
    client: httpx.AsyncClient, database: Database, changed: dict[str, str], words: str
) -> None:
    await kept(database, DOWN)

    answer = await written(client, **changed)

    assert (answer.status_code, await silenced(database)) == (400, [])
    assert words in answer.text
    assert changed.get("reason", "power works") in answer.text


async def test_a_page_of_another_site_silences_nothing(client: httpx.AsyncClient, database: Database) -> None:
    await kept(database, DOWN)

    answer = await written(client, origin="https://evil.example.org")

    assert (answer.status_code, await silenced(database)) == (403, [])


async def test_a_silence_is_ended_on_its_page(client: httpx.AsyncClient, database: Database) -> None:
    await kept(database, DOWN)
    await written(client)
    (silence,) = await silenced(database)

    await client.post(f"/silences/{silence.id}/end")

    assert [each.ends_at for each in await silenced(database)] == [NOON]
    assert "over" in (await client.get("/silences")).text


async def test_what_nobody_has_looked_at_for_long_says_so(client: httpx.AsyncClient, database: Database) -> None:
    await kept(database, replace(DOWN, looked_at=NOON - 10 * MINUTE))

    answers = [await client.get(path) for path in ("/alerts", f"/alerts/{DOWN.fingerprint}")]

    assert all("nobody has looked since 12:00" in answer.text for answer in answers)


@pytest.mark.parametrize(("minutes", "is_stale"), [(6, False), (14, False), (16, True)])
async def test_a_finding_about_access_is_looked_at_less_often(
    client: httpx.AsyncClient, database: Database, minutes: int, *, is_stale: bool
) -> None:
    looked_at = NOON - minutes * MINUTE
    await kept(database, replace(DOWN, rule="access;UnknownAccounts", source="access", looked_at=looked_at))

    answer = await client.get("/alerts")

    assert ("nobody has looked since" in answer.text) is is_stale


async def test_the_worst_is_listed_first_and_what_silences_another_is_named(
    client: httpx.AsyncClient, database: Database
) -> None:
    there = {"cluster": "lisbon", "namespace": "prod", "kind": "access"}
    found = [("UnknownAccounts", "high"), ("MetricsOpen", "low"), ("StrangersAtWork", "critical")]
    await kept(
        database,
        *(
            replace(
                DOWN,
                rule=f"access;{name}",
                source="access",
                labels=labels_of({"alertname": name, "severity": severity, **there}),
                annotations=labels_of({"summary": name}),
            )
            for name, severity in found
        ),
    )

    answer = await client.get("/alerts")

    names = re.findall(r'<a href="/alerts/\w+">(\w+)</a>', answer.text)
    assert names == ["StrangersAtWork", "UnknownAccounts", "MetricsOpen"]
    assert answer.text.count("silent while StrangersAtWork fires") == 1


async def test_code_in_a_sentence_is_set_apart_and_still_escaped(client: httpx.AsyncClient, database: Database) -> None:
    await kept(database, replace(DOWN, evidence=("`up<` of the hub: 0", "odd ` <one>")))

    answer = await client.get(f"/alerts/{DOWN.fingerprint}")

    assert "<li><code>up&lt;</code> of the hub: 0</li>" in answer.text
    assert "<li>odd ` &lt;one&gt;</li>" in answer.text
