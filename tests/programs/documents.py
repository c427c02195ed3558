"""A page in Markdown: its headings, links and blocks of code, as far as our own pages use them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What is generated, built or of other tools.
NOT_OURS = {"target", "node_modules", "dist", "venv", "nodejs", "python"}

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
        """Where the links of the prose lead."""
        return LINK.findall(self.prose)

    @property
    def anchors(self) -> set[str]:
        """What `#...` can lead to, spelled as forges do."""
        headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(self.prose))
        return {heading.replace(" ", "-") for heading in headings}

    def commands(self, name: str) -> str:
        """The commands of the blocks of this name."""
        found = [block.text for block in self.blocks if block.language == "sh" and block.name == name]
        assert found, f"{self} has no commands called {name}"
        return "\n".join(found)

    def untold(self, name: str, output: str) -> list[str]:
        """The lines of the blocks of this name that an output does not have."""
        shown = [block.text for block in self.blocks if block.language == "text" and block.name == name]
        assert shown, f"{self} shows nothing called {name}"
        # The Automation API says before what is printed on which stream it was.
        output = re.sub(r"^ *std(out|err): ", "", output, flags=re.MULTILINE)
        return [line for text in shown for line in text.splitlines() if not is_told(line, output)]

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))


def pages() -> list[Page]:
    """All pages of the project, in the order of their paths."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    ours = (path for path in found if not any(part in NOT_OURS or part.startswith(".") for part in path.parts))
    return [Page(ROOT / path) for path in sorted(ours)]


def page(path: str) -> Page:
    """The page at a path from the project's top."""
    return Page(ROOT / path)


def is_told(line: str, output: str) -> bool:
    """Whether a line of a page, in which `...` stands for anything, begins a line of an output, but for its indentation."""
    wanted = re.escape(line.strip()).replace(r"\.\.\.", ".*")
    return re.search(rf"^\s*{wanted}", output, re.MULTILINE) is not None
