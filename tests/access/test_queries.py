"""What the questions to Prometheus make of counters, as promtool answers them."""

from pathlib import Path
from typing import Any

import pytest

from aggregator.access.measuring import QUERIES
from tests.rules.promtool import verdict

REQUESTS = 'jupyterhub_request_duration_seconds_count{namespace="prod",handler="%s",code="%s"}'
LOGINS = REQUESTS % ("oauthenticator.oauth2.OAuthCallbackHandler", "302")
REFUSED = REQUESTS % ("oauthenticator.oauth2.OAuthCallbackHandler", "403")
USERS = 'jupyterhub_total_users{namespace="prod"}'
POD = 'namespace="prod",pod="jupyter-ana"'
USED = f'container_cpu_usage_seconds_total{{{POD},container="notebook"}}'
LIMIT = f'kube_pod_container_resource_limits{{{POD},resource="cpu"}}'
REQUEST = f'kube_pod_container_resource_requests{{{POD},resource="cpu"}}'
HUB = '{namespace="prod"}'


@pytest.mark.parametrize(
    ("query", "series", "at", "samples"),
    [
        ("logins", {USERS: "40x200", LOGINS: "_x170 3x30"}, "3h", [(HUB, 3)]),
        ("logins", {USERS: "40x200", LOGINS: "500x200"}, "3h", [(HUB, 0)]),
        # Nobody counted between the first and the third hour.
        ("logins", {USERS: "40x60 _x90 40x50", LOGINS: "500x60 _x90 500x50"}, "3h", [(HUB, 0)]),
        ("denied_now", {USERS: "40x1700", REFUSED: "_x1500 1x200"}, "28h", [(HUB, 1)]),
        ("denied_now", {USERS: "40x1700", REFUSED: "7x1700"}, "28h", [(HUB, 0)]),
        ("denied_now", {USERS: "40x1700", REFUSED: "7x1500 9x200"}, "28h", [(HUB, 2)]),
        ("cpu", {USED: "0+60x100", LIMIT: "1x100"}, "1h", [(f"{{{POD}}}", 1)]),
        ("cpu", {USED: "0+6x100", REQUEST: "0.05x100"}, "1h", []),
        ("cpu", {USED: "0+120x100", REQUEST: "0.05x100"}, "1h", [(f"{{{POD}}}", 2)]),
        ("cpu", {USED: "0+120x100", REQUEST: "4x100"}, "1h", []),
    ],
)
def test_a_question_is_answered_with_what_happened(
    tmp_path: Path, query: str, series: dict[str, str], at: str, samples: list[tuple[str, float]]
) -> None:
    asked: dict[str, Any] = {
        "expr": f"round({QUERIES[query]})",
        "eval_time": at,
        "exp_samples": [{"labels": labels, "value": value} for labels, value in samples],
    }
    given = [{"series": name, "values": values} for name, values in series.items()]

    assert verdict(tmp_path, [], [{"interval": "1m", "input_series": given, "promql_expr_test": [asked]}]) == ""
