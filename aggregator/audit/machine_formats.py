"""A report for other programs: JSON, and SARIF 2.1.0 for code hosts that show findings beside the lines."""

from urllib.parse import quote

from aggregator.audit.findings import Finding, Report, Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
# How code hosts rank findings about security.
SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.0", Severity.LOW: "2.0"}
KINDS = {
    "open": "A hub lets in people whom no policy means",
    "wider-than-policy": "A hub lets in more people than its policy means",
    "not-in-policy": "A hub lets in somebody whom its policy does not know",
    "nobody": "A hub lets in nobody",
    "unknown": "It is not known who may log in to a hub",
    "no-policy": "No access policy is declared for a hub",
    "misplaced": "A setting stands where nothing reads it",
    "misspelt": "A setting is misspelt, so that nothing reads it",
    "ignored-setting": "A setting is not known to the version or class at hand",
    "unused-section": "Settings belong to an authenticator that the hub does not use",
    "wrong-type": "A setting has the wrong type",
    "twice": "A key stands twice in a file",
    "unseen": "Something that a hub is given could not be read",
}


def as_json(report: Report) -> dict[str, object]:
    """Hubs and findings."""
    hubs = [
        {
            "cluster": hub.cluster,
            "hub": hub.hub,
            "authenticator": hub.authenticator,
            "versions": hub.versions.as_json(),
            "who": hub.who,
            "policy": hub.access.policy if hub.access else None,
        }
        for hub in report.hubs
    ]
    return {"hubs": hubs, "findings": [_json_finding(finding) for finding in report.findings]}


def _json_finding(finding: Finding) -> dict[str, object]:
    return {
        "cluster": finding.cluster,
        "hub": finding.hub,
        "kind": finding.kind,
        "severity": str(finding.severity),
        "sentence": finding.sentence,
        "file": finding.at.file,
        "line": finding.at.line,
        "mend": finding.mend,
    }


def as_sarif(report: Report, version: str) -> dict[str, object]:
    """A SARIF log with one run."""
    worst = {kind: max(found.severity for found in report.findings if found.kind == kind) for kind in _kinds(report)}
    rules = [
        {
            "id": kind,
            "shortDescription": {"text": KINDS[kind]},
            "properties": {"security-severity": SCORES[severity], "tags": ["security"]},
        }
        for kind, severity in worst.items()
    ]
    driver = {"name": "crosshub", "version": version, "rules": rules}
    results = [_result(finding, list(worst)) for finding in report.findings]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _kinds(report: Report) -> list[str]:
    return sorted({finding.kind for finding in report.findings})


def _result(finding: Finding, kinds: list[str]) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": quote(finding.at.file)}}
    if finding.at.line:
        place["region"] = {"startLine": finding.at.line}
    hub = "/".join(part for part in (finding.cluster, finding.hub) if part)
    return {
        "ruleId": finding.kind,
        "ruleIndex": kinds.index(finding.kind),
        "level": LEVELS[finding.severity],
        "message": {"text": f"{hub}: {finding.sentence} Mend: {finding.mend}."},
        "locations": [{"physicalLocation": place}],
        # One hub's finding stays the same when lines above it come and go.
        "partialFingerprints": {"crosshub/v1": f"{hub} {finding.kind} {finding.head}"},
    }
