"""A web shop: a container with a database and a Redis cluster in a private network, a queue, and a mail domain."""

import evalap_scaleway as scaleway
import pulumi

config = pulumi.Config()
network = scaleway.network.PrivateNetwork("shop", ipv4_subnet={"subnet": "172.16.64.0/22"})

database = scaleway.databases.Instance(
    "shop",
    node_type="DB-DEV-S",
    engine="PostgreSQL-16",
    user_name="shop",
    password=config.require_secret("databasePassword"),
    volume_type="sbs_5k",
    volume_size_in_gb=10,
    private_network={"pn_id": network.id, "enable_ipam": True},
)
sessions = scaleway.redis.Cluster(
    "sessions",
    version="7.2.11",
    node_type="RED1-MICRO",
    user_name="shop",
    password=config.require_secret("redisPassword"),
    tls_enabled=True,
    private_networks=[{"id": network.id}],
    settings={"maxmemory-policy": "allkeys-lru"},
)
queues = scaleway.mnq.Sqs("shop")
worker = scaleway.mnq.SqsCredentials(
    "worker", project_id=queues.project_id, permissions={"can_receive": True, "can_publish": True}
)
mail = scaleway.tem.Domain("shop", name="mail.example.org", accept_tos=True)

namespace = scaleway.containers.Namespace("shop")
shop = scaleway.containers.Container(
    "shop",
    namespace_id=namespace.id,
    image="nginx:1.29",
    port=80,
    min_scale=1,
    private_network_id=network.id,
    environment_variables={"SQS_ENDPOINT": queues.endpoint, "MAIL_DOMAIN": mail.name},
    secret_environment_variables={
        "DATABASE_PASSWORD": config.require_secret("databasePassword"),
        "REDIS_URL": sessions.connection_string,
        "SQS_ACCESS_KEY": worker.access_key,
        "SQS_SECRET_KEY": worker.secret_key,
    },
)

pulumi.export("url", shop.public_endpoint)
pulumi.export("spf", mail.spf_value)
