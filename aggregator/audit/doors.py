"""Who may log in with the authenticators that have rules of their own: dummy, shared password, tmp, null, native, first use."""

from collections.abc import Callable
from dataclasses import dataclass

from aggregator.audit.admission import NOBODY, Grant, Who, together
from aggregator.audit.authenticators import Reach
from aggregator.audit.settings import Settings
from aggregator.audit.trees import Place
from aggregator.audit.versions import must_be_allowed
from aggregator.audit.wording import many

PASSWORDS = ("user_password", "password_groups")
NO_RULE = "From JupyterHub 5 on nobody gets in but by allow_all or allowed_users."


@dataclass(frozen=True, slots=True)
class Door:
    """What is said to such an authenticator, where it is chosen, and whether some files were not seen."""

    settings: Settings
    hub: Place
    hidden: bool


def dummy(door: Door) -> Who:
    """Any name, and one password for all, if there is one. Open by default, in JupyterHub 6 too."""
    settings, hub = door.settings, door.hub
    users = settings.texts("allowed_users")
    everybody = not users if settings.flag("allow_all") is None else bool(settings.flag("allow_all"))
    if not everybody and not users:
        return Who(Reach.NOBODY, NOBODY, hub, NO_RULE)
    password = settings.is_set("password")
    names = "with any name" if everybody else f"as one of {many(len(users), 'named user')}"
    at = found.at if (found := settings.find("admin_users")) and settings.is_set("admin_users") else hub
    why = "Whoever takes the name of an admin is one." if settings.is_set("admin_users") else ""
    if password:
        return Who(Reach.PASSWORD, f"Anybody who knows the shared password may log in {names}.", at, why)
    doubt = ", unless an unseen file sets one" if door.hidden else ""
    told = f"Anybody may log in {names}, without a password{doubt}."
    return Who(Reach.WORLD, told, at, why, sure=not door.hidden)


def shared_password(door: Door) -> Who:
    """One password for all; whoever knows it takes any name that is allowed."""
    settings, hub = door.settings, door.hub
    users = settings.texts("allowed_users")
    if not settings.flag("allow_all") and not users:
        return Who(Reach.NOBODY, NOBODY, hub, NO_RULE)
    if not door.hidden and not any(settings.is_set(trait) for trait in PASSWORDS):
        return Who(Reach.NOBODY, NOBODY, hub, "No user_password is set.")
    everybody = bool(settings.flag("allow_all"))
    names = "with any name" if everybody else f"as one of {many(len(users), 'named user')}"
    found = settings.find("allow_all" if everybody else "allowed_users")
    at = found.at if found else hub
    return Who(Reach.PASSWORD, f"Anybody who knows the shared password may log in {names}.", at)


def null(door: Door) -> Who:
    """There is no login."""
    told = "Nobody may log in at the hub itself; its null authenticator leaves that to services such as BinderHub."
    return Who(Reach.NOBODY, told, door.hub, ephemeral=True)


def tmp(door: Door) -> Who:
    """A new account for every visit."""
    settings, hub = door.settings, door.hub
    if not _lets_all(settings):
        return Who(Reach.NOBODY, NOBODY, hub, NO_RULE, ephemeral=True)
    return Who(Reach.WORLD, "Anybody gets a temporary account, without logging in.", hub, ephemeral=True)


def native(door: Door) -> Who:
    """People sign up; an admin approves them, unless sign-up is open."""
    settings, hub = door.settings, door.hub
    if not _lets_all(settings):
        return _listed(settings, hub, "once they have signed up")
    if settings.flag("enable_signup") is False:
        return Who(Reach.LISTED, "Whoever has an account already may log in.", hub)
    if settings.flag("open_signup") and (found := settings.find("open_signup")):
        return Who(Reach.WORLD, "Anybody may sign up and log in at once.", found.at, f"{found.name} is true.")
    return Who(Reach.LISTED, "Whoever signs up and is approved by an admin may log in.", hub)


def first_use(door: Door) -> Who:
    """The first password given with a name becomes its password."""
    settings, hub = door.settings, door.hub
    everybody = settings.flag("allow_all")
    if everybody is False or (everybody is None and settings.is_set("allowed_users")):
        return _listed(settings, hub, "with the password that is given first")
    if settings.flag("create_users") is False:
        return Who(Reach.LISTED, "Whoever an admin has added may log in.", hub)
    return Who(Reach.WORLD, "Anybody may log in with a new name and choose its password.", hub)


def _lets_all(settings: Settings) -> bool:
    if settings.flag("allow_all"):
        return True
    return must_be_allowed(settings.versions, oauth=False) is not True and not settings.is_set("allowed_users")


def _listed(settings: Settings, hub: Place, how: str) -> Who:
    if not (found := settings.find("allowed_users")) or not (users := settings.texts("allowed_users")):
        return Who(Reach.NOBODY, NOBODY, hub, NO_RULE)
    who = together([Grant(Reach.LISTED, many(len(users), "named user"), found.name, found.at, users)], hub)
    return Who(who.reach, f"{who.sentence.removesuffix('.')}, {how}.", who.at, members=users, all_named=True)


DOORS: dict[str, Callable[[Door], Who]] = {
    "DummyAuthenticator": dummy,
    "SharedPasswordAuthenticator": shared_password,
    "NullAuthenticator": null,
    "TmpAuthenticator": tmp,
    "NativeAuthenticator": native,
    "FirstUseAuthenticator": first_use,
}
