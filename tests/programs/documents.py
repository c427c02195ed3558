"""A Markdown page: its headings, links and code blocks, in the subset of Markdown that the project uses."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Directories with generated files, build output, or files of other tools.
EXCLUDED = {"target", "node_modules", "dist", "venv", "sdk", "python"}

FENCE = re.compile(r"^```(\S*) *(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A block of code: ```` ```language name ````. Blocks with a name are files that later blocks use."""

    language: str
    name: str
    text: str
    line: int


class Page:
    """One page."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text()
        self.blocks = [
            Block(found[1], found[2], found[3], self.text.count("\n", 0, found.start()) + 1)
            for found in FENCE.finditer(self.text)
        ]
        # The text without blocks of code.
        self.prose = FENCE.sub("", self.text)

    @property
    def links(self) -> list[str]:
        """The targets of the links in the prose."""
        return LINK.findall(self.prose)

    @property
    def anchors(self) -> set[str]:
        """The anchors that `#...` can refer to, in the spelling of Git hosts."""
        headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(self.prose))
        return {heading.replace(" ", "-") for heading in headings}

    def commands(self, name: str) -> str:
        """The commands of the blocks with this name."""
        found = [block.text for block in self.blocks if block.language == "sh" and block.name == name]
        assert found, f"{self} has no commands named {name}"
        return "\n".join(found)

    def missing_from_output(self, name: str, output: str) -> list[str]:
        """The lines of the blocks with this name that are not in the output."""
        shown = [block.text for block in self.blocks if block.language == "text" and block.name == name]
        assert shown, f"{self} has no output named {name}"
        # The Automation API prefixes the output with the name of its stream.
        output = re.sub(r"^ *std(out|err): ", "", output, flags=re.MULTILINE)
        return [line for text in shown for line in text.splitlines() if not is_in_output(line, output)]

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))


def pages() -> list[Page]:
    """All pages of the project, in the order of their paths. Does not read excluded directories, which other tests write meanwhile."""
    found = []
    for directory, directories, files in os.walk(ROOT):
        directories[:] = [name for name in directories if name not in EXCLUDED and not name.startswith(".")]
        found += [Path(directory, name) for name in files if name.endswith(".md")]
    return [Page(path) for path in sorted(found)]


def page(path: str) -> Page:
    """The page at a path relative to the root of the project."""
    return Page(ROOT / path)


def is_in_output(line: str, output: str) -> bool:
    """Whether a line of the output starts with this line of a page, in which `...` matches anything, ignoring indentation."""
    expected = re.escape(line.strip()).replace(r"\.\.\.", ".*")
    return re.search(rf"^\s*{expected}", output, re.MULTILINE) is not None
