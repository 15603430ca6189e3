"""A Grafana brought to what it should hold, as the commands do it."""

import httpx

from aggregator.clusters.secrets import Secret
from aggregator.grafana.apply import Options, Outcome, applied, plan_for
from aggregator.grafana.desired import Desired, desired
from aggregator.grafana.plan import Plan
from aggregator.grafana.speaking import Grafana, Trouble
from aggregator.grafana.wanted import Wanted
from tests.fakes.grafana import FakeGrafana

WANTED = desired(Wanted(url="http://crosshub:9099", clusters=("lisbon",)), "hunter2")
FLEET = "crosshub-fleet"
HUBS = "crosshub-folder-hubs"
USUAL = Options()


async def apply(url: str, token: Secret, what: Desired = WANTED, options: Options = USUAL) -> Outcome | Trouble:
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        return await applied(Grafana(http, url, token), what, options, lambda _: None)


async def whole(grafana: FakeGrafana, token: Secret, what: Desired = WANTED, options: Options = USUAL) -> Outcome:
    outcome = await apply(grafana.server.url, token, what, options)
    assert isinstance(outcome, Outcome), outcome
    return outcome


async def plan(grafana: FakeGrafana, token: Secret, what: Desired = WANTED, options: Options = USUAL) -> Plan:
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        found = await plan_for(Grafana(http, grafana.server.url, token), what, options)
    assert isinstance(found, Plan), found
    return found
