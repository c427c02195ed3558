"""Unit tests of the program with Pulumi's mocks for the engine and all resources.

    python -m unittest
"""

import json
import os
import unittest
from typing import Any

# Example values with the keys of Pulumi.production.yaml, which mocks do not read.
os.environ["PULUMI_CONFIG"] = json.dumps(
    {
        "project:image": "images.example",
        "project:version": "1.4.0",
        "project:runners": "2",
        "project:databaseNodeType": "DB-GP-XS",
        "project:highlyAvailable": "true",
        "project:backupDays": "30",
        "project:modelApiKey": "secret",
        "project:alertEmails": json.dumps(["on-call@example.org"]),
    }
)

import pulumi  # noqa: E402  Needs the configuration above.

seen: dict[str, dict[str, Any]] = {}


class Mocks(pulumi.runtime.Mocks):
    """Mock engine: each resource gets an ID and the outputs that the test needs."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        seen[args.name] = {"type": args.typ, **args.inputs}
        return f"{args.name}-id", {**args.inputs, "endpoints": {"api": "https://api.example"}}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        return {}


pulumi.runtime.set_mocks(Mocks(), project="project", stack="production")


class TestStack(unittest.TestCase):
    """The inputs of the program's resources."""

    @pulumi.runtime.test
    def test_configuration_is_passed_to_the_application(self) -> Any:
        import runpy

        program = runpy.run_path(os.path.join(os.path.dirname(__file__), "__main__.py"))

        def check(_: Any) -> None:
            application = seen["evalap"]
            self.assertEqual(application["type"], "evalap-scaleway:evalap/application:Application")
            self.assertEqual(application["environment"], "production")
            self.assertTrue(application["database"]["highAvailability"])
            self.assertGreaterEqual(application["database"]["backupRetentionDays"], 30)
            self.assertTrue(application["withStorage"], "there is a bucket for files")
            self.assertTrue(application["alertEmails"], "alerts have a recipient")
            public = [service["name"] for service in application["services"] if service.get("isPublic")]
            self.assertEqual(public, ["api", "web"], "the runners are not public")

        return program["application"].endpoints.apply(check)


if __name__ == "__main__":
    unittest.main()
