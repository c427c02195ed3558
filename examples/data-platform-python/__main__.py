"""A data platform: events in Kafka, a warehouse, raw data in Object Storage, and a job that loads it each night."""

import evalap_scaleway as scaleway
import pulumi

config = pulumi.Config()
password = config.require_secret("password")

network = scaleway.network.PrivateNetwork("data", ipv4_subnet={"subnet": "172.16.96.0/22"})
events = scaleway.kafka.Cluster(
    "events",
    version="4.0.0",
    node_amount=1,
    node_type="brokernode-shared-2c-8g",
    volume_type="sbs_5k",
    volume_size_in_gb=10,
    user_name="producer",
    password=password,
    private_network={"pn_id": network.id},
)
warehouse = scaleway.datawarehouse.Deployment(
    "warehouse",
    version="v25",
    replica_count=1,
    cpu_min=2,
    cpu_max=4,
    ram_per_cpu=4,
    password=password,
    private_network={"pn_id": network.id},
)
analytics = scaleway.datawarehouse.Database("analytics", deployment_id=warehouse.id, name="analytics")
loader = scaleway.datawarehouse.User("loader", deployment_id=warehouse.id, name="loader", password=password)
raw = scaleway.object.Bucket(
    "raw", lifecycle_rules=[{"id": "archive", "enabled": True, "transitions": [{"days": 90, "storage_class": "GLACIER"}]}]
)
load = scaleway.job.Definition(
    "load",
    image_uri="docker.io/library/alpine:3.22",
    cpu_limit=1120,
    memory_limit=2048,
    local_storage_capacity=1024,
    startup_commands=["echo", "load"],
    env={"BUCKET": raw.name, "DATABASE": analytics.name, "USER": loader.name},
    cron={"schedule": "30 2 * * *", "timezone": "Europe/Paris"},
)

pulumi.export("bucket", raw.name)
pulumi.export("job", load.id)
pulumi.export("kafka", events.id)
