"""How Crosshub shows a cluster who it is."""

from base64 import b64encode

from aggregator.clusters.values import Basic, Bearer


def authorization(auth: Basic | Bearer | None) -> str | None:
    """The header as the secret stands now; raises SecretUnreadable."""
    match auth:
        case Basic(username, password):
            return "Basic " + b64encode(f"{username}:{password.read()}".encode()).decode()
        case Bearer(token):
            return "Bearer " + token.read()
        case None:
            return None


def credential(auth: Basic | Bearer | None) -> str | None:
    """What a refusal speaks of: `user and password`, `the token`."""
    match auth:
        case Basic():
            return "user and password"
        case Bearer():
            return "the token"
        case None:
            return None
