"""EvalAP on Scaleway as one component. Pulumi.<stack>.yaml configures each environment."""

import evalap_scaleway as scaleway
import pulumi

config = pulumi.Config()
image = config.require("image")

application = scaleway.evalap.Application(
    "evalap",
    environment=pulumi.get_stack(),
    owner="evalap-team",
    services=[
        {"name": "api", "image": f"{image}/api:{config.require('version')}", "is_public": True, "health_path": "/health"},
        {"name": "runners", "image": f"{image}/runners:{config.require('version')}", "min_scale": config.require_int("runners")},
        {"name": "web", "image": f"{image}/web:{config.require('version')}", "is_public": True, "uses_database": False},
    ],
    database={
        "node_type": config.require("databaseNodeType"),
        "high_availability": config.require_bool("highlyAvailable"),
        "backup_retention_days": config.require_int("backupDays"),
    },
    with_storage=True,
    secrets={"model-api-key": config.require_secret("modelApiKey")},
    access={"generativeApis": "call"},
    alert_emails=config.get_object("alertEmails"),
)

pulumi.export("endpoints", application.endpoints)
pulumi.export("docs", pulumi.Output.concat(application.endpoints["api"], "/docs"))
pulumi.export("databaseUrl", application.database_url)
