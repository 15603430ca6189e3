"""What is wrong between the keys of a configuration, though each alone is right. A check is a function, listed below."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from urllib.parse import urlsplit

from aggregator.clusters.alerting import PagerDuty, Slack
from aggregator.clusters.faults import did_you_mean, quoted
from aggregator.clusters.values import Access, Config, Hub, Prometheus

Found = tuple[str, str]
LineOf = Callable[[str], int]
Check = Callable[[Config, LineOf], Iterator[Found]]


def faults_between(config: Config, line_of: LineOf) -> Iterator[Found]:
    """Path and words of each fault; `line_of` is where a path stands in the file."""
    for check in CHECKS:
        yield from check(config, line_of)


def names_are_unique(config: Config, line_of: LineOf) -> Iterator[Found]:
    clusters = {f"clusters[{i}].name": cluster.name for i, cluster in enumerate(config.clusters)}
    yield from _twice(clusters, line_of, "a cluster's name is its label")
    for i, cluster in enumerate(config.clusters):
        names = {f"clusters[{i}].hubs[{j}].name": hub.name for j, hub in enumerate(cluster.hubs)}
        yield from _twice(names, line_of, "a hub's name is unique within its cluster")
        # Where the namespace is the name, the fault above says enough.
        namespaces = {
            f"clusters[{i}].hubs[{j}].namespace": hub.namespace
            for j, hub in enumerate(cluster.hubs)
            if hub.name not in {before.name for before in cluster.hubs[:j]}
        }
        yield from _twice(namespaces, line_of, "two hubs cannot share a namespace")
    communities = {f"communities[{i}].name": community.name for i, community in enumerate(config.communities)}
    yield from _twice(communities, line_of, "a community's name is unique")
    receivers = {f"receivers[{i}].name": receiver.name for i, receiver in enumerate(config.receivers)}
    yield from _twice(receivers, line_of, "a receiver's name is unique")


def clusters_can_be_told_apart(config: Config, line_of: LineOf) -> Iterator[Found]:
    first: dict[object, int] = {}
    for i, cluster in enumerate(config.clusters):
        for identity in sorted(_identities(cluster.prometheus), key=str):
            other = first.setdefault(identity, i)
            if other != i:
                name, line = quoted(config.clusters[other].name), line_of(f"clusters[{other}].prometheus")
                yield (
                    f"clusters[{i}].prometheus",
                    f"the same url, headers and credentials as cluster {name} (line {line}); all of it would count twice",
                )
                break


def _identities(prometheus: Prometheus) -> set[tuple[object, ...]]:
    """One for each of its URLs: what the far side can tell a cluster by. Behind another proxy is another network."""
    headers = tuple(sorted((name.lower(), text) for name, text in prometheus.headers))
    return {
        (_plain(url), headers, prometheus.auth, prometheus.tls.cert_file, prometheus.proxy) for url in prometheus.urls
    }


def _plain(url: str) -> tuple[str, str, int, str]:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme, parts.hostname or "", port, parts.path


def replicas_differ(config: Config, _: LineOf) -> Iterator[Found]:
    for i, cluster in enumerate(config.clusters):
        if len({_plain(url) for url in cluster.prometheus.urls}) < len(cluster.prometheus.urls):
            yield f"clusters[{i}].prometheus.urls", "the same replica is there twice"


def headers_differ(config: Config, _: LineOf) -> Iterator[Found]:
    for i, cluster in enumerate(config.clusters):
        for name, times in Counter(name.lower() for name, _ in cluster.prometheus.headers).items():
            if times > 1:
                yield f"clusters[{i}].prometheus.headers", f"{quoted(name)} is there twice; case does not count"


def certificates_have_keys(config: Config, _: LineOf) -> Iterator[Found]:
    for i, cluster in enumerate(config.clusters):
        tls = cluster.prometheus.tls
        if (tls.cert_file is None) != (tls.key_file is None):
            yield f"clusters[{i}].prometheus.tls", '"cert_file" and "key_file" need each other'


def communities_exist(config: Config, _: LineOf) -> Iterator[Found]:
    known = [community.name for community in config.communities]
    for i, cluster in enumerate(config.clusters):
        if cluster.community is not None:
            yield from _unknown("community", [cluster.community], known, f"clusters[{i}].community")
        for j, hub in enumerate(cluster.hubs):
            # A hub that does not say otherwise has its cluster's, of which enough is said above.
            if hub.community is not None and hub.community != cluster.community:
                yield from _unknown("community", [hub.community], known, f"clusters[{i}].hubs[{j}].community")


def receivers_exist(config: Config, _: LineOf) -> Iterator[Found]:
    known = [receiver.name for receiver in config.receivers]
    for i, route in enumerate(config.routes):
        yield from _unknown("receiver", route.receivers, known, f"routes[{i}].receivers")
    if config.digest is not None:
        yield from _unknown("receiver", config.digest.receivers, known, "digest.receivers")


def digests_are_for_reading(config: Config, _: LineOf) -> Iterator[Found]:
    """What PagerDuty is told is an incident until somebody closes it, and a digest has no end of its own."""
    pagers = {receiver.name for receiver in config.receivers if isinstance(receiver.via, PagerDuty)}
    for i, name in enumerate(config.digest.receivers if config.digest is not None else ()):
        if name in pagers:
            words = "is PagerDuty, where a digest is an incident that nobody closes; name another receiver"
            yield f"digest.receivers[{i}]", f"{quoted(name)} {words}"


def the_last_route_takes_all(config: Config, _: LineOf) -> Iterator[Found]:
    for i, route in enumerate(config.routes):
        last = i == len(config.routes) - 1
        if last and route.match:
            yield f"routes[{i}].match", "the last route takes what no other took, so it has no matchers"
        if not last and not route.match:
            yield f"routes[{i}].match", "is missing; the route takes everything, which only the last one does"


def windows_end_after_they_begin(config: Config, _: LineOf) -> Iterator[Found]:
    spans = {
        f"{path}.access.open_windows[{i}]": (window.since, window.until)
        for path, hub in _hubs(config)
        for i, window in enumerate((hub.access or NO_ACCESS).open_windows)
    }
    spans |= {f"maintenance[{i}]": (entry.since, entry.until) for i, entry in enumerate(config.maintenance)}
    for path, (since, until) in spans.items():
        if until is not None and until <= since:
            yield f"{path}.until", 'is not after "from"'


def slacks_have_one_way(config: Config, _: LineOf) -> Iterator[Found]:
    communities = ((f"communities[{i}].slack", community.slack) for i, community in enumerate(config.communities))
    receivers = ((f"receivers[{i}].slack", receiver.via) for i, receiver in enumerate(config.receivers))
    for path, slack in (*communities, *receivers):
        if not isinstance(slack, Slack):
            continue
        if (slack.webhook is None) == (slack.bot_token is None):
            yield path, "one of a webhook and a bot token is needed, and only one"
        elif (slack.bot_token is None) != (slack.channel is None):
            yield path, "a bot needs a channel, and only a bot" if slack.channel else "a bot needs a channel"


def alert_changes_say_something(config: Config, _: LineOf) -> Iterator[Found]:
    for path, hub in _hubs(config):
        for change in hub.alerts:
            below = f"{path}.alerts.{change.alert}"
            if change.threshold is None and change.mute_until is None:
                yield f"{below}.threshold", 'is missing, and "mute_until" as well; one of them is needed'
            if change.mute_until is not None and not change.reason:
                yield below, 'a muted alert needs a "reason"'


def mail_has_user_and_password(config: Config, _: LineOf) -> Iterator[Found]:
    if config.smtp is not None and bool(config.smtp.username) != (config.smtp.password is not None):
        yield "smtp", '"username" and "password_file" or "password_env" need each other'


CHECKS: tuple[Check, ...] = (
    names_are_unique,
    clusters_can_be_told_apart,
    replicas_differ,
    headers_differ,
    certificates_have_keys,
    communities_exist,
    receivers_exist,
    digests_are_for_reading,
    the_last_route_takes_all,
    windows_end_after_they_begin,
    slacks_have_one_way,
    alert_changes_say_something,
    mail_has_user_and_password,
)

NO_ACCESS = Access("closed")


def _hubs(config: Config) -> Iterator[tuple[str, Hub]]:
    for i, cluster in enumerate(config.clusters):
        for j, hub in enumerate(cluster.hubs):
            yield f"clusters[{i}].hubs[{j}]", hub


def _twice(names: dict[str, str], line_of: LineOf, why: str) -> Iterator[Found]:
    first: dict[str, str] = {}
    for path, name in names.items():
        before = first.setdefault(name, path)
        if name and before != path:
            yield path, f"{quoted(name)} is there twice (first on line {line_of(before)}); {why}"


def _unknown(what: str, wanted: Collection[str], known: Collection[str], path: str) -> Iterator[Found]:
    # A name that could not be read may be the one that is meant; then its own fault says enough.
    for name in wanted:
        if name not in known and "" not in known:
            hint = did_you_mean(name, dict.fromkeys(known), everything="known: ") or f"; no {what} is declared"
            yield path, f"unknown {what} {quoted(name)}{hint}"
