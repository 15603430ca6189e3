"""Whatever happens, in whatever order: nothing is lost, and nothing is told twice."""

import itertools
import shutil
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.notify.machine import Telling


def test_nothing_is_lost_and_nothing_is_told_twice_outside_the_repeat_interval(
    migrated_file: Path, tmp_path: Path
) -> None:
    count = itertools.count()

    def machine() -> Telling:
        file = tmp_path / f"{next(count)}.db"
        shutil.copy(migrated_file, file)
        return Telling(f"sqlite:///{file}")

    quick = settings(max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=quick)  # type: ignore[arg-type]  # it only calls it
