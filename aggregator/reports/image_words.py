"""Which images servers ran, in a sentence."""

from collections.abc import Iterator, Sequence

from aggregator.reports.images import shares, short_names, together
from aggregator.reports.naming import clean
from aggregator.reports.tongue import Tongue
from aggregator.reports.values import HubReport
from aggregator.rollups.images import OTHERS

UNNAMED = "?"


def images(hubs: Sequence[HubReport], tongue: Tongue) -> Iterator[str]:
    """Those with the most hours of some hubs together, with their share; nothing where nobody tells."""
    hours = together(hubs)
    if not any(hours.values()):
        return
    names = {image: clean(name) or UNNAMED for image, name in short_names(hours).items()}
    names[OTHERS] = tongue.say("others")
    parts = [f"{names[image]} ({tongue.share(share)})" for image, share in shares(hours).items()]
    yield tongue.say("Images by share of server hours: {images}.", images=tongue.listed(parts))
