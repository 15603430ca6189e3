"""What tests of a running Grafana share."""

from pathlib import Path

import pytest

from aggregator.clusters.secrets import Secret
from tests.fakes.grafana import TOKEN


@pytest.fixture
def token(tmp_path: Path) -> Secret:
    file = tmp_path / "grafana.token"
    file.write_text(TOKEN)
    return Secret.in_file(file)
