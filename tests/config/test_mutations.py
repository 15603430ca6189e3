"""Whatever is done to a configuration, it loads or is refused with faults; nothing else happens."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.clusters.config import parse
from aggregator.clusters.faults import listing
from tests.config.written import EXAMPLE

LINES = EXAMPLE.read_bytes().splitlines(keepends=True)
WORDS = [b":", b"-", b"{", b"}", b"[", b"]", b"&a ", b"*a", b"<<: *a", b"null", b"!!int ", b'"\\ud800"', b"'", b'"', b"\t",
         b"\x00", b"\xff", b"1e999", b"9" * 30, b"9999-12-31T23:59-14:00", b"-1", b"|", b">", b"? ", b"%", b"99999999y",
         b"http://[", b"socks5://a:99999", b"../../../etc", b"0001-01-01", b"~", b"\n---\n", b"\n...\n", b"\xef\xbb\xbf"]  # fmt: skip

line = st.integers(0, len(LINES) - 1)
word = (
    st.sampled_from(WORDS)
    | st.binary(max_size=4)
    | st.text(max_size=4).map(lambda text: text.encode("utf-8", "replace"))
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """The example with a few lines dropped, doubled or moved, and words written over it."""
    lines = list(LINES)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(line) % len(lines)
        lines[at : at + 1] = draw(st.sampled_from([[], [lines[at]] * 2, [lines[draw(line) % len(lines)]]]))
        lines = lines or [b""]
    content = b"".join(lines)
    for _ in range(draw(st.integers(1, 4))):
        at, cut = draw(st.integers(0, len(content))), draw(st.integers(0, 6))
        content = content[:at] + draw(word) + content[at + cut :]
    return content


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_a_mutated_file_loads_or_has_faults_with_a_place(content: bytes) -> None:
    _, faults = parse(content, Path("/nowhere"))

    assert all(1 <= fault.line <= content.count(b"\n") + content.count(b"\r") + 2 for fault in faults)
    assert all(fault.words and fault.words.isprintable() for fault in faults)
    assert not faults or "crosshub.yaml has" in listing("crosshub.yaml", faults)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.lists(word, max_size=30).map(b" ".join))
def test_any_bytes_at_all_have_faults(content: bytes) -> None:
    _, faults = parse(content, Path("/nowhere"))

    assert faults
