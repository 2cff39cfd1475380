"""Reads a page of examples: headings, the commands below them, and what each prints."""

from collections.abc import Iterator
from dataclasses import dataclass, field

PROMPT = "    $ "
INDENT = "    "


@dataclass(slots=True)
class Command:
    """A line of the page, and the lines that it is said to print."""

    line: str
    printed: list[str] = field(default_factory=list)


def sections(page: str) -> dict[str, list[Command]]:
    """The commands below each heading that has some."""
    return {name: commands for name, text in headings(page) if (commands := list(commands_of(text)))}


def headings(page: str) -> Iterator[tuple[str, str]]:
    for part in page.split("\n## ")[1:]:
        name, _, text = part.partition("\n")
        yield name, text


def commands_of(text: str) -> Iterator[Command]:
    command: Command | None = None
    for line in text.splitlines():
        if line.startswith(PROMPT):
            if command is not None:
                yield command
            command = Command(line.removeprefix(PROMPT))
        elif line.startswith(INDENT) and command is not None:
            command.printed.append(line.removeprefix(INDENT))
        elif command is not None:
            yield command
            command = None
    if command is not None:
        yield command
