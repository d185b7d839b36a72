"""JSON as it is published: without blanks, and in the letters of whoever wrote the names."""

import json


def compact(document: object) -> str:
    """One line of JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
