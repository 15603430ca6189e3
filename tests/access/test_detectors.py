"""What each detector finds, and where it keeps quiet: one hub a line."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from aggregator.access import kinds
from aggregator.access.detect import DETECTORS, outcomes
from aggregator.access.evidence import Effect, Known, NotAsked, Outside, Sighting, Unseen
from aggregator.access.found import Found, Pause
from aggregator.access.kinds import KINDS
from aggregator.access.policy import Policy
from tests.access.sightings import (
    CLOSED,
    DAY,
    DUMMY,
    HOUR,
    INSTITUTION,
    NONE,
    NOON,
    OAUTH,
    OPEN,
    ORG,
    PASSWORD,
    QUIET,
    UNNAMED,
    account,
    measured,
    seen,
    server,
    strangers,
    told,
    window,
    with_windows,
)

ANA = account("ana", age=400 * DAY)
MONTH = tuple(account(f"{days}-new", age=days * DAY) for days in (2, 3, 4))
BEGUN = [replace(server("", age=days * DAY), with_account=True) for days in (2, 3, 4, 5)]
GUESTS = strangers(5, age=2 * DAY)
EPHEMERAL = Policy("ephemeral")
STAFFED = replace(UNNAMED, staff=frozenset({"staff"}))
OVER = window(-3 * DAY, -DAY)
NOW_OPEN = window(-DAY, DAY, 4)
NOT_ASKED = NotAsked("it has no api_token")
UNSEEN = Unseen("its API cannot be reached")
SILENT = Unseen("the cluster's Prometheus: no answer in 20 s")
BUSY = [server(each.name, cpu=0.97) for each in strangers(9)]
ALL_NIGHT = [server("", cpu=0.97, age=13 * HOUR)] * 3
IDLE = [server(each.name, cpu=0.6) for each in strangers(9)]
MINER = Effect("CryptominerKilled", "A miner was killed on lisbon, node a", here=False)
CALLED_OFF = window(-2 * DAY, -3 * DAY)
HASHES = {"ana": "a1", "eve": "e1"}
SHARED = "jupyterhub.authenticators.shared.SharedPasswordAuthenticator"

FOUND: list[tuple[str, str, Sighting]] = [
    # what is declared, and the clock
    (kinds.NO_POLICY, "No access policy is declared for {hub}", seen(NONE)),
    (kinds.REVIEW_OVERDUE, "The access policy of {hub} should have been reviewed 3 days ago",
     seen(replace(INSTITUTION, review_by=date(2026, 11, 23)))),
    (kinds.WINDOW_TOO_LONG, "An open window of {hub} is longer than 14 days",
     seen(with_windows(INSTITUTION, window(-DAY, 14 * DAY)))),
    (kinds.WINDOW_TOO_LONG, "An open window of {hub} has no end", seen(with_windows(INSTITUTION, window(-DAY, None)))),
    (kinds.WINDOW_TOO_LONG, "An open window of {hub} has no end",
     seen(with_windows(INSTITUTION, window(-100 * DAY, None)))),
    (kinds.STAFF_UNLISTED, "1 admin of {hub} is not in its list of staff",
     seen(told=told(account("ana", age=400 * DAY, admin=True)), hashed=HASHES)),
    # the hub itself
    (kinds.CLASS_CONTRADICTS, "{hub} lets in whom its policy does not mean: its authenticator is DummyAuthenticator",
     seen(told=told(ANA, authenticator=DUMMY))),
    (kinds.CLASS_CONTRADICTS, "{hub} lets in whom its policy does not mean: its authenticator is TmpAuthenticator",
     seen(CLOSED, told=told(ANA, authenticator="tmpauthenticator.TmpAuthenticator"))),
    (kinds.CLASS_CONTRADICTS, "{hub} lets in whom its policy does not mean: its authenticator is TmpAuthenticator",
     seen(PASSWORD, told=told(ANA, authenticator="tmpauthenticator.TmpAuthenticator"))),
    (kinds.CLASS_CHANGED, "The authenticator of {hub} is DummyAuthenticator now, and was GitHubOAuthenticator",
     seen(OPEN, told=told(ANA, authenticator=DUMMY), known=Known(DUMMY, OAUTH, NOON - 6 * DAY))),
    (kinds.KNOWN_HOLE, "{hub} runs jupyterhub 4.1.5, which has a known access hole",
     seen(told=told(ANA, version="4.1.5"))),
    (kinds.SIGN_UP, "{hub} has a page on which anybody can ask for an account", seen(outside=Outside(sign_up=True))),
    (kinds.LOGIN_FORM, "The login page of {hub} asks for a password of its own",
     seen(told=NOT_ASKED, outside=Outside(password_form=True))),
    (kinds.METRICS_OPEN, "Anybody can read the metrics of {hub}", seen(outside=Outside(metrics=True))),
    (kinds.PROMETHEUS_OPEN, "Anybody can ask the Prometheus that knows {hub}", seen(cluster_open=True)),
    # who appears
    (kinds.UNKNOWN_ACCOUNTS, "2 accounts on {hub} that its policy does not know", seen(told=told(ANA, *strangers(2)))),
    (kinds.UNKNOWN_ACCOUNTS, "1 account on {hub} that its policy does not know",
     seen(told=NOT_ASKED, measured=measured(servers=[server("eve")]))),
    (kinds.UNKNOWN_ACCOUNTS, "1 account on {hub} that its policy does not know",
     seen(CLOSED, told=told(*strangers(1, age=29 * DAY)))),
    (kinds.UNKNOWN_ACCOUNTS, "1 account on {hub} that its policy does not know",
     seen(told=UNSEEN, measured=measured(servers=[server("eve")]))),
    (kinds.WINDOW_STILL_OPEN, "{hub} is still open after its window",
     seen(with_windows(INSTITUTION, OVER), told=told(*GUESTS, *strangers(1, age=HOUR)))),
    (kinds.WINDOW_STILL_OPEN, "{hub} is still open after its window",
     seen(with_windows(INSTITUTION, OVER), told=told(*strangers(3, age=2 * DAY, active=HOUR)))),
    (kinds.WINDOW_STILL_OPEN, "{hub} is still open after its window",
     seen(with_windows(INSTITUTION, OVER), told=NOT_ASKED, measured=measured(servers=[server("eve")]))),
    (kinds.ACCOUNT_SURGE, "14 new accounts on {hub} in a day", seen(ORG, measured=measured((*QUIET, 14)))),
    (kinds.ACCOUNT_SURGE, "14 new accounts on {hub} in a day",
     seen(with_windows(ORG, window(-DAY, -5 * HOUR)), told=told(*strangers(14)), measured=measured((*QUIET, 20)))),
    (kinds.ACCOUNT_SURGE, "14 new accounts on {hub} in a day", seen(OPEN, measured=measured((*QUIET, 14)))),
    (kinds.ACCOUNT_SURGE, "14 new accounts on {hub} in a day",
     seen(INSTITUTION, told=NOT_ASKED, measured=measured((*QUIET, 14)))),
    (kinds.ACCOUNT_SURGE, "14 new accounts on {hub} in a day", seen(ORG, told=told(*strangers(14)), measured=SILENT)),
    (kinds.ACCOUNT_SURGE, "7 new accounts on {hub} in a window for 4 people",
     seen(with_windows(INSTITUTION, NOW_OPEN), told=told(*strangers(7, age=HOUR)))),
    (kinds.SLOW_DRIP, "New accounts on {hub} on 7 of 7 days", seen(ORG, measured=measured((0,) * 28 + (2,) * 7))),
    (kinds.SLOW_DRIP, "New accounts on {hub} on 14 of 14 days",
     seen(ORG, measured=measured((2, 0, 1, 1, 0, 1, 0) * 3 + (2,) * 14))),
    (kinds.SLOW_DRIP, "New accounts on {hub} on 5 of 7 days",
     seen(with_windows(ORG, window(-11 * DAY, -9 * DAY)), measured=measured((0,) * 24 + (30, 40) + (0,) * 3 + (2, 1, 0, 2, 2, 1)))),
    (kinds.SLOW_DRIP, "3 new accounts on {hub} whose servers do not stop",
     seen(replace(ORG, expected_people=99), told=told(*MONTH), measured=measured(servers=[server(each.name, age=2 * DAY) for each in MONTH]))),
    (kinds.SLOW_DRIP, "3 new accounts on {hub} whose servers do not stop",
     seen(ORG, told=told(*MONTH), measured=measured(servers=[server("", age=days * DAY - HOUR / 12) for days in (2, 3, 4)]))),
    (kinds.SLOW_DRIP, "4 servers on {hub} that do not stop, each begun as an account was made",
     seen(ORG, told=NOT_ASKED, measured=measured(growing=0.02, servers=[*BEGUN, server("", age=2 * DAY)]))),
    (kinds.SIMILAR_NAMES, "5 new accounts on {hub} with names that differ in a number only",
     seen(ORG, told=told(*(account(f"miner-{n}") for n in range(5))))),
    (kinds.MORE_THAN_NAMED, "4 accounts on {hub}, whose policy names 3 people",
     seen(CLOSED, told=NOT_ASKED, measured=measured(accounts=4))),
    (kinds.LOGIN_OUTSIDE, "2 logins to {hub} while it is meant to be closed",
     seen(with_windows(STAFFED, OVER), told=NOT_ASKED, measured=measured(logins=2))),
    (kinds.LOGIN_OUTSIDE, "2 logins to {hub} while it is meant to be closed",
     seen(with_windows(UNNAMED, OVER), measured=measured(logins=2))),
    (kinds.DENIALS_VANISHED, "{hub} refuses nobody any more",
     seen(ORG, measured=measured(denied_before=200, denied_now=0, let_in_now=25))),
    (kinds.ADMIN_APPEARED, "1 new admin on {hub}",
     seen(told=told(account("eve", age=60 * DAY, admin=True)), hashed=HASHES,
          known=Known(OAUTH, admins={"a1": None, "e1": NOON - DAY}))),
    (kinds.UNKNOWN_ACCOUNTS, "1 account on {hub} that its policy does not know",
     seen(told=told(*strangers(1, age=300 * DAY, active=HOUR)))),
    (kinds.UNKNOWN_ACCOUNTS, "1 account on {hub} that its policy does not know",
     seen(UNNAMED, told=told(*strangers(1)))),
    (kinds.UNKNOWN_ACCOUNTS, "1 account on {hub} that its policy does not know",
     seen(with_windows(INSTITUTION, OVER), told=told(account("before", age=10 * DAY), *strangers(1)))),
    (kinds.UNKNOWN_ACCOUNTS, "1 account on {hub} that its policy does not know",
     seen(with_windows(INSTITUTION, window(-20 * DAY, -18 * DAY)), told=told(account("guest", age=19 * DAY)),
          measured=measured(servers=[server("guest")]))),
    (kinds.UNKNOWN_ACCOUNTS, "1 account on {hub} that its policy does not know",
     seen(with_windows(INSTITUTION, CALLED_OFF), told=told(*strangers(1)))),
    (kinds.ACCOUNT_SURGE, "30 new accounts on {hub} in a day",
     seen(with_windows(ORG, window(-5 * DAY, -3 * DAY, 80)), told=NOT_ASKED,
          measured=measured((*QUIET[:-3], 60, 20, 0, 0, 30)))),
    (kinds.ACCOUNT_SURGE, "900 new accounts on {hub} in a window for 4 people",
     seen(with_windows(INSTITUTION, NOW_OPEN), told=replace(told(*strangers(3)), total=5000),
          measured=measured((*QUIET, 900)))),
    (kinds.SIMILAR_NAMES, "5 new accounts on {hub} with names that differ in a number only",
     seen(ORG, told=told(*(account(f"miner-{n}") for n in range(5)), *(account(f"{n}000") for n in range(9))))),
    (kinds.LOGIN_OUTSIDE, "2 logins to {hub} while it is meant to be closed",
     seen(UNNAMED, told=NOT_ASKED, measured=measured(logins=2))),
    (kinds.STAFF_UNLISTED, "1 admin of {hub} is not in its list of staff",
     seen(told=told(account("mallory", age=60 * DAY, admin=True)), hashed={"mallory": "m1"},
          known=Known(OAUTH, admins={"m1": NOON - 8 * DAY}))),
    (kinds.KNOWN_HOLE, "{hub} runs jupyterhub 4.1.0{x}, which has a known access hole",
     seen(told=told(ANA, version="4.1.0{x}"))),
    # new accounts and what they do
    (kinds.STRANGERS_AT_WORK, "Signs of abuse on {hub}, and 9 accounts that its policy does not know",
     seen(told=told(*strangers(5)), measured=measured(servers=IDLE), effects=(MINER,))),
    (kinds.STRANGERS_AT_WORK, "Signs of abuse on {hub}, and 14 new accounts",
     seen(ORG, measured=measured((*QUIET, 14), servers=IDLE), effects=(Effect("ServersNeverStop", "They run on", here=True),))),
    (kinds.STRANGERS_AT_WORK, "9 busy servers on {hub}, and 9 new accounts in a window for 4 people",
     seen(with_windows(INSTITUTION, NOW_OPEN), told=told(*strangers(9)), measured=measured(servers=BUSY))),
    (kinds.STRANGERS_AT_WORK, "1 busy server on {hub}, and 1 account that its policy does not know",
     seen(with_windows(INSTITUTION, OVER), told=told(account("aastranger", age=2 * DAY)), measured=measured(servers=BUSY[:1]))),
    (kinds.STRANGERS_AT_WORK, "1 busy server on {hub}, and 2 accounts that its policy does not know",
     seen(told=told(*strangers(2)), measured=measured(servers=BUSY[:1]))),
    (kinds.STRANGERS_AT_WORK, "9 busy servers on {hub}, and 9 new accounts",
     seen(ORG, told=told(*strangers(9)), measured=measured(servers=BUSY))),
    (kinds.STRANGERS_AT_WORK, "2 busy servers on {hub}, and 2 new accounts",
     seen(ORG, told=told(*strangers(2)), measured=measured(servers=BUSY[:2]))),
    (kinds.STRANGERS_AT_WORK, "3 busy servers on {hub}, and 4 new accounts",
     seen(OPEN, told=NOT_ASKED, measured=measured((*(0,) * 30, 4), servers=[server("", cpu=0.97)] * 3))),
    (kinds.STRANGERS_AT_WORK, "3 busy servers on {hub}, and 4 new accounts",
     seen(OPEN, told=NOT_ASKED, measured=measured((*(0,) * 30, 4), servers=BUSY[:3]))),
    (kinds.STRANGERS_AT_WORK, "3 busy servers on {hub}, and 5 new accounts in a week",
     seen(EPHEMERAL, told=NOT_ASKED, measured=measured((1, 0, 2) * 10 + (0, 1, 2, 0, 1, 1, 0), servers=ALL_NIGHT))),
    (kinds.STRANGERS_AT_WORK, "2 busy servers on {hub}, and 2 new accounts",
     seen(ORG, told=told(*strangers(2)), measured=measured(servers=[server(each.name, cpu=0.7) for each in strangers(2)]))),
    (kinds.STRANGERS_AT_WORK, "1 busy server on {hub}, and 2 accounts that its policy does not know",
     seen(CLOSED, told=NOT_ASKED, measured=measured(servers=[server("eve", cpu=0.95), server("mal", cpu=0.2)]))),
]  # fmt: skip

QUIET_HERE: list[tuple[str, str, Sighting]] = [
    (kinds.REVIEW_OVERDUE, "the day itself is in time", seen(replace(INSTITUTION, review_by=date(2026, 11, 26)))),
    (kinds.WINDOW_TOO_LONG, "it is over", seen(with_windows(INSTITUTION, window(-30 * DAY, -DAY)))),
    (kinds.WINDOW_TOO_LONG, "two weeks are allowed", seen(with_windows(INSTITUTION, window(-DAY, 13 * DAY)))),
    (kinds.STAFF_UNLISTED, "staff is listed", seen(told=told(account("staff", admin=True)))),
    (kinds.STAFF_UNLISTED, "a new one is told of otherwise",
     seen(told=told(account("eve", admin=True)), hashed=HASHES, known=Known(admins={"e1": NOON}))),
    (kinds.CLASS_CONTRADICTS, "a window is open",
     seen(with_windows(INSTITUTION, NOW_OPEN), told=told(ANA, authenticator=DUMMY))),
    (kinds.CLASS_CONTRADICTS, "that is what is meant", seen(PASSWORD, told=told(ANA, authenticator=SHARED))),
    (kinds.CLASS_CONTRADICTS, "no policy to contradict", seen(NONE, told=told(ANA, authenticator=DUMMY))),
    (kinds.CLASS_CHANGED, "it was seen for the first time", seen(known=Known(OAUTH))),
    (kinds.CLASS_CHANGED, "a week is over", seen(known=Known(OAUTH, DUMMY, NOON - 8 * DAY))),
    (kinds.SIGN_UP, "everybody is meant", seen(OPEN, outside=Outside(sign_up=True))),
    (kinds.LOGIN_FORM, "the class is known", seen(outside=Outside(password_form=True))),
    (kinds.LOGIN_FORM, "a closed hub may have passwords", seen(CLOSED, told=NOT_ASKED, outside=Outside(password_form=True))),
    (kinds.PROMETHEUS_OPEN, "it is not known", seen(cluster_open=NOT_ASKED)),
    (kinds.UNKNOWN_ACCOUNTS, "they are the institution's",
     seen(told=told(account("x@uni.example"), account("Y@UNI.example")))),
    (kinds.UNKNOWN_ACCOUNTS, "nobody knows whose server it is", seen(measured=measured(servers=[server("")]))),
    (kinds.UNKNOWN_ACCOUNTS, "staff is never strange", seen(told=told(account("staff")))),
    (kinds.UNKNOWN_ACCOUNTS, "names do not show an organisation", seen(ORG, told=told(*strangers(3)))),
    (kinds.UNKNOWN_ACCOUNTS, "everybody is meant", seen(OPEN, told=told(*strangers(3)))),
    (kinds.UNKNOWN_ACCOUNTS, "they are not new", seen(told=told(*strangers(3, age=31 * DAY)))),
    (kinds.UNKNOWN_ACCOUNTS, "a window is open", seen(with_windows(INSTITUTION, NOW_OPEN), told=told(*strangers(3)))),
    (kinds.UNKNOWN_ACCOUNTS, "somebody let them in a little early",
     seen(with_windows(INSTITUTION, window(HOUR / 10, DAY)), told=told(account("eve", age=HOUR / 60)))),
    (kinds.UNKNOWN_ACCOUNTS, "they were guests", seen(with_windows(INSTITUTION, OVER), told=told(*GUESTS))),
    (kinds.UNKNOWN_ACCOUNTS, "the window says it",
     seen(with_windows(INSTITUTION, OVER), told=told(*strangers(1, age=HOUR)))),
    (kinds.WINDOW_STILL_OPEN, "the next one is open", seen(with_windows(INSTITUTION, OVER, NOW_OPEN), told=told(*strangers(3)))),
    (kinds.WINDOW_STILL_OPEN, "guests may finish within an hour",
     seen(with_windows(INSTITUTION, window(-DAY, -HOUR)), told=told(*strangers(3, age=2 * HOUR, active=HOUR / 2)))),
    (kinds.WINDOW_STILL_OPEN, "a browser was left open overnight",
     seen(with_windows(INSTITUTION, window(-2 * DAY, -14 * HOUR)), told=told(*strangers(3, age=DAY, active=HOUR / 2)))),
    (kinds.WINDOW_STILL_OPEN, "that is two weeks ago",
     seen(with_windows(INSTITUTION, window(-20 * DAY, -15 * DAY)), told=told(*strangers(3)))),
    (kinds.WINDOW_STILL_OPEN, "members may stay", seen(with_windows(INSTITUTION, OVER), told=told(account("x@uni.example")))),
    (kinds.ACCOUNT_SURGE, "names say that all are meant", seen(told=told(ANA), measured=measured((*QUIET, 14)))),
    (kinds.ACCOUNT_SURGE, "so many are usual", seen(ORG, measured=measured((9, 14, 11, 12, 8, 13, 10) * 5))),
    (kinds.ACCOUNT_SURGE, "few are never too many", seen(ORG, measured=measured((*(0,) * 30, 5)))),
    (kinds.ACCOUNT_SURGE, "a class begins as expected",
     seen(replace(ORG, expected_people=60), measured=measured((*(0,) * 30, 40)))),
    (kinds.ACCOUNT_SURGE, "nothing is usual yet", seen(ORG, measured=measured((0, 0, 14)))),
    (kinds.ACCOUNT_SURGE, "the window expects so many",
     seen(with_windows(INSTITUTION, NOW_OPEN), told=told(*strangers(6, age=HOUR)))),
    (kinds.ACCOUNT_SURGE, "the window expects anybody",
     seen(with_windows(ORG, window(-DAY, DAY)), measured=measured((*QUIET, 200)))),
    (kinds.ACCOUNT_SURGE, "they are the stragglers of a class", seen(ORG, measured=measured((*QUIET, 80, 9, 30)))),
    (kinds.ACCOUNT_SURGE, "so many are few in a hub of this size", seen(ORG, measured=measured((*QUIET, 14), accounts=1800))),
    (kinds.ACCOUNT_SURGE, "guests of a window that is over",
     seen(with_windows(ORG, window(-DAY, -HOUR)), told=told(*strangers(14, age=5 * HOUR)), measured=measured((*QUIET, 14)))),
    (kinds.ACCOUNT_SURGE, "perhaps guests of a window that is over",
     seen(with_windows(ORG, window(-DAY, -HOUR)), told=NOT_ASKED, measured=measured((*QUIET, 14)))),
    (kinds.ACCOUNT_SURGE, "each visit makes an account", seen(EPHEMERAL, measured=measured((*QUIET, 90)))),
    (kinds.SLOW_DRIP, "a class began in that week", seen(ORG, measured=measured((0,) * 28 + (80, 9, 7, 6, 5, 4, 3)))),
    (kinds.SLOW_DRIP, "so many are few in a hub of this size",
     seen(ORG, measured=measured((0,) * 28 + (2,) * 7, accounts=1800))),
    (kinds.SLOW_DRIP, "people come all day long",
     seen(ORG, told=NOT_ASKED, measured=measured(growing=0.3, servers=[*BEGUN, *[server("", age=2 * DAY)] * 3]))),
    (kinds.SLOW_DRIP, "a group fills up as expected",
     seen(replace(ORG, expected_people=60), told=NOT_ASKED, measured=measured((0,) * 28 + (2,) * 7))),
    (kinds.SLOW_DRIP, "nobody's server stops here",
     seen(ORG, told=told(*MONTH, *(account(f"{n}-old", age=99 * DAY, active=HOUR) for n in range(9))),
          measured=measured(servers=[server(name, age=2 * DAY) for name in ("2-new", "3-new", "4-new", "1-old", "2-old")]))),
    (kinds.SLOW_DRIP, "their servers began today",
     seen(ORG, told=told(*MONTH), measured=measured(servers=[server(each.name) for each in MONTH]))),
    (kinds.SLOW_DRIP, "two are a chance",
     seen(ORG, told=told(*MONTH), measured=measured(servers=[server(each.name, age=2 * DAY) for each in MONTH[:2]]))),
    (kinds.SLOW_DRIP, "names say that they are meant",
     seen(told=told(*(account(f"{n}@uni.example", age=3 * DAY) for n in range(3))),
          measured=measured(servers=[server(f"{n}@uni.example", age=2 * DAY) for n in range(3)]))),
    (kinds.SLOW_DRIP, "each visit makes an account", seen(EPHEMERAL, measured=measured((0,) * 28 + (2,) * 7))),
    (kinds.SLOW_DRIP, "it is always so", seen(ORG, measured=measured((2,) * 35))),
    (kinds.SLOW_DRIP, "a month is not seen yet", seen(ORG, measured=measured((0,) * 7 + (2,) * 7))),
    (kinds.SIMILAR_NAMES, "four are a chance", seen(ORG, told=told(*(account(f"miner-{n}") for n in range(4))))),
    (kinds.SIMILAR_NAMES, "people choose such names", seen(PASSWORD, told=told(*(account(f"student{n}") for n in range(9))))),
    (kinds.SIMILAR_NAMES, "the policy knows them",
     seen(told=told(*(account(f"s{n}abc@uni.example") for n in range(9))))),
    (kinds.MORE_THAN_NAMED, "as many as are named", seen(CLOSED, told=NOT_ASKED, measured=measured(accounts=3))),
    (kinds.MORE_THAN_NAMED, "names tell it better", seen(CLOSED, measured=measured(accounts=9))),
    (kinds.LOGIN_OUTSIDE, "members may log in", seen(with_windows(CLOSED, OVER), measured=measured(logins=2))),
    (kinds.LOGIN_OUTSIDE, "only staff was there",
     seen(with_windows(STAFFED, OVER),
          told=told(account("staff", active=HOUR / 2)), measured=measured(logins=2))),
    (kinds.LOGIN_OUTSIDE, "accounts say who it was", seen(UNNAMED, told=told(*strangers(2)), measured=measured(logins=2))),
    (kinds.LOGIN_OUTSIDE, "staff has a server since then",
     seen(with_windows(STAFFED, OVER), told=NOT_ASKED, measured=measured(servers=[server("staff")], logins=2))),
    (kinds.LOGIN_OUTSIDE, "staff would be enough", seen(with_windows(STAFFED, OVER), told=NOT_ASKED, measured=measured(logins=1))),
    (kinds.LOGIN_OUTSIDE, "the window has just ended",
     seen(with_windows(UNNAMED, window(-DAY, -HOUR / 2)), measured=measured(logins=2))),
    (kinds.DENIALS_VANISHED, "somebody is refused", seen(ORG, measured=measured(denied_before=200, denied_now=1, let_in_now=25))),
    (kinds.DENIALS_VANISHED, "with few in a week a day without is no wonder",
     seen(ORG, measured=measured(denied_before=100, denied_now=0, let_in_now=25))),
    (kinds.DENIALS_VANISHED, "nobody comes", seen(ORG, measured=measured(denied_before=200, denied_now=0, let_in_now=2))),
    (kinds.ADMIN_APPEARED, "they were there before",
     seen(told=told(account("ana", admin=True)), hashed=HASHES, known=Known(admins={"a1": None}))),
    (kinds.ADMIN_APPEARED, "nothing is remembered", seen(told=told(account("eve", admin=True)), hashed=HASHES)),
    (kinds.STRANGERS_AT_WORK, "they do not compute by night",
     seen(EPHEMERAL, told=NOT_ASKED, measured=measured((1, 0, 2) * 10, servers=[server("", cpu=0.97, age=11 * HOUR)] * 3))),
    (kinds.STRANGERS_AT_WORK, "fewer came in a week than compute",
     seen(ORG, told=NOT_ASKED, measured=measured((0,) * 34 + (2,), servers=ALL_NIGHT))),
    (kinds.STRANGERS_AT_WORK, "a thread of two cores",
     seen(ORG, told=told(*strangers(9)), measured=measured(servers=[server(each.name, cpu=0.5) for each in strangers(9)]))),
    (kinds.STRANGERS_AT_WORK, "they are members",
     seen(told=told(account("x@uni.example")), measured=measured(servers=[server("x@uni.example", cpu=1.0)]))),
    (kinds.STRANGERS_AT_WORK, "they do not work", seen(told=told(*strangers(3)), measured=measured(servers=[server("ana", cpu=1.0)]))),
    (kinds.STRANGERS_AT_WORK, "nobody knows whose server it is", seen(measured=measured(servers=[server("", cpu=1.0)]))),
    (kinds.STRANGERS_AT_WORK, "of a class a few always compute",
     seen(ORG, told=told(*(account(f"student{n}") for n in range(100))),
          measured=measured((*QUIET, 100), servers=[server(f"student{n}", cpu=1.0 if n < 4 else None) for n in range(100)]))),
    (kinds.STRANGERS_AT_WORK, "a miner in the cluster may be anybody's",
     seen(told=told(*strangers(5)), measured=measured(servers=[server("ana")]), effects=(MINER,))),
    (kinds.STRANGERS_AT_WORK, "two of a class that computes came late",
     seen(ORG, told=told(*strangers(2)),
          measured=measured(servers=[*BUSY[:2], *[server(f"student{n}", cpu=0.97 if n < 9 else None) for n in range(15)]]))),
    (kinds.STRANGERS_AT_WORK, "nobody is new",
     seen(ORG, told=told(*strangers(9, age=300 * DAY)), measured=measured(servers=BUSY))),
    (kinds.STRANGERS_AT_WORK, "people of a workshop compute",
     seen(with_windows(ORG, window(-DAY, DAY, 20)), told=told(*strangers(9)), measured=measured((*QUIET, 9), servers=BUSY))),
]  # fmt: skip

HELD: list[tuple[str, Sighting, str]] = [
    (kinds.UNKNOWN_ACCOUNTS, seen(told=UNSEEN), UNSEEN.reason),
    (kinds.UNKNOWN_ACCOUNTS, seen(measured=SILENT), SILENT.reason),
    (kinds.CLASS_CONTRADICTS, seen(told=UNSEEN), UNSEEN.reason),
    (kinds.CLASS_CHANGED, seen(told=UNSEEN), UNSEEN.reason),
    (kinds.KNOWN_HOLE, seen(told=UNSEEN), UNSEEN.reason),
    (kinds.ADMIN_APPEARED, seen(told=UNSEEN, known=Known(admins={})), UNSEEN.reason),
    (kinds.STAFF_UNLISTED, seen(told=UNSEEN), UNSEEN.reason),
    (kinds.SIGN_UP, seen(outside=Unseen("its pages do not answer")), "its pages do not answer"),
    (kinds.METRICS_OPEN, seen(outside=Unseen("its pages do not answer")), "its pages do not answer"),
    (kinds.LOGIN_FORM, seen(outside=Unseen("its pages do not answer")), "its pages do not answer"),
    (kinds.PROMETHEUS_OPEN, seen(cluster_open=SILENT), SILENT.reason),
    (kinds.ACCOUNT_SURGE, seen(ORG, measured=SILENT), SILENT.reason),
    (kinds.SLOW_DRIP, seen(ORG, measured=SILENT), SILENT.reason),
    (kinds.SIMILAR_NAMES, seen(told=UNSEEN), UNSEEN.reason),
    (kinds.MORE_THAN_NAMED, seen(CLOSED, told=NOT_ASKED, measured=SILENT), SILENT.reason),
    (kinds.MORE_THAN_NAMED, seen(CLOSED, told=UNSEEN, measured=measured(accounts=9)), UNSEEN.reason),
    (kinds.LOGIN_OUTSIDE, seen(with_windows(UNNAMED, OVER), measured=SILENT), SILENT.reason),
    (kinds.LOGIN_OUTSIDE, seen(with_windows(STAFFED, OVER), told=UNSEEN, measured=measured(logins=2)), UNSEEN.reason),
    (kinds.DENIALS_VANISHED, seen(ORG, measured=SILENT), SILENT.reason),
    (kinds.WINDOW_STILL_OPEN, seen(with_windows(INSTITUTION, OVER), told=UNSEEN), UNSEEN.reason),
    (kinds.STRANGERS_AT_WORK, seen(measured=SILENT), SILENT.reason),
    (kinds.STRANGERS_AT_WORK, seen(ORG, told=UNSEEN, measured=measured(servers=BUSY)), UNSEEN.reason),
]


@pytest.mark.parametrize(("kind", "head", "sighting"), FOUND)
def test_what_contradicts_a_policy_is_found(kind: str, head: str, sighting: Sighting) -> None:
    found = DETECTORS[kind](sighting)

    assert isinstance(found, Found)
    assert found.head == head


@pytest.mark.parametrize(("kind", "why", "sighting"), QUIET_HERE)
def test_what_is_meant_is_no_finding(kind: str, why: str, sighting: Sighting) -> None:
    outcome = DETECTORS[kind](sighting)

    assert outcome is None or isinstance(outcome, Pause), why


@pytest.mark.parametrize(("kind", "sighting", "reason"), HELD)
def test_what_could_not_be_seen_is_no_sign_of_anything(kind: str, sighting: Sighting, reason: str) -> None:
    assert DETECTORS[kind](sighting) == Unseen(reason)


def test_a_hub_on_which_nothing_is_odd_has_no_finding() -> None:
    assert set(outcomes(seen()).values()) == {None}


def test_every_kind_has_a_detector_and_is_found_here() -> None:
    assert set(DETECTORS) == set(KINDS) == {kind for kind, _, _ in FOUND}


@pytest.mark.parametrize(("kind", "_head", "sighting"), FOUND)
def test_no_sentence_names_anybody(kind: str, _head: str, sighting: Sighting) -> None:
    found = DETECTORS[kind](sighting)

    assert isinstance(found, Found)
    text = " ".join((found.head, *found.evidence))
    assert not any(name in text for name in found.names)


def test_evidence_says_the_policy_what_is_usual_and_since_when() -> None:
    found = DETECTORS[kinds.UNKNOWN_ACCOUNTS](
        seen(told=told(*strangers(3)), measured=measured((*QUIET, 3), servers=[server("aastranger")]))
    )

    assert isinstance(found, Found)
    assert found.evidence == (
        "policy institution (`*@uni.example` and 1 named person), owner ana@uni.example, no open window",
        "3 new accounts since 26 Nov 11:00 (usual: 0 to 2 a day), none matches",
        "1 of them has a server now",
    )
    assert found.names == ("aastranger", "bbstranger", "ccstranger")


def test_moments_are_those_of_the_hub() -> None:
    summer = datetime(2026, 7, 1, 12, tzinfo=UTC)
    sighting = seen(with_windows(INSTITUTION, window(-DAY, None)), at=summer)

    found = DETECTORS[kinds.WINDOW_TOO_LONG](
        replace(sighting, policy=with_windows(INSTITUTION, window(-150 * DAY, None)))
    )

    assert isinstance(found, Found)
    assert found.evidence == ("open from 2026-06-29 13:00 without an end, rui: Geo workshop",)
