"""One fingerprint for all files of a model."""

import hashlib
from pathlib import Path


def folder_digest(folder: Path) -> str:
    """SHA-256, in hexadecimal, over the names, sizes and contents of all files under ``folder``.

    A file that is changed, added, removed or renamed changes it; times and rights do not.
    """
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name, content = path.relative_to(folder).as_posix().encode(), path.read_bytes()
        # Lengths first: where one part ends and the next begins must not be a matter of taste.
        whole.update(len(name).to_bytes(8, "big") + name)
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()
