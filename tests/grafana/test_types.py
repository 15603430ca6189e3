"""Grafana's own types accept every dashboard."""

import copy
from pathlib import Path
from typing import Any

from tests.grafana.boards import NAMES, board
from tests.grafana.typed import complaints


def test_the_types_of_grafana_accept_every_dashboard(tmp_path: Path) -> None:
    boards = {name: board(name) for name in NAMES}

    said = complaints(boards, tmp_path)

    assert said.splitlines() == []


def _a_height_that_is_text(made: dict[str, Any]) -> None:
    made["panels"][1]["gridPos"]["h"] = "8"


def _a_kind_of_variable_that_there_is_not(made: dict[str, Any]) -> None:
    made["templating"]["list"][0]["type"] = "datasauce"


def _an_option_that_a_panel_does_not_have(made: dict[str, Any]) -> None:
    made["panels"][1]["options"]["colourMode"] = "value"


def _a_key_that_a_dashboard_does_not_have(made: dict[str, Any]) -> None:
    made["titel"] = "Fleet"


def test_the_types_of_grafana_refuse_what_it_would_not_read(tmp_path: Path) -> None:
    spoilt = {"height": _a_height_that_is_text, "kind": _a_kind_of_variable_that_there_is_not,
              "option": _an_option_that_a_panel_does_not_have, "key": _a_key_that_a_dashboard_does_not_have}  # fmt: skip
    boards = {name: copy.deepcopy(board("fleet")) for name in spoilt}
    for name, spoil in spoilt.items():
        boards[name]["panels"] = boards[name]["panels"][:2]
        spoil(boards[name])

    said = complaints(boards, tmp_path)

    found = {name for name in spoilt for line in said.splitlines() if f"/{name}.ts" in line}
    assert found == spoilt.keys()
