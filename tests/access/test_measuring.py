"""What the questions about logins mean, as the real promtool evaluates them."""

from pathlib import Path

import pytest

from aggregator.access.measuring import QUERIES
from tests.rules.promtool import verdict

FORM = 'handler="jupyterhub.handlers.login.LoginHandler", method="POST", code="302"'
NATIVE = 'handler="nativeauthenticator.handlers.LoginHandler", method="POST", code="302"'
OAUTH = 'handler="oauthenticator.oauth2.OAuthCallbackHandler", method="GET", code="302"'
GITHUB = 'handler="oauthenticator.github.GitHubOAuthCallbackHandler", method="GET", code="302"'
TO_PROVIDER = 'handler="oauthenticator.oauth2.OAuthLoginHandler", method="GET", code="302"'
REFUSED = 'handler="oauthenticator.oauth2.OAuthCallbackHandler", method="GET", code="403"'
# Two hours, minute by minute: how many accounts were told of, and when the hub's process began.
THERE = "1x120", "-90000x120"
RESTARTED = "_x105 1x15", "_x105 5400x15"
NEW_TO_US = "_x105 1x15", "_x105 -90000x15"


@pytest.mark.parametrize(
    ("counted", "values", "hub", "logins"),
    [
        (FORM, "_x110 1x10", THERE, 1),
        (NATIVE, "_x110 1x10", THERE, 1),
        (OAUTH, "_x110 2x10", THERE, 2),
        (GITHUB, "_x110 2x10", THERE, 2),
        (OAUTH, "7x60 7x30 9x30", THERE, 2),
        (OAUTH, "7x120", THERE, 0),
        (OAUTH, "_x105 3x15", RESTARTED, 3),
        (OAUTH, "_x105 500x15", NEW_TO_US, 0),
        (TO_PROVIDER, "_x110 5x10", THERE, None),
        (REFUSED, "_x110 5x10", THERE, None),
    ],
)
def test_logins_of_the_last_hour_are_counted_from_the_first_one_on(
    tmp_path: Path, counted: str, values: str, hub: tuple[str, str], logins: int | None
) -> None:
    (accounts, began), labels = hub, 'namespace="prod", instance="a"'
    series = [
        {"series": f"jupyterhub_request_duration_seconds_count{{{labels}, {counted}}}", "values": values},
        {"series": f"jupyterhub_total_users{{{labels}}}", "values": accounts},
        {"series": f"process_start_time_seconds{{{labels}}}", "values": began},
    ]
    samples = [] if logins is None else [{"labels": '{namespace="prod"}', "value": logins}]
    expected = {"expr": f"round({QUERIES['logins']})", "eval_time": "2h", "exp_samples": samples}

    assert verdict(tmp_path, [], [{"interval": "1m", "input_series": series, "promql_expr_test": [expected]}]) == ""
