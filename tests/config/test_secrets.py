import os
from pathlib import Path

import pytest

from aggregator.clusters.config import load
from aggregator.clusters.secrets import Secret, SecretUnreadable
from aggregator.clusters.values import Basic
from tests.config.written import faults_of, write

HIDDEN = "hunter2-Zq9"


def test_a_secret_is_read_from_its_file_less_one_newline(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f" {HIDDEN} \n")

    assert Secret.in_file(tmp_path / "password").read() == f" {HIDDEN} "


def test_a_secret_that_changed_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("before")
    secret = Secret.in_file(file)
    assert secret.read() == "before"

    file.write_text("after, and longer")

    assert secret.read() == "after, and longer"


def test_a_secret_that_was_replaced_by_another_file_of_the_same_size_and_time_is_read_again(tmp_path: Path) -> None:
    # As Kubernetes does: the name points at another file from one moment to the next.
    (tmp_path / "one").write_text("one")
    (tmp_path / "two").write_text("two")
    for name in ("one", "two"):
        os.utime(tmp_path / name, (1_700_000_000, 1_700_000_000))
    (tmp_path / "password").symlink_to("one")
    secret = Secret.in_file(tmp_path / "password")
    assert secret.read() == "one"

    (tmp_path / "next").symlink_to("two")
    (tmp_path / "next").replace(tmp_path / "password")

    assert secret.read() == "two"


def test_a_secret_comes_from_the_environment_at_the_moment_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = Secret.in_env("CROSSHUB_TEST_TOKEN")
    with pytest.raises(SecretUnreadable, match="not set"):
        secret.read()

    monkeypatch.setenv("CROSSHUB_TEST_TOKEN", HIDDEN)

    assert secret.read() == HIDDEN


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "secrets/x: No such file or directory"),
        (b"", "secrets/x: empty"),
        (b"\n", "secrets/x: empty"),
        (HIDDEN.encode() + b"\nmore", "secrets/x: holds a line break or another control character"),
        (HIDDEN.encode() + b"\xff", "secrets/x: not UTF-8"),
        (HIDDEN.encode() * 10_000, "secrets/x: larger than 64 KiB; that is no secret"),
    ],
)
def test_a_secret_that_cannot_be_used_is_told_by_its_place(tmp_path: Path, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / "x").write_bytes(content)

    with pytest.raises(SecretUnreadable) as error:
        Secret.in_file(tmp_path / "x", "secrets/x").read()

    assert str(error.value) == words
    assert HIDDEN not in repr(error.value.__context__)


def test_a_secret_is_shown_by_its_place_only(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(HIDDEN)
    secret = Secret.in_file(tmp_path / "x", "secrets/x")
    secret.read()

    assert f"{secret} {secret!r} {secret:}" == "Secret(secrets/x) Secret(secrets/x) Secret(secrets/x)"


def test_the_secrets_of_a_configuration_are_relative_to_its_file_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "a").write_text(HIDDEN)
    auth = "auth: {basic: {username: u, password_file: secrets/a}}"

    config = load(write(tmp_path, f"clusters: [{{name: a, prometheus: {{url: http://a, {auth}}}}}]"))

    basic = config.clusters[0].prometheus.auth
    assert isinstance(basic, Basic)
    assert basic.password.read() == HIDDEN
    assert HIDDEN not in repr(config)


MISPLACED = [
    "prometheus: {url: http://u:hunter2-Zq9@a}",
    "prometheus: {url: http://a/?token=hunter2-Zq9}",
    "prometheus: {url: http://a, proxy: socks5://u:hunter2-Zq9@127.0.0.1:1}",
    "prometheus: {url: http://a, proxy: hunter2-Zq9}",
    "prometheus: {url: http://a, auth: u:hunter2-Zq9}",
    "prometheus: {url: http://a, auth: {u:hunter2-Zq9}}",
    "prometheus: {url: http://a, auth: {u:hunter2-Zq9, u:hunter2-Zq9}}",
    "prometheus: {url: http://a, auth: {hunter2-Zq9}}",
    "prometheus: {url: http://a, auth: {basic: {username: u, password: hunter2-Zq9}}}",
    "prometheus: {url: http://a, auth: {basic: hunter2-Zq9}}",
    "prometheus: {url: http://a, auth: {bearer: {token_env: hunter2-Zq9}}}",
    "prometheus: {url: http://a, auth: {bearer: {token_file: [hunter2-Zq9]}}}",
    "prometheus: {url: http://a, headers: {Authorization: hunter2-Zq9}}",
    "prometheus: {url: http://a, headers: [hunter2-Zq9]}",
    'prometheus: {url: http://a, headers: {X-Key: "hunter2-Zq9\\n"}}',
    "prometheus: {url: http://a, auth: *hunter2-Zq9}",
    "prometheus: {url: http://a, auth: !hunter2-Zq9!x y}",
    "prometheus: {url: http://a, auth: 'hunter2-Zq9}",
    "prometheus: {url: http://a, auth: @hunter2-Zq9}",
    "prometheus: {url: http://a, token: |hunter2-Zq9\n",
    "prometheus: {url: http://a}\n    hubs: [{name: h, api_token: hunter2-Zq9, url: hunter2-Zq9}]",
    "prometheus: {url: http://a}\nreceivers: [{name: r, slack: https://hooks.slack.com/hunter2-Zq9}]",
    "prometheus: {url: http://a}\nreceivers: [{name: r, slack: {webhook: https://hooks.slack.com/hunter2-Zq9}}]",
    "prometheus: {url: http://a}\nreceivers: [{name: r, webhook: {url: https://u:hunter2-Zq9@x}}]",
    "prometheus: {url: http://a}\nheartbeat: https://hc.example.org/hunter2-Zq9",
    "prometheus: {url: http://a}\ndatabase: postgresql://u:hunter2-Zq9@h/n",
    "prometheus: {url: http://a}\ndatabase: postgresql://h/n?password=hunter2-Zq9",
    "prometheus: {url: http://a}\ndatabase: mysql://u:hunter2-Zq9@h/n",
]


@pytest.mark.parametrize("text", MISPLACED)
def test_a_secret_in_the_wrong_place_is_a_fault_that_does_not_repeat_it(tmp_path: Path, text: str) -> None:
    faults = faults_of(tmp_path, f"clusters:\n  - name: a\n    {text}\n")

    assert faults
    assert "hunter2" not in "\n".join(faults)
