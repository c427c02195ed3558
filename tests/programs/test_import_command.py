"""`pulumi import`: the object is in the state, and the printed program has no difference."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import yaml

import language_hosts
from fake import Fake
from stack import Stack


def test_import_prints_a_program_and_names_the_full_token(tmp_path: Path, fake: Fake) -> None:
    language_hosts.install_yaml()
    project = tmp_path / "tests" / "Pulumi.yaml"
    project.parent.mkdir()
    project.write_text(yaml.safe_dump({"name": "tests", "runtime": "yaml"}))
    stack = Stack(tmp_path, None, fake)
    vpc = fake.call("POST", "/vpc/v2/regions/fr-par/vpcs", {"name": "main", "tags": ["team=platform"]})

    def imported(token: str) -> subprocess.CompletedProcess[str]:
        command = ["pulumi", "import", token, "main", f"fr-par/{vpc['id']}", "--stack", "dev", "--yes", "--protect=false"]
        return subprocess.run(
            [*command, "--skip-preview", "--color=never", "--non-interactive"],
            cwd=project.parent,
            env={**os.environ, **stack.environment},
            capture_output=True,
            text=True,
        )

    # The token that programs and messages of Pulumi show.
    short = imported("evalap-scaleway:network:Vpc")
    assert short.returncode != 0
    assert "Hint: use the full token `evalap-scaleway:network/vpc:Vpc`." in short.stdout + short.stderr
    full = imported("evalap-scaleway:network/vpc:Vpc")
    assert full.returncode == 0, full.stdout + full.stderr
    program = yaml.safe_load(full.stdout[full.stdout.index("\nresources:") :])
    assert program["resources"]["main"]["properties"]["tags"] == ["team=platform"]
    project.write_text(yaml.safe_dump({"name": "tests", "runtime": "yaml", **program}))
    assert stack.up().changed == {}
