"""Grafana's own types, asked about the dashboards: TypeScript that says what each part of them has to be."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OPTIONS = {
    "bargauge": "bargauge/panelcfg/x/BarGaugePanelCfg_types.gen",
    "heatmap": "heatmap/panelcfg/x/HeatmapPanelCfg_types.gen",
    "stat": "stat/panelcfg/x/StatPanelCfg_types.gen",
    "state-timeline": "statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen",
    "table": "table/panelcfg/x/TablePanelCfg_types.gen",
    "timeseries": "timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen",
}
"""Where the types of the options of each kind of panel are."""

WITH_CUSTOM = ("heatmap", "state-timeline", "table", "timeseries")
TSC = {
    "compilerOptions": {
        "strict": True,
        "noEmit": True,
        "module": "esnext",
        "moduleResolution": "bundler",
        "target": "es2022",
        "skipLibCheck": True,
        "types": [],
    },
    "include": ["*.ts"],
}


@cache
def installed() -> Path:
    """The directory with what npm installs. Fails where it cannot."""
    modules = HERE / "node_modules"
    if not (modules / ".package-lock.json").exists():
        done = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"npm could not install what is needed: {done.stderr or done.stdout}"
    return modules


def complaints(boards: dict[str, dict[str, Any]], place: Path) -> str:
    """What the compiler says about dashboards, by name; nothing where all is well."""
    (place / "node_modules").symlink_to(installed())
    (place / "written.ts").write_text((HERE / "written.ts").read_text())
    (place / "tsconfig.json").write_text(json.dumps(TSC))
    for name, board in boards.items():
        (place / f"{name}.ts").write_text(_typescript(board))
    compiler = installed() / "typescript" / "bin" / "tsc"
    done = subprocess.run(["node", str(compiler), "-p", str(place)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _typescript(board: dict[str, Any]) -> str:
    """The dashboard as a literal, and the options of each panel as literals of their own: in the whole they may be anything."""
    lines = ['import type { Board, Written } from "./written";']
    lines += [
        f'import type * as {_name(kind)} from "@grafana/schema/dist/esm/raw/composable/{path}";'
        for kind, path in OPTIONS.items()
    ]
    lines.append(f"export const board: Board = {json.dumps(board, indent=1)};")
    for panel in _panels(board):
        kind = _name(panel["type"])
        lines.append(f"export const options{panel['id']}: Written<{kind}.Options> = {json.dumps(panel['options'])};")
        custom = panel["fieldConfig"]["defaults"].get("custom")
        if custom and panel["type"] in WITH_CUSTOM:
            lines.append(
                f"export const custom{panel['id']}: Partial<Written<{kind}.FieldConfig>> = {json.dumps(custom)};"
            )
    return "\n".join(lines)


def _panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    every = [*board["panels"], *(inside for each in board["panels"] for inside in each.get("panels", ()))]
    return [each for each in every if each["type"] != "row"]


def _name(kind: str) -> str:
    return re.sub(r"\W", "", kind)
