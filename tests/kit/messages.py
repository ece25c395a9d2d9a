"""What commands print on standard error."""


def messages(err: str) -> list[str]:
    """Return the lines without the note that a calendar ends soon, which depends on today."""
    return [line for line in err.splitlines(keepends=True) if "--calendar-file" not in line]
