"""What the environment says: where the configuration is, and what wins over it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The variables `CROSSHUB_*`; None is one that is not set. The database is not shown: its URL may hold a password."""

    config: Path | None = None
    database: str | None = field(default=None, repr=False)
    listen: str | None = None


def settings_in(environ: Mapping[str, str]) -> Settings:
    """The settings in an environment; an empty variable is one that is not set."""
    config = environ.get("CROSSHUB_CONFIG")
    return Settings(
        config=Path(config) if config else None,
        database=environ.get("CROSSHUB_DATABASE") or None,
        listen=environ.get("CROSSHUB_LISTEN") or None,
    )
