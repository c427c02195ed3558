"""The pages tell the truth: links lead somewhere, code can be read, what guides show is what happens."""

from __future__ import annotations

import ast
import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable

import evalap_scaleway as scaleway
import pytest
import yaml

from fake import Fake
from documents import ROOT, Block, Page, is_told, page, pages
from stack import Stack

# How a block of each language is read.
READERS: dict[str, Callable[[str], Any]] = {"python": ast.parse, "json": json.loads, "yaml": yaml.safe_load}


def test_every_link_leads_somewhere() -> None:
    found = pages()
    assert len(found) > 10
    broken = [f"{page}: {link}" for page in found for link in page.links if not leads_somewhere(page, link)]
    assert broken == []


def leads_somewhere(page: Page, link: str) -> bool:
    """Whether a relative link has a file, and its heading, if it names one. Other links are not followed."""
    if re.match(r"[a-z]+:", link):
        return True
    path, _, anchor = link.partition("#")
    target = (page.path.parent / path).resolve() if path else page.path
    if not target.is_relative_to(ROOT) or not target.exists():
        return False
    return not anchor or anchor in Page(target).anchors


def test_every_block_of_code_can_be_read() -> None:
    blocks = [(page, block) for page in pages() for block in page.blocks if block.language in READERS]
    assert {block.language for _, block in blocks} >= {"python", "json"}
    wrong = [f"{page}:{block.line}: {trouble}" for page, block in blocks if (trouble := unreadable(block))]
    assert wrong == []


def unreadable(block: Block) -> str | None:
    """Why a block is not of the language it says."""
    try:
        READERS[block.language](block.text)
    except (SyntaxError, ValueError, yaml.YAMLError) as error:
        return str(error)
    return None


@pytest.mark.parametrize("block", [block for block in page("README.md").blocks if block.language == "python"])
def test_the_program_of_the_readme_runs(block: Block, stack: Callable[..., Stack], fake: Fake) -> None:
    made = stack(lambda: exec(compile(block.text, "README.md", "exec"), {}))
    made.set_secrets({"tests:apiKey": "made up"})
    made.up()
    assert made.outputs()["url"].startswith("https://")
    assert made.up().changed == {}


def test_the_guide_to_the_fake_does_what_it_shows(tmp_path: Path) -> None:
    guide = page("docs/guides/testing-with-the-fake.md")
    # Other tests may use the guide's ports.
    ports = dict(zip(["8080", "8081", "8082"], map(str, free_ports(3)), strict=True))
    script = ["trap 'kill $(jobs -p)' EXIT"]
    for block in guide.blocks:
        if block.name:
            (tmp_path / block.name).write_text(block.text)
        elif block.language == "sh":
            script += [re.sub("808[012]", lambda port: ports[port[0]], block.text), "echo"]
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(script)], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    shown = [line for block in guide.blocks if block.language == "text" for line in block.text.splitlines()]
    assert shown
    assert [line for line in shown if not is_told(line, ran.stdout)] == [], ran.stdout


def free_ports(count: int) -> list[int]:
    """Ports of loopback on which nobody listens."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listening.getsockname()[1] for listening in sockets]
    for listening in sockets:
        listening.close()
    return ports
