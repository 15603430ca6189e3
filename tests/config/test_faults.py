from pathlib import Path

import pytest

from aggregator.clusters.config import load
from aggregator.errors import BadConfig
from tests.config.written import LISBON, faults_of, write


def test_every_fault_is_listed_at_once_under_the_name_of_the_file(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "clusters:\n"
        "  - name: lisbon\n"
        "    prometheus:\n"
        "      url: http://lisbon\n"
        "      basic-auth: {}\n"
        "  - name: oslo\n"
        "    prometheus: {url: http://oslo}\n"
        "\n\n"
        "  - name: lisbon\n"
        "    prometheus: {url: http://other}\n",
    )

    with pytest.raises(BadConfig) as bad:
        load(file)

    assert str(bad.value) == (
        f"{file} has 2 faults:\n"
        '  line 5   clusters[0].prometheus: unknown key "basic-auth"; did you mean "auth"?\n'
        '  line 10  clusters[2].name: "lisbon" is there twice (first on line 2); a cluster\'s name is its label'
    )


P = "    prometheus: {url: http://a}\n"
HUB = LISBON + "    hubs:\n      - "
ONCALL = "receivers: [{name: oncall, email: {to: [a@example.org]}}]\n"

FAULTS = [
    # The file itself.
    ("", "line 1  nothing stands in this file; it needs at least `clusters`"),
    ("# nothing\n", "line 1  nothing stands in this file; it needs at least `clusters`"),
    ("[]", "line 1  a mapping is wanted, this is a list"),
    ("query: {}", 'line 1  "clusters" is missing'),
    ("clusters: []", "line 1  clusters: is empty; at least one is needed"),
    ("clusters:\n", "line 1  clusters: nothing stands here; a list is wanted"),
    ("clusters: {a: b}", "line 1  clusters: a list is wanted, this is a mapping"),
    ("a: b: c\n", "line 1  is not YAML: mapping values are not allowed here"),
    ("clusters:\n\t- a\n", "line 2  is not YAML: a tab stands where only spaces may"),
    ("a: [\n", "line 2  is not YAML: expected the node content, but found '<stream end>'"),
    (LISBON + "\n---\na: 1\n", "line 5  is not YAML: but found another document"),
    ("a: *b\n", "line 1  is not YAML: found undefined alias"),
    ("a:\n  " + "[" * 60 + "]" * 60, "line 2  is nested too deep"),
    ("clusters: &c [*c]\n", "line 1  holds an alias of what it stands in itself"),
    (LISBON + "query: {}\nquery: {}\n", 'line 5  key "query" is there twice (first on line 4)'),
    (LISBON + "? [a]\n: b\n", "line 4  a key must be text"),
    (LISBON + "query: {<<: 3}\n", "line 4  query: `<<` takes a mapping or a list of mappings"),
    # Keys.
    (LISBON + "databse: x\n", 'line 4  unknown key "databse"; did you mean "database"?'),
    (LISBON + "    promtheus: {}\n", 'line 4  clusters[0]: unknown key "promtheus"; did you mean "prometheus"?'),
    (LISBON + "digest: {xyzzy: 1, cron: 0 9 * * *, receivers: [oncall]}\n" + ONCALL,
     'line 4  digest: unknown key "xyzzy"; known here: cron, receivers'),
    ("clusters:\n  - prometheus: {url: http://a}\n", 'line 2  clusters[0]: "name" is missing'),
    ("clusters:\n  - name: a\n", 'line 2  clusters[0]: "prometheus" is missing'),
    ("clusters:\n  - name: a\n    prometheus: {}\n", 'line 3  clusters[0].prometheus: one of "url", "urls" is missing'),
    ("clusters:\n  - name: a\n    prometheus:\n      url: http://a\n      urls: [http://b]\n",
     'line 5  clusters[0].prometheus: "url" and "urls" exclude each other'),
    ("clusters: [hello]", "line 1  clusters[0]: a mapping is wanted, this is text"),
    # Single values.
    ("clusters:\n  - name: 2024\n" + P, "line 2  clusters[0].name: a name is wanted, this is a number; put it in quotes"),
    ("clusters:\n  - name: no\n" + P,
     "line 2  clusters[0].name: a name is wanted, this is true or false; put it in quotes"),
    ('clusters:\n  - name: ""\n' + P, "line 2  clusters[0].name: is empty"),
    ('clusters:\n  - name: " a"\n' + P, "line 2  clusters[0].name: begins or ends with a space"),
    ('clusters:\n  - name: "a\\tb"\n' + P,
     "line 2  clusters[0].name: holds a line break or another control character"),
    ('clusters:\n  - name: "a\\ud800"\n' + P, "line 2  clusters[0].name: is not a name"),
    (LISBON + "query: {partial_response: maybe}\n",
     "line 4  query.partial_response: true or false is wanted, this is text"),
    (LISBON + "query: {max_points: many}\n", "line 4  query.max_points: a whole number is wanted, this is text"),
    (LISBON + "query: {max_points: 0}\n", 'line 4  query.max_points: "0" must be 1 or more'),
    (LISBON + "query: {ranges: left_open}\n",
     'line 4  query.ranges: "left_open" is not one of auto, closed, left-open; did you mean "left-open"?'),
    (LISBON + "query:\n  deadline: 25\n", 'line 5  query.deadline: "25" has no unit; write 25s, 25m, ...'),
    (LISBON + "query: {deadline: 25 s}\n",
     'line 4  query.deadline: "25 s" is not a duration such as 30s, 5m or 3d'),
    (LISBON + "query: {deadline: 0s}\n", 'line 4  query.deadline: "0s" must be more than nothing'),
    (LISBON + "query: {deadline:}\n",
     "line 4  query.deadline: nothing stands here; a duration such as 30s, 5m or 3d is wanted"),
    (LISBON + "retention: {days: always}\n",
     'line 4  retention.days: "always" is not a duration such as 400d or 3y, or forever'),
    (LISBON + "defaults: {max_body: 64 MeB}\n", 'line 4  defaults.max_body: "64 MeB" is not a size such as 64MiB'),
    (LISBON + "listen: 9099\n", 'line 4  listen: "9099" is not host and port such as 127.0.0.1:9099'),
    (LISBON + "database: mysql://x\n", "line 4  database: begins with neither sqlite:/// nor postgresql://"),
    (LISBON + "database: postgresql://u:p@h/n\n",
     "line 4  database: holds a password; set CROSSHUB_DATABASE instead, or use ~/.pgpass"),
    # URLs and headers.
    ("clusters: [{name: a, prometheus: {url: prometheus:9090}}]",
     "line 1  clusters[0].prometheus.url: begins with neither https:// nor http://"),
    ("clusters: [{name: a, prometheus: {url: 'http://a:99999'}}]", "line 1  clusters[0].prometheus.url: is not a URL"),
    ("clusters: [{name: a, prometheus: {url: 'http://[::1'}}]", "line 1  clusters[0].prometheus.url: is not a URL"),
    ("clusters: [{name: a, prometheus: {url: 'http://'}}]", "line 1  clusters[0].prometheus.url: is not a URL"),
    ("clusters: [{name: a, prometheus: {url: 'http://a/graph?x=1'}}]",
     "line 1  clusters[0].prometheus.url: has a query or a fragment; only scheme, host, port and path belong here"),
    ("clusters: [{name: a, prometheus: {urls: [http://a, http://b, HTTP://c]}}]",
     "line 1  clusters[0].prometheus.urls[2]: begins with neither https:// nor http://"),
    ("clusters: [{name: a, prometheus: {urls: [http://a, 'http://A:80/']}}]",
     "line 1  clusters[0].prometheus.urls: the same replica is there twice"),
    ("clusters: [{name: a, prometheus: {urls: []}}]",
     "line 1  clusters[0].prometheus.urls: is empty; at least one is needed"),
    ("clusters: [{name: a, prometheus: {url: http://a, proxy: ftp://b:1}}]",
     "line 1  clusters[0].prometheus.proxy: begins with none of socks5://, socks4:// and http://"),
    ("clusters: [{name: a, prometheus: {url: http://a, proxy: socks5://b}}]",
     "line 1  clusters[0].prometheus.proxy: needs host and port, and nothing behind them"),
    ("clusters: [{name: a, prometheus: {url: http://a, headers: {a b: c}}}]",
     "line 1  clusters[0].prometheus.headers: is not the name of a header"),
    ("clusters: [{name: a, prometheus: {url: http://a, headers: {X-A: b, x-a: c}}}]",
     'line 1  clusters[0].prometheus.headers: "x-a" is there twice; case does not count'),
    ("clusters: [{name: a, prometheus: {url: http://a, headers: {Authorization: c}}}]",
     "line 1  clusters[0].prometheus.headers: carries a secret; say `auth` instead"),
    ("clusters: [{name: a, prometheus: {url: http://a, headers: {Content-Length: c}}}]",
     "line 1  clusters[0].prometheus.headers: belongs to each request by itself; leave it to Crosshub"),
    ("clusters: [{name: a, prometheus: {url: http://a, headers: {X-A: 3}}}]",
     "line 1  clusters[0].prometheus.headers: the text of a header is wanted, this is a number; put it in quotes"),
    # Authentication.
    ("clusters: [{name: a, prometheus: {url: http://a, auth: {}}}]",
     'line 1  clusters[0].prometheus.auth: one of "basic" and "bearer" is needed, and only one'),
    ("clusters: [{name: a, prometheus: {url: http://a, auth: {basic: {username: u}}}}]",
     'line 1  clusters[0].prometheus.auth.basic: one of "password_file", "password_env" is missing'),
    ("clusters: [{name: a, prometheus: {url: http://a, auth: {basic: {username: u, password_file: a, password_env: B}}}}]",
     'line 1  clusters[0].prometheus.auth.basic: "password_file" and "password_env" exclude each other'),
    ("clusters: [{name: a, prometheus: {url: http://a, auth: {bearer: {token_file: ''}}}}]",
     "line 1  clusters[0].prometheus.auth.bearer.token_file: is empty"),
    ("clusters: [{name: a, prometheus: {url: http://a, auth: {bearer: {token_env: A-B}}}}]",
     "line 1  clusters[0].prometheus.auth.bearer.token_env: is not the name of an environment variable"),
    ("clusters: [{name: a, prometheus: {url: http://a, auth: {bearer: {token_file: 'a', token: b}}}}]",
     'line 1  clusters[0].prometheus.auth.bearer: unknown key "token"; did you mean "token_file"?'),
    ("clusters: [{name: a, prometheus: {url: http://a, tls: {cert_file: c.pem}}}]",
     'line 1  clusters[0].prometheus.tls: "cert_file" and "key_file" need each other'),
    # Clusters and hubs that cannot be told apart.
    ("clusters:\n  - {name: a, prometheus: {url: http://a}}\n  - {name: b, prometheus: {urls: ['http://b', 'http://A/']}}\n",
     'line 3  clusters[1].prometheus: the same url, headers and credentials as cluster "a" (line 2); all of it would count twice'),
    (HUB + "name: a\n      - name: a\n",
     'line 6  clusters[0].hubs[1].name: "a" is there twice (first on line 5); a hub\'s name is unique within its cluster'),
    (HUB + "name: a\n      - name: b\n        namespace: a\n",
     'line 7  clusters[0].hubs[1].namespace: "a" is there twice (first on line 5); two hubs cannot share a namespace'),
    # Hubs.
    (HUB + "{name: a, timezone: Europe/Lisboa}\n",
     'line 5  clusters[0].hubs[0].timezone: "Europe/Lisboa" is not a time zone such as Europe/Lisbon; did you mean "Europe/Lisbon"?'),
    (HUB + "{name: a, timezone: ../../etc/passwd}\n",
     'line 5  clusters[0].hubs[0].timezone: "../../etc/passwd" is not a time zone such as Europe/Lisbon'),
    (HUB + "{name: a, community: b}\n", 'line 5  clusters[0].hubs[0].community: unknown community "b"; no community is declared'),
    (LISBON + "    community: lisbn\ncommunities: [{name: lisbon}]\n",
     'line 4  clusters[0].community: unknown community "lisbn"; did you mean "lisbon"?'),
    (HUB + "{name: a, health_path: health}\n",
     'line 5  clusters[0].hubs[0].health_path: "health" is not a path such as /hub/health'),
    (HUB + "{name: a, access: {}}\n", 'line 5  clusters[0].hubs[0].access: "policy" is missing'),
    (HUB + "{name: a, access: {policy: institutional}}\n",
     'line 5  clusters[0].hubs[0].access.policy: "institutional" is not one of closed, org, institution, shared-password, open, ephemeral; did you mean "institution"?'),
    (HUB + "{name: a, access: {policy: open, review_by: soon}}\n",
     'line 5  clusters[0].hubs[0].access.review_by: "soon" is not a day such as 2027-06-30'),
    (HUB + "{name: a, access: {policy: open, owner: ana}}\n",
     'line 5  clusters[0].hubs[0].access.owner: "ana" is not a mail address'),
    (HUB + "{name: a, access: {policy: open, identities: ana}}\n",
     "line 5  clusters[0].hubs[0].access.identities: a list is wanted, this is text"),
    (HUB + "{name: a, access: {policy: open, open_windows: [{from: 2026-12-03, until: 2026-12-03}]}}\n",
     'line 5  clusters[0].hubs[0].access.open_windows[0].until: is not after "from"'),
    (HUB + "{name: a, access: {policy: open, open_windows: [{from: 2026-12-32, until: 2026-12-03}]}}\n",
     'line 5  clusters[0].hubs[0].access.open_windows[0].from: "2026-12-32" is not a moment such as 2026-12-01T09:00'),
    (HUB + "{name: a, alerts: {SpawnSlow: {}}}\n",
     'line 5  clusters[0].hubs[0].alerts.SpawnSlow.threshold: is missing, and "mute_until" as well; one of them is needed'),
    (HUB + "{name: a, alerts: {SpawnSlow: {mute_until: 2027-01-01}}}\n",
     'line 5  clusters[0].hubs[0].alerts.SpawnSlow: a muted alert needs a "reason"'),
    (HUB + "{name: a, alerts: {SpawnSlow: {threshold: .inf}}}\n",
     'line 5  clusters[0].hubs[0].alerts.SpawnSlow.threshold: ".inf" is not a number'),
    (HUB + "{name: a, alerts: {SpawnSlow: 600}}\n",
     "line 5  clusters[0].hubs[0].alerts.SpawnSlow: a mapping is wanted, this is a number"),
    # Communities, receivers, routes.
    (LISBON + "communities: [{name: a, language: de}]\n", 'line 4  communities[0].language: "de" is not one of en, pt'),
    (LISBON + "communities: [{name: a}, {name: a}]\n",
     'line 4  communities[1].name: "a" is there twice (first on line 4); a community\'s name is unique'),
    (LISBON + "communities: [{name: a, reports: [{kind: weekly, cron: 0 8 * *}]}]\n",
     'line 4  communities[0].reports[0].cron: "0 8 * *" must have five fields: minute, hour, day, month, weekday'),
    (LISBON + "communities: [{name: a, reports: [{kind: weekly, cron: 61 8 * * *}]}]\n",
     'line 4  communities[0].reports[0].cron: "61 8 * * *" is no cron expression: bad minute'),
    (LISBON + "communities: [{name: a, slack: {}}]\n",
     "line 4  communities[0].slack: one of a webhook and a bot token is needed, and only one"),
    (LISBON + "receivers: [{name: a, slack: {bot_token_env: B}}]\n", "line 4  receivers[0].slack: a bot needs a channel"),
    (LISBON + "receivers: [{name: a}]\n",
     'line 4  receivers[0]: one of "slack", "pagerduty", "webhook", "email", "alertmanager" is missing'),
    (LISBON + "receivers:\n  - name: a\n    email: {to: [a@b.c]}\n    webhook: {url: http://b}\n",
     'line 6  receivers[0]: "webhook" and "email" exclude each other'),
    (LISBON + ONCALL + "routes: [{receivers: [oncal]}]\n",
     'line 5  routes[0].receivers: unknown receiver "oncal"; did you mean "oncall"?'),
    (LISBON + ONCALL + "routes: [{match: [a=b], receivers: [oncall]}]\n",
     "line 5  routes[0].match: the last route takes what no other took, so it has no matchers"),
    (LISBON + ONCALL + "routes:\n  - {receivers: [oncall]}\n  - {receivers: [oncall]}\n",
     "line 6  routes[0].match: is missing; the route takes everything, which only the last one does"),
    (LISBON + ONCALL + "routes: [{match: ['a=~\"(\"'], receivers: [oncall]}, {receivers: [oncall]}]\n",
     'line 5  routes[0].match[0]: "a=~"("" is no regular expression: missing ): ('),
    (LISBON + ONCALL + "routes: [{match: [severity], receivers: [oncall]}, {receivers: [oncall]}]\n",
     'line 5  routes[0].match[0]: "severity" is not a matcher such as severity="page"'),
    (LISBON + "digest: {cron: 0 9 * * *, receivers: [x]}\n",
     'line 4  digest.receivers: unknown receiver "x"; no receiver is declared'),
    ("receivers: [{name: pager, pagerduty: {routing_key_env: K}}]\n" + LISBON + "digest:\n  cron: 0 9 * * *\n"
     "  receivers:\n    - pager\n",
     ('line 8  digest.receivers[0]: "pager" is PagerDuty, where a digest is an incident that nobody closes; name another'
     " receiver")),
    (LISBON + "maintenance: [{match: [], from: 2026-01-01, until: 2026-01-02}]\n",
     "line 4  maintenance[0].match: is empty; at least one is needed"),
    (LISBON + "maintenance: [{match: [a=b], from: 2026-01-03, until: 2026-01-02}]\n",
     'line 4  maintenance[0].until: is not after "from"'),
    (LISBON + "smtp: {host: a}\n", 'line 4  smtp: "from" is missing'),
    (LISBON + "smtp: {from: a@b.c, username: u}\n",
     'line 4  smtp: "username" and "password_file" or "password_env" need each other'),
    (LISBON + "smtp: {from: a@b.c, port: 70000}\n", 'line 4  smtp.port: "70000" must be 65535 or less'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "fault"), FAULTS, ids=[fault for _, fault in FAULTS])
def test_a_fault_is_told_with_its_line_and_in_these_words(tmp_path: Path, text: str, fault: str) -> None:
    assert faults_of(tmp_path, text) == [fault]


def test_a_file_that_is_not_there_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadConfig) as bad:
        load(tmp_path / "none.yaml")

    assert str(bad.value) == f"{tmp_path}/none.yaml: no such file; say which with --config or CROSSHUB_CONFIG"


def test_bytes_that_are_no_text_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "crosshub.yaml").write_bytes(b"clusters:\n  - name: \xff\n")

    with pytest.raises(BadConfig, match="line 2  is not UTF-8"):
        load(tmp_path / "crosshub.yaml")


def test_a_character_that_yaml_forbids_is_told_with_its_line(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "clusters:\n  - name: a\x07\n") == [
        "line 2  holds a control character, which YAML does not allow"
    ]


def test_a_hundred_faults_are_enough(tmp_path: Path) -> None:
    text = "clusters:\n" + "  - {}\n" * 60

    faults = faults_of(tmp_path, text)

    assert faults[-1] == "and 20 more"
    assert len(faults) == 101
