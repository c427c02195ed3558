"""Generates the SDK of a language whose generator is in its language host: Java or .NET.

Run by scripts/sdk: `host_sdk.py java|dotnet --schema FILE --pulumi CLI --hosts DIRECTORY --output DIRECTORY`. The output is
replaced. Uses no network.
"""

from __future__ import annotations

import argparse
import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

# A PNG of one transparent pixel.
LOGO = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000a49444154789c63000100000500010d0a2db40000000049454e44ae426082"
)

POM = """\
<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>{group}</groupId>
  <artifactId>{artifact}</artifactId>
  <version>{version}</version>
  <packaging>jar</packaging>
  <description>{description}</description>
  <properties>
    <maven.compiler.release>11</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
    <project.build.outputTimestamp>1980-02-01T00:00:00Z</project.build.outputTimestamp>
  </properties>
  <dependencies>
{dependencies}
  </dependencies>
  <build>
    <plugins>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-compiler-plugin</artifactId>
        <version>3.13.0</version>
        <configuration><proc>none</proc></configuration>
      </plugin>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-jar-plugin</artifactId>
        <version>3.4.2</version>
      </plugin>
    </plugins>
  </build>
</project>
"""

DEPENDENCY = """\
    <dependency>
      <groupId>{group}</groupId>
      <artifactId>{artifact}</artifactId>
      <version>{version}</version>
    </dependency>"""

# Of the annotations in the generated code; Pulumi's SDK does not depend on it.
ANNOTATIONS = {"com.google.code.findbugs:jsr305": "3.0.2"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", choices=["java", "dotnet"])
    for option in ["schema", "pulumi", "hosts", "output"]:
        parser.add_argument(f"--{option}", type=Path, required=True)
    options = parser.parse_args()
    schema = json.loads(options.schema.read_text())
    with tempfile.TemporaryDirectory(dir=options.output.parent, prefix=".host-sdk-") as directory, Logo() as logo:
        # Without an address, the .NET generator downloads a logo from another server.
        schema["logoUrl"] = logo.url
        work = Path(directory)
        (work / "schema.json").write_text(json.dumps(schema))
        run_generator(options.language, work, options.pulumi, options.hosts)
        sdk = work / options.language
        if options.language == "java":
            add_maven_files(sdk, schema)
        shutil.rmtree(options.output, ignore_errors=True)
        sdk.rename(options.output)


class Logo:
    """Serves the logo on loopback."""

    def __enter__(self) -> Logo:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), LogoHandler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/logo.png"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class LogoHandler(http.server.BaseHTTPRequestHandler):
    """Answers each request with the logo."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(LOGO)))
        self.end_headers()
        self.wfile.write(LOGO)

    def log_message(self, *_: object) -> None:
        pass


def run_generator(language: str, work: Path, pulumi: Path, hosts: Path) -> None:
    """Runs the generator of the CLI, which starts the language host."""
    environment = {
        **os.environ,
        "PATH": f"{hosts}:{os.environ['PATH']}",
        "PULUMI_HOME": str(work / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    environment.pop("PULUMI_IGNORE_AMBIENT_PLUGINS", None)
    command = [pulumi, "package", "gen-sdk", work / "schema.json", "--language", language, "--out", work]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    if ran.returncode != 0:
        raise SystemExit(f"{ran.stdout}{ran.stderr}pulumi package gen-sdk failed for {language}")
    shutil.rmtree(work / "home", ignore_errors=True)


def add_maven_files(sdk: Path, schema: dict[str, Any]) -> None:
    """The project file, and the description of the plugin that the language host reads from the archive."""
    java = schema["language"]["java"]
    dependencies = [
        DEPENDENCY.format(group=name.partition(":")[0], artifact=name.partition(":")[2], version=version)
        for name, version in {**java["dependencies"], **ANNOTATIONS}.items()
    ]
    values = {
        "group": java["basePackage"],
        "artifact": java["packages"][schema["name"]],
        "version": schema["version"],
        "description": escape(schema["description"]),
        "dependencies": "\n".join(dependencies),
    }
    (sdk / "pom.xml").write_text(POM.format(**values))
    (version,) = (sdk / "src" / "main" / "resources").rglob("version.txt")
    plugin = {"resource": True, "name": schema["name"], "version": schema["version"]}
    if "pluginDownloadURL" in schema:
        plugin["server"] = schema["pluginDownloadURL"]
    version.with_name("plugin.json").write_text(json.dumps(plugin))


if __name__ == "__main__":
    main()
