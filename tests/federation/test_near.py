"""What counts as near, and how amounts are written."""

import pytest

from aggregator.federation.names import is_near
from aggregator.federation.wording import amount, span


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("10.96.0.10", True),
        ("172.16.4.1", True),
        ("192.168.1.1", True),
        ("169.254.1.1", True),
        ("fe80::1", True),
        ("fd00::1", True),
        ("172.32.0.1", False),
        ("8.8.8.8", False),
        ("2001:4860:4860::8888", False),
        ("prometheus.lisbon.example.org", False),
    ],
)
def test_loopback_and_private_addresses_are_near(address: str, *, near: bool) -> None:
    assert is_near(address) is near


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(20, "20 s"), (19.9996, "20 s"), (4.9998, "5 s"), (1.5, "1.5 s"), (0.5, "0.5 s"), (0, "0.01 s")],
)
def test_times_are_written_as_people_write_them(seconds: float, written: str) -> None:
    assert span(seconds) == written


@pytest.mark.parametrize(
    ("size", "written"), [(64 * 2**20, "64 MiB"), (1 << 30, "1 GiB"), (1536, "1.5 KiB"), (1000, "1000 bytes")]
)
def test_sizes_are_written_as_people_write_them(size: int, written: str) -> None:
    assert amount(size) == written
