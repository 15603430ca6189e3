"""What was imported, as the text of a configuration with a TODO for everything that somebody has to look at."""

import json
import re
from collections.abc import Iterable, Iterator
from textwrap import wrap

from aggregator.audit.importing import Imported, ImportedCluster, ImportedHub
from aggregator.audit.proposal import NOT_ALL, Proposal
from aggregator.audit.wording import sentence
from aggregator.clusters.yaml_lines import Scalar, tree_of
from aggregator.errors import printable

WIDTH = 118
HEAD = """\
# Made from deployment files by `crosshub import 2i2c`. A TODO is a guess, or what no file says: look at it, mend it,
# and take the word away. Passwords belong in the files named here, and nowhere else. Then: `crosshub check --connect`.
#
# No file says who owns a policy and when it is to be reviewed (`owner`, `review_by`), and to whom a hub belongs
# (`communities` with their `recipients`).
"""
NONE = """
# TODO: No cluster has an address, so all are commented out. Uncomment those for which you have found one; until then
# `crosshub check` refuses this file.
"""
PLAIN = re.compile(r"\w(?:[\w .@/()+&-]*[\w)])?")
URL = re.compile(r"https://[\w.-]+(?::\d+)?(?:/[\w./-]*)?", re.ASCII)


def config_text(imported: Imported) -> str:
    """The whole file."""
    known = any(cluster.address for cluster in imported.clusters)
    blocks = "\n\n".join("\n".join(_cluster(cluster)) for cluster in imported.clusters)
    return f"{HEAD}{'' if known else NONE}\nclusters:\n{blocks}\n"


def _cluster(cluster: ImportedCluster) -> list[str]:
    """Its lines, behind a # where nothing can be asked."""
    lines = [*_reached(cluster), *_hubs(cluster.hubs)]
    if cluster.address is not None:
        return lines
    return [
        *_todo(f"{sentence(cluster.why_none)}. Write it as `url`, and uncomment the cluster.", 2),
        *(f"  # {line[2:]}".rstrip() for line in lines),
    ]


def _reached(cluster: ImportedCluster) -> Iterator[str]:
    yield f"  - name: {_scalar(cluster.name)}"
    if cluster.shared:
        yield from _todo("This cluster is shared: say at each hub which community it belongs to.", 4)
    yield "    prometheus:"
    yield f"      url: {_scalar(cluster.address) if cluster.address else 'https://'}"
    yield "      auth:"
    if cluster.username is None:
        yield from _todo("The user name is a guess.", 8)
    user, file = _in_braces(cluster.username or "crosshub"), _in_braces(cluster.password_file)
    yield f"        basic: {{username: {user}, password_file: {file}}}"


def _hubs(hubs: tuple[ImportedHub, ...]) -> Iterator[str]:
    if hubs:
        yield "    hubs:"
    for hub in hubs:
        yield from _hub(hub)


def _hub(hub: ImportedHub) -> Iterator[str]:
    yield f"      - name: {_scalar(hub.name)}"
    yield f"        namespace: {_scalar(hub.name)}"
    if hub.title:
        yield f"        title: {_scalar(hub.title)}"
    if hub.address:
        yield f"        url: {_scalar(hub.address)}"
    else:
        yield "        # TODO: url"
    yield "        timezone: UTC  # TODO"
    if hub.proposal.policy == "ephemeral":
        yield "        ephemeral: true"
    yield from _access(hub.proposal)


def _access(proposal: Proposal) -> Iterator[str]:
    if proposal.declared:
        yield "        access:"
        yield from _todo(proposal.why, 10)
        yield from _policy(proposal)
        return
    yield from _todo(proposal.why, 8)
    if proposal.policy is not None:
        yield "        # access:"
        yield from (f"        # {line[8:]}" for line in _policy(proposal))


def _policy(proposal: Proposal) -> Iterator[str]:
    yield f"          policy: {proposal.policy}"
    if proposal.identities:
        listed = _listed("identities", proposal.identities)
        if proposal.complete:
            yield from listed
        else:
            yield from _todo(NOT_ALL, 10)
            yield from (f"          # {line[10:]}" for line in listed)
    if proposal.staff_why:
        yield from _todo(proposal.staff_why, 10)
    yield from _listed("staff", proposal.staff)


def _listed(key: str, names: Iterable[str]) -> Iterator[str]:
    """On one line where there is room, else a line each."""
    texts = [_quoted(name) for name in names]
    line = f"          {key}: [{', '.join(texts)}]"
    if len(line) <= WIDTH:
        yield line
        return
    yield f"          {key}:"
    yield from (f"            - {text}" for text in texts)


def _todo(words: str, indent: int) -> Iterator[str]:
    """A comment, on as many lines as it takes. What breaks lines in YAML is no letter of it any more."""
    first, further = f"{' ' * indent}# TODO: ", f"{' ' * indent}# "
    yield from wrap(
        printable(words),
        WIDTH,
        initial_indent=first,
        subsequent_indent=further,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _scalar(text: str) -> str:
    """The text as it is, where YAML takes it for that very text, else in quotes."""
    if URL.fullmatch(text):
        return text
    return text if PLAIN.fullmatch(text) and _is_text(text) else _quoted(text)


def _in_braces(text: str) -> str:
    return text if re.fullmatch(r"[\w./-]+", text) and _is_text(text) else _quoted(text)


def _is_text(text: str) -> bool:
    """Whether YAML takes it for a text, not for a number, a day or a yes."""
    read, _ = tree_of(text.encode())
    return isinstance(read, Scalar) and read.tag == "str"


def _quoted(text: str) -> str:
    """JSON's strings are YAML's, for all that can be printed."""
    return json.dumps(text, ensure_ascii=False)
