"""A small HTTP server that says what is the case now in every made-up cluster, for their Prometheus servers to scrape.

`/metrics/<cluster>` are all its series at this moment, the same that the blocks of before go on to; in a gap it does
not answer, as the cluster's own Prometheus would not have. `/hubs/<cluster>/<hub>/hub/health` is the hub's public face.
"""

import argparse
import sys
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

import numpy as np
import orjson

from aggregator.demo.blocks import Recipe
from aggregator.demo.fleet import ClusterPlan
from aggregator.demo.generate import families, truth_for
from aggregator.demo.openmetrics import scrape_text
from aggregator.demo.processes import Listening, Program
from aggregator.demo.rhythm import HOUR
from aggregator.demo.truth import Truth

Answer = tuple[HTTPStatus, str, bytes]
_TEXT, _JSON = "text/plain; version=0.0.4; charset=utf-8", "application/json"
_NOT_FOUND: Answer = (HTTPStatus.NOT_FOUND, _TEXT, b"not found\n")


def program(recipe: Recipe, clusters: int, log: Path) -> Program:
    """How the exporter is started for the first so many clusters of a recipe."""
    given = {"clusters": clusters, "seed": recipe.seed, "hubs": recipe.hubs, "people": recipe.people}

    def command(port: int) -> list[str]:
        options = [f"--{name}={value}" for name, value in {"port": port, **given}.items()]
        return [sys.executable, "-m", "aggregator.demo.exporter", *options]

    return Program(name="the exporter", command=command, log=log, ready="/ready")


def scrape_job(cluster: ClusterPlan, exporter: Listening, every: str) -> dict[str, object]:
    """How a cluster's Prometheus is told to scrape it. Its labels stand, so that series go on where blocks end."""
    target = {"targets": [exporter.url.removeprefix("http://")], "labels": {"instance": "demo-exporter"}}
    return {
        "job_name": "demo-exporter",
        "honor_labels": True,
        "metrics_path": f"/metrics/{cluster.name}",
        "scrape_interval": every,
        "scrape_timeout": every,
        "static_configs": [target],
    }


@dataclass(slots=True)
class Present:
    """The truth of each cluster for the current hour, worked out when it is first asked for."""

    clusters: dict[str, ClusterPlan]
    _truths: dict[str, Truth] = field(default_factory=dict)
    _one_at_a_time: Lock = field(default_factory=Lock)

    def truth(self, cluster: ClusterPlan, now: int) -> Truth:
        with self._one_at_a_time:
            known = self._truths.get(cluster.name)
            if known is None or now >= known.end:
                hour = now // HOUR * HOUR
                known = self._truths[cluster.name] = truth_for(cluster, hour, hour + HOUR)
            return known


def answer(present: Present, path: str, now: int) -> Answer:
    """What is answered to a path at a moment (milliseconds)."""
    match path.strip("/").split("/"):
        case ["ready"]:
            return HTTPStatus.OK, _TEXT, b"ready\n"
        case ["metrics", name] if name in present.clusters:
            cluster = present.clusters[name]
            return _metrics(cluster, present.truth(cluster, now), now)
        case ["hubs", name, namespace, "hub", *rest] if name in present.clusters:
            cluster = present.clusters[name]
            return _hub(cluster, present.truth(cluster, now), namespace, rest, now)
    return _NOT_FOUND


def _metrics(cluster: ClusterPlan, truth: Truth, now: int) -> Answer:
    text = b"".join(scrape_text(families(cluster, truth, np.array([now]), detail=True)))
    if not text:
        return HTTPStatus.SERVICE_UNAVAILABLE, _TEXT, b"a gap in the record: the cluster's Prometheus is away\n"
    return HTTPStatus.OK, _TEXT, text


def _hub(cluster: ClusterPlan, truth: Truth, namespace: str, rest: list[str], now: int) -> Answer:
    hub = next((hub for hub in cluster.hubs if hub.namespace == namespace), None)
    if hub is None:
        return _NOT_FOUND
    if truth.is_down(namespace, now):
        return HTTPStatus.SERVICE_UNAVAILABLE, _TEXT, b"the hub is away\n"
    known = {"health": b"", "api/health": b"", "api": orjson.dumps({"version": hub.version})}
    page = known.get("/".join(rest))
    return _NOT_FOUND if page is None else (HTTPStatus.OK, _JSON, page)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        status, kind, body = answer(self.server.present, self.path.split("?", 1)[0], int(time.time() * 1000))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the standard library
        """Nothing: a line for every scrape helps nobody."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    present: Present


def main() -> None:
    """`python -m aggregator.demo.exporter`: serves until it is ended."""
    parser = argparse.ArgumentParser()
    for name, kind in (("port", int), ("clusters", int), ("seed", int), ("hubs", int), ("people", float)):
        parser.add_argument(f"--{name}", type=kind, required=True)
    given = parser.parse_args()
    recipe = Recipe(given.seed, given.hubs, given.people)
    plans = [recipe.cluster(index) for index in range(given.clusters)]
    server = _Server(("127.0.0.1", given.port), _Handler)
    server.present = Present({plan.name: plan for plan in plans})
    server.serve_forever()


if __name__ == "__main__":
    main()
