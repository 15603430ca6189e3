"""Names of clusters as names of files."""


def file_name(cluster: str) -> str:
    """The name of a cluster as that of a file, in no other folder."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in cluster).lstrip(".") or "_"
