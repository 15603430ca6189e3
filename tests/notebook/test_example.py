"""The notebook under docs/ does what it says."""

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from aggregator.notebook import Crosshub
from tests.notebook.kept import LAST

PAGE = Path(__file__).parents[2] / "docs/rollups.md"
EXAMPLE = Path(__file__).parents[2] / "docs/notebooks/rollups.ipynb"


def test_the_example_runs_from_top_to_bottom(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSHUB_URL", url)
    notebook = nbformat.read(EXAMPLE, as_version=4)  # type: ignore[no-untyped-call]

    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()

    shown = {cell.id: cell.outputs[-1].data["text/plain"] for cell in notebook.cells if cell.get("outputs")}
    assert "perth/auckland" in shown["days"]
    assert "Monday" in shown["weekdays"]
    assert shown["lacking"].count("home_bytes") == 3
    assert shown["query"].count("quito") == 1


def test_the_example_is_kept_without_what_it_printed() -> None:
    notebook = nbformat.read(EXAMPLE, as_version=4)  # type: ignore[no-untyped-call]

    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


def test_what_the_page_asks_by_promql_has_answers(crosshub: Crosshub) -> None:
    table = PAGE.read_text().split("| question | PromQL |")[1].split("\n\n")[0]
    asked = re.findall(r"\| `(.+)` \|", table)

    noon = datetime.combine(LAST + timedelta(days=1), time(10, 30), UTC).timestamp()
    answers = [crosshub.custom_query(query, params={"time": noon}) for query in asked]

    assert len(asked) == 7
    assert {one["metric"]["cluster"] for one in answers[0]} == {"lisbon", "oslo", "perth", "quito"}
