"""The real promtool as a judge of rules: what it says of a rule file and a test file."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml


def verdict(here: Path, rules: Sequence[dict[str, Any]], tests: Sequence[dict[str, Any]]) -> str:
    """Nothing where `promtool test rules` finds everything as it is expected, else what it says."""
    (here / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": list(rules)}]}))
    wanted = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": list(tests)}
    (here / "tests.yml").write_text(yaml.safe_dump(wanted, width=100_000))
    done = subprocess.run(
        ["promtool", "test", "rules", "tests.yml"], cwd=here, capture_output=True, text=True, check=False, timeout=120
    )
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[:5000]
