"""What a Grafana is to be given: where Crosshub is for it, how often clusters scrape, what of it all is wanted."""

from dataclasses import dataclass

TOKEN_FILE = "/etc/grafana/secrets/crosshub.token"  # noqa: S105 - where one is, in Grafana's container
USUAL_INTERVAL = "1m"
"""How often clusters scrape, where nobody says: the usual interval of Prometheus' charts."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`url`: where Grafana reaches Crosshub; Grafana itself puts variables of its environment in.

    `interval` is the slowest at which clusters scrape: a shorter one would leave rates empty. `token_file` is a file that
    Grafana reads, None where Crosshub asks for no token. `place` is where Grafana finds the directory that is written.
    `clusters` have a data source each.
    """

    url: str = "$__env{CROSSHUB_URL}"
    interval: str = USUAL_INTERVAL
    token_file: str | None = TOKEN_FILE
    place: str = "/etc/grafana/provisioning"
    clusters: tuple[str, ...] = ()
    with_people: bool = True
    with_contact_point: bool = False
