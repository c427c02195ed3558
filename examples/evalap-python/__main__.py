"""EvalAP on Scaleway: a web application with a database, secrets and monitoring.

Pulumi.dev.yaml and Pulumi.production.yaml configure the two stacks. Set the secrets once per stack with
`pulumi config set --secret`, as described in the README.
"""

from urllib.parse import quote

import pulumi
import evalap_scaleway as scaleway

config = pulumi.Config()
environment = pulumi.get_stack()
tags = ["evalap", environment]

# --- Images ---------------------------------------------------------------------------------------------------------
# Resources without a name get an automatic name: the first argument and some random characters.

images = scaleway.registry.Namespace("evalap", description=f"Images of EvalAP, {environment}")

# --- Secrets --------------------------------------------------------------------------------------------------------
# A secret has a name and a path; a version contains its value. A new value creates a new version.

model_key = config.require_secret("modelApiKey")
model_key_secret = scaleway.secrets.Secret("model-api-key", path=f"/evalap/{environment}", tags=tags)
scaleway.secrets.Version("model-api-key", secret_id=model_key_secret.id, data=model_key)

# --- Identity -------------------------------------------------------------------------------------------------------
# The permissions and the API key of the application.

application = scaleway.iam.Application("evalap", description=f"EvalAP, {environment}", tags=tags)
policy = scaleway.iam.Policy(
    "evalap",
    application_id=application.id,
    rules=[
        scaleway.iam.PolicyRuleArgs(
            permission_set_names=["SecretManagerReadOnly", "SecretManagerSecretAccess"],
            project_ids=[images.project_id],
        )
    ],
)
api_key = scaleway.iam.ApiKey("evalap", application_id=application.id, default_project_id=images.project_id)

# --- Network --------------------------------------------------------------------------------------------------------

vpc = scaleway.network.Vpc("evalap", tags=tags)
network = scaleway.network.PrivateNetwork(
    "evalap",
    vpc_id=vpc.id,
    ipv4_subnet=scaleway.network.PrivateNetworkIpv4SubnetArgs(subnet="172.16.32.0/22"),
    tags=tags,
)

# --- Database -------------------------------------------------------------------------------------------------------
# The database is in the private network. For developers it also has a public endpoint, restricted to their IP ranges.

developer_addresses = config.get_object("developerAddresses") or []
instance = scaleway.databases.Instance(
    "evalap",
    engine="PostgreSQL-16",
    node_type=config.require("databaseNodeType"),
    volume_type="sbs_5k",
    volume_size_in_gb=config.require_int("databaseVolumeGb"),
    is_ha_cluster=config.require_bool("highlyAvailable"),
    encryption_at_rest=True,
    backup_schedule_frequency=24,
    backup_schedule_retention=config.require_int("backupDays"),
    user_name="evalap-admin",
    password=config.require_secret("databaseAdminPassword"),
    private_network=scaleway.databases.InstancePrivateNetworkArgs(pn_id=network.id, enable_ipam=True),
    load_balancer=scaleway.databases.InstanceLoadBalancerArgs() if developer_addresses else None,
    tags=tags,
)
if developer_addresses:
    scaleway.databases.Acl(
        "developers",
        instance_id=instance.id,
        acl_rules=[
            scaleway.databases.AclAclRuleArgs(ip=address, description="developers") for address in developer_addresses
        ],
    )

database = scaleway.databases.Database("evalap", instance_id=instance.id, name="evalap")
password = config.require_secret("databasePassword")
user = scaleway.databases.User("evalap", instance_id=instance.id, name="evalap", password=password)
privilege = scaleway.databases.Privilege(
    "evalap",
    instance_id=instance.id,
    database_name=database.name,
    user_name=user.name,
    permission="all",
)

# The password makes this output a secret: Pulumi encrypts it in the state and hides it in the terminal.
connection_string = pulumi.Output.format(
    "postgresql://{0}:{1}@{2}:{3}/{4}?sslmode=require",
    user.name,
    password.apply(lambda password: quote(password, safe="")),
    instance.private_network.ip,
    instance.private_network.port,
    database.name,
)

# --- Monitoring -----------------------------------------------------------------------------------------------------

retention_days = config.require_int("retentionDays")
metrics = scaleway.observability.Source("evalap-metrics", type="metrics", retention_days=retention_days)
logs = scaleway.observability.Source("evalap-logs", type="logs", retention_days=retention_days)
push_token = scaleway.observability.Token(
    "evalap",
    scopes=scaleway.observability.TokenScopesArgs(write_metrics=True, write_logs=True),
)
alerts = scaleway.observability.AlertManager(
    "evalap",
    contact_points=[scaleway.observability.AlertManagerContactPointArgs(email=config.require("alertEmail"))],
)

# --- Application ----------------------------------------------------------------------------------------------------

containers = scaleway.containers.Namespace("evalap", description=f"EvalAP, {environment}", tags=tags)
api = scaleway.containers.Container(
    "api",
    namespace_id=containers.id,
    image=pulumi.Output.concat(images.endpoint, "/api:", config.require("imageTag")),
    port=8080,
    cpu_limit=500,
    memory_limit_bytes=1_000_000_000,
    min_scale=config.require_int("minScale"),
    max_scale=config.require_int("maxScale"),
    https_connections_only=True,
    private_network_id=network.id,
    liveness_probe=scaleway.containers.ContainerLivenessProbeArgs(
        http=scaleway.containers.ContainerLivenessProbeHttpArgs(path="/health"),
        failure_threshold=3,
        interval="30s",
        timeout="5s",
    ),
    environment_variables={
        "ENVIRONMENT": environment,
        "METRICS_PUSH_URL": metrics.push_url,
        "LOGS_PUSH_URL": logs.push_url,
        "SCW_ACCESS_KEY": api_key.access_key,
    },
    # The API returns only hashes of these values.
    secret_environment_variables={
        "DATABASE_URL": connection_string,
        "MODEL_API_KEY": model_key,
        "COCKPIT_TOKEN": push_token.secret_key,
        "SCW_SECRET_KEY": api_key.secret_key,
    },
    tags=tags,
    # No input refers to the privilege and the policy, but the container needs them at its start.
    opts=pulumi.ResourceOptions(depends_on=[privilege, policy]),
)

# --- Outputs --------------------------------------------------------------------------------------------------------

pulumi.export("url", api.public_endpoint)
pulumi.export("imageRegistry", images.endpoint)
pulumi.export("databaseHost", instance.private_network.ip)
pulumi.export("connectionString", connection_string)
pulumi.export("metricsPushUrl", metrics.push_url)
pulumi.export("logsPushUrl", logs.push_url)
pulumi.export("alertManagerUrl", alerts.alert_manager_url)
