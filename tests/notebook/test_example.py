"""The notebook under docs/ does what it says."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

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
