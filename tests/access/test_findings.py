"""Findings from look to look, and the alerts that they are."""

from dataclasses import replace
from datetime import timedelta

from aggregator.access import kinds
from aggregator.access.detect import outcomes
from aggregator.access.evidence import Sighting, Unseen
from aggregator.access.findings import Acceptance, Finding, FindingKey, Standing, findings_now, left_behind
from aggregator.access.judging import Looked, Verdict, called, judged
from aggregator.clusters.values import Cluster, Config, Hub, Prometheus
from aggregator.delivery.slack_blocks import slack_text
from aggregator.events.going_on import Judgement, gone_on
from aggregator.events.values import Alert
from aggregator.notify.messages import item_of
from aggregator.outbox.notice import Notice
from tests.access.sightings import DAY, HOUR, NOON, UNNAMED, measured, seen, strangers, told, window, with_windows

EVERY = timedelta(minutes=5)
KEY = ("lisbon", "prod", kinds.UNKNOWN_ACCOUNTS)
STRANGE = seen(told=told(*strangers(2)))
WELL = seen()
UNSEEN = seen(told=Unseen("its API cannot be reached"))
LOGIN, NO_LOGIN = seen(UNNAMED, measured=measured(logins=2)), seen(UNNAMED, measured=measured(logins=0))


class Story:
    """Looks one after another, as the job puts them upon one another."""

    def __init__(self) -> None:
        self.findings: dict[FindingKey, Finding] = {}
        self.alerts: tuple[Alert, ...] = ()
        self.now = NOON
        self.ended: list[Alert] = []

    def look(self, *sightings: Sighting) -> list[str]:
        """What happens: `firing UnknownAccounts`."""
        looks = [replace(each, at=self.now) for each in sightings]
        looked = [Looked(each, outcomes(each), {}) for each in looks]
        for each in looked:
            self.findings |= {one.key: one for one in findings_now(self.findings, each.seen, each.outcomes)}
        hubs = frozenset(each.where for each in looks)
        self.findings |= {one.key: one for one in left_behind(self.findings.values(), hubs, self.now, EVERY)}
        judgement: Judgement[Verdict] = judged(looked, self.findings, self.alerts, self.now, EVERY)
        went = gone_on(self.alerts, judgement, self.now, "access", called)
        self.alerts = tuple(alert for alert in went.alerts if alert.resolved_at is None)
        self.ended += [alert for alert in went.alerts if alert.resolved_at is not None]
        self.now += EVERY
        return [f"{event.change} {dict(event.labels)['alertname']}" for event in went.events]


def test_a_finding_is_told_of_at_the_first_look_and_over_after_two_without_it() -> None:
    story = Story()

    happened = [story.look(each) for each in (WELL, STRANGE, STRANGE, WELL, WELL)]

    name = kinds.UNKNOWN_ACCOUNTS
    assert happened == [[], [f"firing {name}"], [], [f"recovering {name}"], [f"resolved {name}"]]
    assert story.findings[KEY].standing(story.now) is Standing.CLOSED


def test_it_has_its_first_and_last_look_and_how_many_there_were() -> None:
    story = Story()
    for _ in range(3):
        story.look(STRANGE)

    finding = story.findings[KEY]

    assert (finding.first_seen, finding.last_seen, finding.looks) == (NOON, NOON + 2 * EVERY, 3)
    assert finding.head == "2 accounts on University of Lisbon (lisbon/prod) that its policy does not know"
    assert story.alerts[0].evidence[-1] == "first seen 26 Nov 12:00, 3 times; this is certain"


def test_a_message_says_what_was_found_by_what_evidence_and_what_to_do_next() -> None:
    story = Story()
    story.look(STRANGE)
    story.look(STRANGE)
    config = Config((Cluster("lisbon", Prometheus(("http://127.0.0.1:1",)), hubs=(Hub("prod", "prod"),)),))

    item = item_of(config, story.alerts[0], story.now)
    form = slack_text(Notice("group", "oncall", (), "firing", "first", story.now, "UTC", (item,)), "http://list")

    assert [line for block in form.blocks if "text" in block for line in block["text"]["text"].splitlines()] == [
        ":unlock: *2 accounts on University of Lisbon (lisbon/prod) that its policy does not know* — high",
        "Since 12:00, for 10 minutes.",
        "• policy institution (`*@uni.example` and 1 named person), owner ana@uni.example, no open window",
        "• 2 new accounts since 26 Nov 11:00 (usual: 0 to 2 a day), none matches",
        "• first seen 26 Nov 12:00, 2 times; this is certain",
        'A workshop? Declare the window. People who are meant? Name them in the policy. Otherwise: runbook "close a hub".',
    ]


def test_every_kind_says_what_to_do_next_in_whole_sentences() -> None:
    assert list(kinds.THEN) == list(kinds.KINDS)
    assert all(then[0].isupper() and then.endswith((".", "?")) for then in kinds.THEN.values())


def test_what_cannot_be_seen_is_held_and_says_why() -> None:
    story = Story()
    happened = [story.look(each) for each in (STRANGE, UNSEEN, UNSEEN, STRANGE)]

    assert happened == [["firing UnknownAccounts"], ["held UnknownAccounts"], [], ["seen UnknownAccounts"]]
    assert story.findings[KEY].unseen == ""


def test_nothing_is_closed_while_a_hub_is_silent() -> None:
    story = Story()
    story.look(STRANGE)
    for _ in range(20):
        story.look(UNSEEN)

    assert story.findings[KEY].standing(story.now) is Standing.OPEN
    assert story.findings[KEY].unseen == "its API cannot be reached"
    assert story.findings[KEY].last_seen == NOON


def test_what_somebody_lives_with_is_not_told_of_until_then() -> None:
    story = Story()
    story.look(STRANGE)
    story.findings[KEY] = replace(story.findings[KEY], accepted=Acceptance("ana", NOON + DAY, "they are students"))

    accepted = story.look(STRANGE)
    evidence = story.findings[KEY].standing(story.now)
    story.now = NOON + DAY
    again = story.look(STRANGE)

    assert accepted == ["resolved UnknownAccounts"]
    assert evidence is Standing.ACCEPTED
    assert again == ["firing UnknownAccounts"]


def test_the_end_of_what_is_accepted_says_that_nothing_was_mended() -> None:
    story = Story()
    story.look(STRANGE)
    accepted = replace(story.findings[KEY], accepted=Acceptance("ana", NOON + DAY, "they are students"))

    looked = Looked(STRANGE, outcomes(STRANGE), {})
    judgement = judged([looked], {KEY: accepted}, story.alerts, NOON, EVERY)
    went = gone_on(story.alerts, judgement, NOON, "access", called)

    assert dict(went.alerts[0].annotations)["summary_resolved"] == (
        "The finding UnknownAccounts about lisbon/prod is no longer watched"
    )
    assert went.alerts[0].evidence == ("accepted by ana until 27 Nov 2026: they are students",)


def test_a_finding_that_comes_back_is_a_new_one() -> None:
    story = Story()
    for each in (STRANGE, STRANGE, WELL, WELL, STRANGE):
        story.look(each)

    assert (story.findings[KEY].first_seen, story.findings[KEY].looks) == (NOON + 4 * EVERY, 1)


def test_what_comes_and_goes_is_one_finding_until_a_day_was_quiet() -> None:
    story = Story()
    happened = []
    for hours, each in (
        (0, LOGIN),
        (2, NO_LOGIN),
        (14, LOGIN),
        (24, LOGIN),
        (47, NO_LOGIN),
        (48, NO_LOGIN),
        (49, NO_LOGIN),
    ):
        story.now = NOON + hours * HOUR
        happened += story.look(each)

    name = kinds.LOGIN_OUTSIDE
    assert happened == [f"firing {name}", f"recovering {name}", f"resolved {name}"]
    assert story.findings[*KEY[:2], name].closed_at == NOON + 48 * HOUR


def test_what_pauses_is_over_at_once_when_it_is_allowed() -> None:
    story = Story()
    story.look(LOGIN)

    happened = [*story.look(seen(with_windows(UNNAMED, window(-HOUR, DAY)))), *story.look(WELL)]

    assert happened == ["recovering LoginOutsideWindow", "resolved LoginOutsideWindow"]


def test_what_pauses_is_told_as_it_was_found() -> None:
    story = Story()
    story.look(LOGIN)
    told_first = story.alerts[0].annotations, story.alerts[0].evidence

    story.look(NO_LOGIN)

    assert (story.alerts[0].annotations, story.alerts[0].evidence) == told_first


def test_nothing_begins_with_a_pause() -> None:
    story = Story()

    assert story.look(NO_LOGIN) == []
    assert story.findings == {}


def test_a_hub_that_is_in_no_configuration_any_more_is_left_alone_after_five_looks() -> None:
    story = Story()
    story.look(STRANGE)

    happened = [story.look() for _ in range(7)]

    assert [each for each in happened if each] == [["resolved UnknownAccounts"]]
    assert happened.index(["resolved UnknownAccounts"]) == 5
    assert story.findings[KEY].standing(story.now) is Standing.CLOSED


def test_alerts_carry_what_routes_go_by() -> None:
    story = Story()
    story.look(STRANGE)

    assert dict(story.alerts[0].labels) == {
        "alertname": "UnknownAccounts",
        "cluster": "lisbon",
        "namespace": "prod",
        "hub": "prod",
        "severity": "high",
        "kind": "access",
    }


def test_a_hub_with_a_new_name_is_told_of_under_it_and_not_said_to_be_well() -> None:
    story = Story()
    story.look(STRANGE)

    happened = story.look(replace(STRANGE, hub="main"))

    assert sorted(happened) == ["firing UnknownAccounts", "resolved UnknownAccounts"]
    assert story.ended[-1].evidence == ("it is told of under another name of the hub now",)


def test_a_hub_that_another_replica_names_keeps_when_it_was_first_seen() -> None:
    story = Story()
    story.look(STRANGE)
    story.look()
    story.look(STRANGE)

    assert (story.findings[KEY].first_seen, story.findings[KEY].looks) == (NOON, 2)
