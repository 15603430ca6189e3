"""`python -m tests.fakes.identities PORT`: an OAuth provider that believes the cookie `who`.

It keeps nothing: code and token are the name itself. A process of its own, so that it is there as long as the hubs are.
"""

import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from aggregator.demo.processes import Program


async def authorize(request: Request) -> Response:
    """Sends whoever comes back to the hub, with a code."""
    who = request.cookies.get("who")
    if who is None:
        return Response("nobody is logged in here", 401)
    asked = request.query_params
    answer = urlencode({"code": _sealed(who), "state": asked["state"]})
    return RedirectResponse(f"{asked['redirect_uri']}?{answer}", 302)


async def token(request: Request) -> Response:
    """Gives a token for a code."""
    form = parse_qs((await request.body()).decode())
    return JSONResponse({"access_token": form["code"][0], "token_type": "Bearer"})


async def user(request: Request) -> Response:
    """Says whose a token is."""
    return JSONResponse({"username": _opened(request.headers["authorization"].partition(" ")[2])})


async def health(_: Request) -> Response:
    """Says that it is there."""
    return Response("well")


ROUTES = [
    Route("/authorize", authorize),
    Route("/token", token, methods=["POST"]),
    Route("/user", user),
    Route("/health", health),
]


def provider(directory: Path) -> Program:
    """The provider, to be started."""
    return Program(
        name="the OAuth provider",
        command=lambda port: [sys.executable, "-m", "tests.fakes.identities", str(port)],
        log=directory / "provider.log",
        ready="/health",
    )


def _sealed(name: str) -> str:
    return urlsafe_b64encode(name.encode()).decode()


def _opened(text: str) -> str:
    return urlsafe_b64decode(text).decode()


if __name__ == "__main__":
    uvicorn.run(Starlette(routes=ROUTES), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
