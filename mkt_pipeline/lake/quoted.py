"""A text as a literal of a statement, for what takes no parameters."""


def quoted(text: str) -> str:
    """In single quotes, those within it doubled."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
