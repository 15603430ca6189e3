"""JupyterHubs behind their proxies on loopback, each to be stopped, and started again with other settings."""

import os
import secrets
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aggregator.demo.processes import Program, held_port, listening
from tests.access.hubs.installed import Release, proxy_command, python_with

Settings = Mapping[str, object]
"""By class and trait: `{"Authenticator.admin_users": ["ana"]}`."""

# Several hubs start at once, on a machine that does other things too.
PATIENCE = 240.0
SCOPES = {
    "crosshub": ("list:users", "read:users", "read:hub"),
    "few": ("read:hub",),
    "activity": ("list:users", "read:users:activity", "read:hub"),
    "prometheus": ("read:metrics",),
    "keeper": ("admin:users",),
}
"""The services of each hub, and what their tokens may."""


@dataclass(slots=True)
class Hub:
    """A hub that answers at `url`, which is its proxy's and stays the same; `tokens` are those of its services."""

    name: str
    release: Release
    settings: Settings
    directory: Path
    tokens: Mapping[str, str] = field(default_factory=lambda: {name: secrets.token_hex(16) for name in SCOPES})
    url: str = ""
    api_port: int = 0
    pid: int = 0
    _stack: ExitStack = field(default_factory=ExitStack)

    def stop(self) -> None:
        """Ends the hub and not its proxy: whoever asks is told 503."""
        os.kill(self.pid, signal.SIGTERM)
        os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)

    def start(self, settings: Settings) -> None:
        """Starts it once more, with other settings and the accounts that it has."""
        self.settings = settings
        (again,) = self._stack.enter_context(listening([_hub(self)], patience=PATIENCE))
        self.pid = again.pid


@contextmanager
def started(hubs: Sequence[Hub]) -> Iterator[None]:
    """All of them, ready; ended when the block is left."""
    for hub in hubs:
        hub.directory.mkdir(parents=True)
    with ExitStack() as stack:
        for hub in hubs:
            hub.api_port = stack.enter_context(held_port())
        proxies = stack.enter_context(listening([_proxy(hub) for hub in hubs], patience=PATIENCE))
        for hub, proxy in zip(hubs, proxies, strict=True):
            hub.url, hub._stack = proxy.url, stack
        answering = stack.enter_context(listening([_hub(hub) for hub in hubs], patience=PATIENCE))
        for hub, process in zip(hubs, answering, strict=True):
            hub.pid = process.pid
        yield


def _proxy(hub: Hub) -> Program:
    def command(port: int) -> list[str]:
        here = ["--ip=127.0.0.1", f"--port={port}", "--api-ip=127.0.0.1", f"--api-port={hub.api_port}"]
        return [*proxy_command(), *here, "--log-level=warn"]

    return Program(
        name=f"the proxy of {hub.name}",
        command=command,
        log=hub.directory / "proxy.log",
        ready="/_chp_healthz",
        environment=lambda _: {"CONFIGPROXY_AUTH_TOKEN": _proxy_token(hub)},
    )


def _hub(hub: Hub) -> Program:
    """It listens for itself too: what is ready is the hub, not its proxy."""
    config = hub.directory / "jupyterhub_config.py"
    config.write_text("".join(f"c.{trait} = {value!r}\n" for trait, value in _settings(hub).items()))
    python = str(python_with(hub.release))
    return Program(
        name=f"JupyterHub {hub.name}",
        command=lambda port: [python, "-m", "jupyterhub", f"--config={config}", f"--JupyterHub.hub_port={port}"],
        log=hub.directory / "hub.log",
        ready="/hub/health",
        environment=lambda _: {"PYTHONWARNINGS": "ignore"},
    )


def _settings(hub: Hub) -> Settings:
    return {
        "JupyterHub.bind_url": hub.url,
        "JupyterHub.db_url": f"sqlite:///{hub.directory}/jupyterhub.sqlite",
        "JupyterHub.cookie_secret_file": f"{hub.directory}/cookie_secret",
        "JupyterHub.spawner_class": "simple",
        "JupyterHub.services": [{"name": name, "api_token": token} for name, token in hub.tokens.items()],
        "JupyterHub.load_roles": [
            {"name": name, "scopes": list(scopes), "services": [name]} for name, scopes in SCOPES.items()
        ],
        "ConfigurableHTTPProxy.should_start": False,
        "ConfigurableHTTPProxy.api_url": f"http://127.0.0.1:{hub.api_port}",
        "ConfigurableHTTPProxy.auth_token": _proxy_token(hub),
        **hub.settings,
    }


def _proxy_token(hub: Hub) -> str:
    return f"proxy-{hub.tokens['keeper']}"
