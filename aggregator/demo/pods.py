"""The pods of a cluster, from the truth: users' servers, hubs and proxies, and what supports them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from aggregator.demo import draws, names
from aggregator.demo.fleet import ClusterPlan, HubPlan
from aggregator.demo.images import image_of
from aggregator.demo.rhythm import SECOND
from aggregator.demo.truth import Node, Outcome, Session, Spawn, Start, Truth
from aggregator.series import Ints

GIB = 1 << 30
_SUPPORT = ("support-prometheus-server", "support-grafana", "support-ingress-nginx-controller")


@dataclass(frozen=True, slots=True)
class Kind:
    """What pods of a kind have in common; without an `image` each has its own."""

    app: str
    component: str
    container: str
    image: str
    cpus: tuple[float, float]  # requested, limit; a limit of 0 is none
    bytes: tuple[int, int]


USER = Kind(
    "jupyterhub",
    "singleuser-server",
    "notebook",
    "",
    (0.25, 1.0),
    (GIB, 2 * GIB),
)
HUB = Kind("jupyterhub", "hub", "hub", "quay.io/jupyterhub/k8s-hub:4.3.5", (0.2, 0.0), (GIB // 2, 2 * GIB))
PROXY = Kind(
    "jupyterhub", "proxy", "chp", "quay.io/jupyterhub/configurable-http-proxy:5.1.0", (0.1, 0.0), (GIB // 8, GIB)
)
SUPPORT = Kind("support", "server", "server", "quay.io/support/server:1.0", (0.3, 0.0), (GIB, 4 * GIB))


@dataclass(frozen=True, slots=True)
class Pod:
    """One pod: there from `created` to `gone`, placed at `scheduled`, running from `started` on (never, when they are equal)."""

    kind: Kind
    namespace: str
    name: str
    node: str
    created: int
    scheduled: int
    started: int
    gone: int
    key: int
    user: str = ""
    greedy: bool = False
    restarts: tuple[int, ...] = ()
    own_image: str = ""

    @property
    def image(self) -> str:
        return self.own_image or self.kind.image


@dataclass(frozen=True, slots=True, eq=False)
class Pods:
    """Pods as rows and, for numpy, their instants as columns."""

    rows: tuple[Pod, ...]
    created: Ints
    scheduled: Ints
    started: Ints
    gone: Ints

    def of(self, kind: Kind) -> "Pods":
        return columns(pod for pod in self.rows if pod.kind is kind)

    def between(self, start: int, end: int) -> "Pods":
        """Those that exist some time in [start, end)."""
        return columns(pod for pod in self.rows if pod.created < end and pod.gone > start)


def columns(pods: Iterable[Pod]) -> Pods:
    """These pods, in order of their creation."""
    rows = tuple(sorted(pods, key=lambda pod: (pod.created, pod.namespace, pod.name)))
    instants = np.array([(pod.created, pod.scheduled, pod.started, pod.gone) for pod in rows], dtype=np.int64).reshape(
        -1, 4
    )
    return Pods(rows, *instants.T)


def pods_of(cluster: ClusterPlan, truth: Truth) -> Pods:
    """All pods that the truth speaks of."""
    core = [node for node in truth.nodes if node.pool == "core"]
    found = [pod for hub in cluster.hubs for pod in _of_hub(hub, truth, core)]
    return columns([*found, *(_support(cluster, name, node) for node in core for name in _SUPPORT)])


def _of_hub(hub: HubPlan, truth: Truth, core: list[Node]) -> Iterator[Pod]:
    yield from (_server(hub, session) for session in truth.sessions_of(hub.namespace))
    failed = (s for s in truth.spawns if s.namespace == hub.namespace and s.outcome is Outcome.FAILED)
    yield from (_never_ran(hub, spawn) for spawn in failed)
    yield from _hub_pods(hub, [start for start in truth.starts if start.namespace == hub.namespace], core, truth.end)
    for node in core:
        name = f"proxy-{draws.word(draws.key(hub.key, 'proxy', node.booted), 10)}"
        yield _from_to(PROXY, (hub.namespace, name), node.name, node.booted + 40 * SECOND, node.gone)


def _server(hub: HubPlan, session: Session) -> Pod:
    return Pod(
        kind=USER,
        namespace=hub.namespace,
        name=names.pod_name(hub, session.user),
        node=session.node,
        created=session.asked,
        scheduled=session.scheduled,
        started=session.ready,
        gone=session.ended,
        key=draws.key(hub.key, session.number, session.asked),
        user=session.user,
        greedy=session.greedy,
        own_image=image_of(hub, session.user),
    )


def _never_ran(hub: HubPlan, spawn: Spawn) -> Pod:
    name = names.pod_name(hub, spawn.user)
    scheduled = spawn.asked + SECOND
    image = image_of(hub, spawn.user)
    there = spawn.node, spawn.asked, scheduled, spawn.over, spawn.over
    return Pod(USER, hub.namespace, name, *there, 1, spawn.user, own_image=image)


def _hub_pods(hub: HubPlan, starts: list[Start], core: list[Node], end: int) -> Iterator[Pod]:
    """A deploy or an upgrade makes a new pod; what merely crashed begins again in the old one."""
    deploys = [start for start in starts if start.why in {"deploy", "upgrade"}]
    for deploy, after in zip(deploys, [*deploys[1:], None], strict=True):
        gone = after.at - after.down if after else end
        node = next((node.name for node in reversed(core) if node.booted <= deploy.at), core[0].name)
        again = tuple(s.at for s in starts if s.why not in {"deploy", "upgrade"} and deploy.at < s.at < gone)
        name = f"hub-{draws.word(draws.key(hub.key, 'hub', deploy.at), 10)}"
        yield replace(_from_to(HUB, (hub.namespace, name), node, deploy.at, gone), restarts=again)


def _support(cluster: ClusterPlan, name: str, node: Node) -> Pod:
    suffix = draws.word(draws.key(cluster.key, name, node.booted), 10)
    return _from_to(SUPPORT, ("support", f"{name}-{suffix}"), node.name, node.booted + 60 * SECOND, node.gone)


def _from_to(kind: Kind, name: tuple[str, str], node: str, started: int, gone: int) -> Pod:
    """A pod that is there for long: 20 seconds to start, no chance in it. `name` has the namespace in front."""
    created = started - 20 * SECOND
    return Pod(kind, *name, node, created, created, started, gone, draws.key(*name))
