"""What an authenticator is told: its settings as traitlets would find them."""

from collections.abc import Iterator
from dataclasses import dataclass

from aggregator.audit.traits import sections_of, traits_of
from aggregator.audit.trees import Items, Leaf, Map, Place, Value, map_at, texts
from aggregator.audit.versions import Versions

# Names that older releases know, and newer ones for a while beside the new name.
OLD_NAMES = {
    "allowed_users": "whitelist",
    "blocked_users": "blacklist",
    "allowed_organizations": "github_organization_whitelist",
    "allowed_gitlab_groups": "gitlab_group_whitelist",
    "allowed_project_ids": "gitlab_project_id_whitelist",
    "allowed_teams": "team_whitelist",
    "allowed_google_groups": "google_group_whitelist",
    "allowed_groups": "group_whitelist",
    "allowed_idps": "idp_whitelist",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that holds, by the name under which it was found."""

    name: str
    value: Value

    @property
    def at(self) -> Place:
        """Where it stands."""
        return self.value.at


@dataclass(frozen=True, slots=True)
class Settings:
    """What is said to one class in `hub.config`; what its version does not know is not seen."""

    name: str
    config: Map
    versions: Versions

    def find(self, trait: str) -> Setting | None:
        """The setting that wins: that of the class itself before those of the classes above it."""
        return next(self._found(trait), None)

    def texts(self, trait: str) -> tuple[str, ...]:
        """The names in a list, in a map, or the one that stands there alone."""
        if (found := self.find(trait)) is None:
            return ()
        if isinstance(found.value, Leaf) and isinstance(found.value.value, str):
            return (found.value.value,) if found.value.value else ()
        return texts(found.value)

    def flag(self, trait: str) -> bool | None:
        """True or false, None where it is not said."""
        found = self.find(trait)
        is_flag = found is not None and isinstance(found.value, Leaf) and isinstance(found.value.value, bool)
        return bool(found.value.value) if found and is_flag and isinstance(found.value, Leaf) else None

    def is_set(self, trait: str) -> bool:
        """Whether something is said that is not empty."""
        found = self.find(trait)
        if found is None:
            return False
        match found.value:
            case Leaf(value=value):
                return value not in {None, "", False}
            case Items(items=items):
                return bool(items)
            case Map(entries=entries):
                return bool(entries)

    def _found(self, trait: str) -> Iterator[Setting]:
        known = traits_of(self.name, self.versions)
        names = [name for name in (trait, OLD_NAMES.get(trait)) if name and (known is None or name in known)]
        # A section inside that of the application counts too, and wins; traitlets looks there last.
        for above in (map_at(self.config, ("JupyterHub",)), self.config):
            for section in sections_of(self.name):
                table = map_at(above, (section,))
                for name in names:
                    if name in table.entries:
                        yield Setting(f"{section}.{name}", table.entries[name])
