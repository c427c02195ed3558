"""Every resource of the package once, in one program.

No stack needs all of this. Read it together with the reference. The tests deploy it to check that all resources work
together: they are created, unchanged by another `up` and a `refresh`, and deleted.
"""

import json

import evalap_scaleway as scaleway
import pulumi

config = pulumi.Config()
password = config.require_secret("password")

# Projects and IAM.

project = scaleway.account.Project("shop", description="Resources of the shop")
laptop = scaleway.iam.SshKey(
    "laptop",
    public_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICJEoOOgQBLJPs4g/XcPTKT82NywNPpxeuA20FlOPlpO",
    project_id=project.id,
)
desktop = scaleway.account.SshKey(
    "desktop",
    public_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILHy/M5FVm5ydLGcal3e5LNcfTalbeN7QL/ZGCvDEdqJ",
    project_id=project.id,
)
pipeline = scaleway.iam.Application("pipeline", description="Builds and deploys")
colleague = scaleway.iam.User("colleague", email="ada@example.org", username="ada")
testers = scaleway.iam.Group("testers", description="Read access", external_membership=True)
scaleway.iam.GroupMembership("ada-tests", group_id=testers.id, user_id=colleague.id)
scaleway.iam.Policy(
    "pipeline-may-push",
    application_id=pipeline.id,
    rules=[{"project_ids": [project.id], "permission_set_names": ["ContainerRegistryFullAccess"]}],
)
rotation = scaleway.evalap.Rotation("pipeline-key", max_age_days=60)
scaleway.iam.ApiKey("pipeline-key", application_id=pipeline.id, expires_at=rotation.ends_at)

# Secrets.

secret = scaleway.secrets.Secret("admin", path="/shop", description="Password of the administrators")
scaleway.secrets.Version("admin-now", secret_id=secret.id, data=password)
generated = scaleway.evalap.Password("generated", length=40)

# Keys.

scaleway.keymanager.Key(
    "orders", algorithm="aes_256_gcm", rotation_policy={"rotation_period": "2160h"}, unprotected=True
)
imported_key = scaleway.keymanager.Key("imported", algorithm="aes_256_gcm", origin="external", unprotected=True)
scaleway.keymanager.KeyMaterial(
    "imported", key_id=imported_key.id, key_material=pulumi.Output.secret("c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBieXRlcyE=")
)

# Networks.

vpc = scaleway.network.Vpc("shop", enable_custom_routes_propagation=True)
warehouse = scaleway.network.Vpc("warehouse")
network = scaleway.network.PrivateNetwork("backend", vpc_id=vpc.id, ipv4_subnet={"subnet": "172.16.8.0/22"})
scaleway.network.Connector("to-the-warehouse", vpc_id=vpc.id, target_vpc_id=warehouse.id)
scaleway.network.Route(
    "to-the-office", vpc_id=vpc.id, destination="10.0.1.0/24", nexthop_private_network_id=network.id
)
scaleway.network.IngressRule(
    "from-the-office",
    vpc_id=vpc.id,
    source="10.1.1.0/24",
    nexthop_resource_ip="172.16.8.9",
    nexthop_private_network_id=network.id,
)
address = scaleway.network.PublicGatewayIp("way-out", tags=["shop"])
gateway = scaleway.network.PublicGateway("way-out", type="VPC-GW-S", ip_id=address.id)
attachment = scaleway.network.GatewayNetwork(
    "backend",
    gateway_id=gateway.id,
    private_network_id=network.id,
    ipam_configs=[{"push_default_route": True}],
)
scaleway.network.PublicGatewayPatRule(
    "ssh",
    gateway_id=gateway.id,
    private_ip="172.16.8.9",
    private_port=22,
    public_port=2022,
    opts=pulumi.ResourceOptions(depends_on=attachment),
)

scaleway.network.Acl(
    "web-only",
    vpc_id=vpc.id,
    is_ipv6=False,
    default_policy="drop",
    rules=[
        {
            "action": "accept",
            "protocol": "TCP",
            "source": "0.0.0.0/0",
            "destination": "172.16.8.0/22",
            "dst_port_low": 443,
            "dst_port_high": 443,
        }
    ],
)
printer = scaleway.ipam.Ip(
    "printer",
    sources=[{"private_network_id": network.id}],
    custom_resources=[{"mac_address": "02:00:00:12:34:56", "name": "printer"}],
)

scaleway.ipam.IpReverseDns("printer", ipam_ip_id=printer.id, hostname="printer.example.net", address=printer.address)

# Redis and serverless SQL.

cache = scaleway.redis.Cluster(
    "cache",
    version="7.2.11",
    node_type="RED1-MICRO",
    user_name="app",
    password=password,
    tls_enabled=True,
    private_networks=[{"id": network.id}],
    settings={"maxmemory-policy": "allkeys-lru"},
)
orders = scaleway.databases.ServerlessDatabase("orders", max_cpu=4)

# MongoDB.

documents = scaleway.mongodb.Instance(
    "documents",
    version="7.0",
    node_number=1,
    node_type="MGDB-PLAY2-NANO",
    user_name="owner",
    password=password,
    private_network={"pn_id": network.id},
)
scaleway.mongodb.User(
    "reader-of-documents",
    instance_id=documents.id,
    password=generated.result,
    roles=[{"role": "read", "database_name": "orders"}],
)
scaleway.mongodb.Snapshot("documents-before-the-sale", instance_id=documents.id, expires_at="2030-01-01T00:00:00Z")

# Site-to-Site VPN.

vpn = scaleway.s2svpn.Gateway("vpn", gateway_type="VGW-S", private_network_id=network.id)
office = scaleway.s2svpn.CustomerGateway("office", asn=65000, ipv4_public="203.0.113.7")
routes = scaleway.s2svpn.RoutingPolicy(
    "routes", prefix_filter_ins=["10.0.1.0/24"], prefix_filter_outs=["172.16.8.0/22"]
)
scaleway.s2svpn.Connection(
    "tunnel",
    vpn_gateway_id=vpn.id,
    customer_gateway_id=office.id,
    initiation_policy="customer_gateway",
    enable_route_propagation=True,
    bgp_config_ipv4s=[{"routing_policy_id": routes.id}],
)

# E-mail.

mail = scaleway.tem.Domain("mail", name="mail.example.org", accept_tos=True, autoconfig=True)
scaleway.tem.DomainValidation("mail", domain_id=mail.id)
scaleway.tem.Webhook(
    "bounces",
    domain_id=mail.id,
    event_types=["email_dropped"],
    sns_arn="arn:scw:sns:fr-par:project-11111111-1111-1111-1111-111111111111:bounces",
)
scaleway.tem.BlockedList("complaint", domain_id=mail.id, email="ada@example.org", type="mailbox_not_found")

# Jobs.

scaleway.job.Definition(
    "report",
    image_uri="docker.io/library/alpine:3.22",
    cpu_limit=140,
    memory_limit=256,
    local_storage_capacity=1024,
    startup_commands=["date"],
    cron={"schedule": "30 4 * * *", "timezone": "Europe/Paris"},
)

# Kubernetes.

kubernetes = scaleway.kubernetes.Cluster(
    "shop", version="1.35.3", cni="cilium", private_network_id=network.id, delete_additional_resources=True
)
scaleway.kubernetes.Pool(
    "workers", cluster_id=kubernetes.id, node_type="DEV1-M", size=1, autoscaling=True, min_size=1, max_size=3
)
scaleway.kubernetes.Acl(
    "office", cluster_id=kubernetes.id, acl_rules=[{"ip": "203.0.113.0/24", "description": "office"}]
)

# Load balancers.

entry = scaleway.loadbalancers.Ip("entry", tags=["public"])
balancer = scaleway.loadbalancers.LoadBalancer("entry", type="LB-S", ip_ids=[entry.id], external_private_networks=True)
attached = scaleway.loadbalancers.PrivateNetwork("backend", lb_id=balancer.id, private_network_id=network.id)
servers = scaleway.loadbalancers.Backend(
    "servers",
    lb_id=balancer.id,
    forward_protocol="http",
    forward_port=8080,
    server_ips=["172.16.8.20"],
    health_check_http={"uri": "/health"},
    opts=pulumi.ResourceOptions(depends_on=[attached]),
)
certificate = scaleway.loadbalancers.Certificate(
    "shop", lb_id=balancer.id, letsencrypt={"common_name": "shop.example.org"}
)
secure = scaleway.loadbalancers.Frontend(
    "https", lb_id=balancer.id, backend_id=servers.id, inbound_port=443, certificate_ids=[certificate.id]
)
plain = scaleway.loadbalancers.Frontend(
    "http", lb_id=balancer.id, backend_id=servers.id, inbound_port=80, external_acls=True
)
scaleway.loadbalancers.Acl(
    "to-https",
    frontend_id=plain.id,
    index=1,
    action={"type": "redirect", "redirects": [{"type": "scheme", "target": "https", "code": 301}]},
    match={"http_filter": "path_begin", "http_filter_values": ["/"]},
)
scaleway.loadbalancers.Route(
    "images", frontend_id=secure.id, backend_id=servers.id, match_host_header="images.example.org"
)

# Instances.

server_address = scaleway.instance.Ip("web", tags=["public"])
spread = scaleway.instance.PlacementGroup("web", policy_mode="enforced")
firewall = scaleway.instance.SecurityGroup(
    "web", inbound_default_policy="drop", inbound_rules=[{"action": "accept", "port": 443}], tags=["public"]
)
closed = scaleway.instance.SecurityGroup("closed", external_rules=True)
scaleway.instance.SecurityGroupRules(
    "closed", security_group_id=closed.id, inbound_rules=[{"action": "drop", "port_range": "1-1024"}]
)
disk = scaleway.instance.Volume("data", type="l_ssd", size_in_gb=20)
copy = scaleway.instance.Snapshot("data", volume_id=disk.id)
scaleway.instance.Image("golden", root_volume_id=copy.id)
machine = scaleway.instance.Server(
    "web",
    type="PLAY2-NANO",
    image="ubuntu_noble",
    root_volume={"size_in_gb": 20},
    ip_ids=[server_address.id],
    security_group_id=firewall.id,
    placement_group_id=spread.id,
    cloud_init="#cloud-config\npackages: [nginx]\n",
    tags=["public"],
)
scaleway.instance.PrivateNic("web", server_id=machine.id, private_network_id=network.id)
scaleway.instance.UserData("web", server_id=machine.id, key="role", value="web")

# DNS.

scaleway.domain.Registration(
    "shop",
    domain_names=["shop.example"],
    owner_contact={
        "legal_form": "individual",
        "firstname": "Ada",
        "lastname": "Lovelace",
        "email": "ada@example.org",
        "phone_number": "+33.100000000",
        "address_line1": "1 Main Street",
        "zip": "75001",
        "city": "Paris",
        "country": "FR",
    },
)
zone = scaleway.domain.Zone("shop", domain="example.org", subdomain="shop")
gateway_name = scaleway.domain.Record("gateway", dns_zone=zone.id, name="gateway", type="A", data=address.address)
server_name = scaleway.domain.Record("web", dns_zone=zone.id, name="web", type="A", data=server_address.address)
scaleway.instance.IpReverseDns("web", ip_id=server_address.id, reverse=server_name.fqdn)
scaleway.network.PublicGatewayIpReverseDns("way-out", gateway_ip_id=address.id, reverse=gateway_name.fqdn)

# Images and containers.

scaleway.registry.Namespace("images", description="Images of the pipeline")
apps = scaleway.containers.Namespace("apps", environment_variables={"LEVEL": "info"})
web = scaleway.containers.Container(
    "web",
    namespace_id=apps.id,
    image="nginx:1.29.4-alpine",
    port=8080,
    private_network_id=network.id,
    secret_environment_variables={"PASSWORD": password},
)
scaleway.containers.Cron("nightly", container_id=web.id, schedule="0 1 * * *", args=json.dumps({"depth": 1}))
scaleway.containers.Trigger(
    "hourly",
    container_id=web.id,
    destination_config={"http_method": "post", "http_path": "/orders"},
    cron={"schedule": "@hourly", "timezone": "UTC"},
)
scaleway.containers.Domain("web", container_id=web.id, hostname="api.example.org")
scaleway.containers.Token("web", container_id=web.id, description="For the shop")
scaleway.evalap.HealthCheck("web", url=web.public_endpoint, triggers={"image": web.image})

# Functions.

jobs = scaleway.functions.Namespace("jobs")
resize = scaleway.functions.Function(
    "resize",
    namespace_id=jobs.id,
    runtime="python313",
    handler="handler.handle",
    privacy="private",
    code=pulumi.AssetArchive({"handler.py": pulumi.StringAsset("def handle(event, context): return 'done'")}),
)
scaleway.functions.Cron("nightly", function_id=resize.id, schedule="30 4 * * 1-5", args=json.dumps({"depth": 1}))
scaleway.functions.Domain("resize", function_id=resize.id, hostname="resize.example.org")
scaleway.functions.Token("resize", function_id=resize.id, description="For the shop")
scaleway.functions.Trigger("orders", function_id=resize.id, sqs={"queue": "orders"})

# Object Storage.

uploads = scaleway.object.Bucket("uploads", versioning={"enabled": True}, force_destroy=True)
scaleway.object.BucketAcl("uploads", bucket=uploads.id, acl="private")
scaleway.object.BucketServerSideEncryptionConfiguration(
    "uploads",
    bucket=uploads.id,
    rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
)
site = scaleway.object.Bucket("site", force_destroy=True)
scaleway.object.BucketWebsiteConfiguration("site", bucket=site.id, index_document={"suffix": "index.html"})
scaleway.object.Item("front-page", bucket=site.id, key="index.html", content="<!doctype html><title>Shop</title>")
scaleway.object.BucketPolicy(
    "pipeline-writes",
    bucket=site.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2023-04-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"SCW": pulumi.Output.concat("application_id:", pipeline.id)},
                    "Action": "s3:*",
                    "Resource": [site.name, pulumi.Output.concat(site.name, "/*")],
                }
            ],
        }
    ),
)
records = scaleway.object.Bucket("records", object_lock_enabled=True)
scaleway.object.BucketLockConfiguration(
    "records", bucket=records.id, rule={"default_retention": {"mode": "GOVERNANCE", "days": 30}}
)

# Databases.

database = scaleway.databases.Instance(
    "data",
    engine="PostgreSQL-16",
    node_type="DB-DEV-S",
    user_name="owner",
    password=password,
    load_balancer={},
    private_network={"pn_id": network.id, "enable_ipam": True},
)
orders = scaleway.databases.Database("orders", instance_id=database.id, name="orders")
reader = scaleway.databases.User("reader", instance_id=database.id, name="reader", password=generated.result)
scaleway.evalap.LoginCheck(
    "owner-logs-in",
    host=database.load_balancer.ip,
    port=database.load_balancer.port,
    database=orders.name,
    user_name="owner",
    password=password,
    certificate=database.certificate,
)
reading = scaleway.databases.Privilege(
    "reader-reads",
    instance_id=database.id,
    database_name=orders.name,
    user_name=reader.name,
    permission="readonly",
)
scaleway.databases.Acl("office", instance_id=database.id, acl_rules=[{"ip": "203.0.113.0/24"}])
scaleway.databases.DatabaseBackup("before-the-sale", instance_id=database.id, database_name=orders.name)
# A snapshot holds the databases and users that exist when it is created.
scaleway.databases.Snapshot(
    "before-the-sale", instance_id=database.id, opts=pulumi.ResourceOptions(depends_on=[reading])
)
scaleway.databases.ReadReplica("reports", instance_id=database.id, direct_access={})

# Monitoring.

scaleway.observability.Cockpit("shop", project_id=project.id)
metrics = scaleway.observability.Source("metrics", type="metrics", retention_days=31)
scaleway.observability.Token("pusher", scopes={"write_metrics": True})
scaleway.observability.AlertManager("alerts", contact_points=[{"email": "ada@example.org"}])
scaleway.observability.Exporter(
    "elsewhere", datasource_id=metrics.id, otlp_destination={"endpoint": "https://otlp.example.org"}
)
scaleway.observability.GrafanaUser("ada", login="ada", role="viewer", project_id=project.id)

# Block Storage.

disk = scaleway.block.Volume("orders", iops=5000, size_in_gb=20)
scaleway.block.Snapshot("orders-before-the-sale", volume_id=disk.id)

# Edge Services.

scaleway.edgeservices.Plan("shop", name="professional")
site = scaleway.edgeservices.Pipeline("shop", description="The shop")
origin = scaleway.edgeservices.BackendStage(
    "shop", pipeline_id=site.id, container_backend_config={"container_id": web.id}
)
firewall = scaleway.edgeservices.WafStage(
    "shop", pipeline_id=site.id, backend_stage_id=origin.id, mode="log_only", paranoia_level=2
)
routes = scaleway.edgeservices.RouteStage(
    "shop",
    pipeline_id=site.id,
    backend_stage_id=origin.id,
    rules=[{"waf_stage_id": firewall.id, "rule_http_match": {"method_filters": ["post"]}}],
)
stored = scaleway.edgeservices.CacheStage("shop", pipeline_id=site.id, route_stage_id=routes.id, fallback_ttl=60)
encrypted = scaleway.edgeservices.TlsStage(
    "shop", pipeline_id=site.id, cache_stage_id=stored.id, managed_certificate=True
)
names = scaleway.edgeservices.DnsStage(
    "shop", pipeline_id=site.id, tls_stage_id=encrypted.id, fqdns=["shop.example.org"]
)
scaleway.edgeservices.HeadStage("shop", pipeline_id=site.id, head_stage_id=names.id)

# Messaging.

events = scaleway.mnq.NatsAccount("events")
scaleway.mnq.NatsCredentials("worker", account_id=events.id)
queues = scaleway.mnq.Sqs("queues")
scaleway.mnq.SqsCredentials("worker", project_id=queues.project_id, permissions={"can_receive": True})
manager = scaleway.mnq.SqsCredentials("manager", project_id=queues.project_id, permissions={"can_manage": True})
scaleway.mnq.SqsQueue(
    "orders", project_id=queues.project_id, access_key=manager.access_key, secret_key=manager.secret_key
)
topics = scaleway.mnq.Sns("topics")
scaleway.mnq.SnsCredentials("publisher", project_id=topics.project_id, permissions={"can_publish": True})
announcer = scaleway.mnq.SnsCredentials("announcer", project_id=topics.project_id, permissions={"can_manage": True})
sales = scaleway.mnq.SnsTopic(
    "sales", project_id=topics.project_id, access_key=announcer.access_key, secret_key=announcer.secret_key
)
scaleway.mnq.SnsTopicSubscription(
    "reports",
    project_id=topics.project_id,
    access_key=announcer.access_key,
    secret_key=announcer.secret_key,
    topic_arn=sales.arn,
    protocol="https",
    endpoint="https://reports.example.org/sales",
)

# Data and models.

scaleway.kafka.Cluster(
    "events",
    version="4.0.0",
    node_amount=1,
    node_type="brokernode-shared-2c-8g",
    volume_type="sbs_5k",
    volume_size_in_gb=10,
    user_name="admin",
    password=password,
    private_network={"pn_id": network.id},
)
scaleway.opensearch.Deployment(
    "logs",
    version="2.0",
    node_count=1,
    node_type="SEARCHDB-DEDICATED2-2C-8G",
    volume={"type": "sbs_5k", "size_in_gb": 10},
    user_name="admin",
    password=password,
)
scaleway.datalab.Datalab(
    "reports",
    spark_version="4.0.0",
    private_network_id=network.id,
    main={"node_type": "DATALAB-SHARED-4C-8G"},
    worker={"node_type": "DATALAB-DEDICATED2-2C-8G", "node_count": 1},
)
coder = scaleway.inference.Model("coder", url="https://huggingface.co/agentica-org/DeepCoder-14B-Preview")
scaleway.inference.Deployment(
    "assistant", model_id=coder.id, node_type="H100", public_endpoint={"is_enabled": True}
)

# Federation.

sso = scaleway.iam.Saml(
    "login", entity_id="https://login.example.org/metadata", single_sign_on_url="https://login.example.org/sso"
)
scaleway.iam.SamlCertificate(
    "login",
    saml_id=sso.id,
    type="signing",
    content="-----BEGIN CERTIFICATE-----\nTUlJQg==\n-----END CERTIFICATE-----",
)

# Data Warehouse.

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
scaleway.datawarehouse.Database("facts", deployment_id=warehouse.id)
scaleway.datawarehouse.User("reader-of-the-warehouse", deployment_id=warehouse.id, password=generated.result)

scaleway.file.Filesystem("shared", size_in_gb=100, tags=["shop"])

metal = scaleway.elasticmetal.Server("metal", offer="EM-I215E-NVME", install_config_afterward=True)
metal_address = scaleway.elasticmetal.Ip("metal-address", server_id=metal.id, tags=["shop"])
scaleway.elasticmetal.IpMacAddress("metal-mac", flexible_ip_id=metal_address.id, type="kvm")
mac_runner = scaleway.applesilicon.Runner(
    "mac-runner", ci_provider="github", url="https://github.com/example/shop", token="made-up-runner-token"
)
scaleway.applesilicon.Server("mac", type="M4-M", runner_ids=[mac_runner.id])
scaleway.hosting.Hosting(
    "site", offer_id="b88b9cf9-7f35-4d36-aa4c-0de8cf301f87", email="ada@example.org", domain="site.example.org"
)

# IoT.

sensors = scaleway.iot.Hub("sensors", product_plan="plan_shared")
scaleway.iot.Device("thermometer", hub_id=sensors.id, description="kitchen")
scaleway.iot.Network("sensors-over-http", hub_id=sensors.id, type="rest")
scaleway.iot.Route(
    "sensors-to-the-shop",
    hub_id=sensors.id,
    topic="#",
    rest={"verb": "post", "uri": "https://example.org/measurements", "headers": {"X-Source": "sensors"}},
)

provisioning = scaleway.iam.Scim("directory")
scaleway.iam.ScimToken("directory", scim_id=provisioning.id)

# Costs.

budget = scaleway.billing.Budget("monthly", consumption_limit=500)
most_of_it = scaleway.billing.BudgetAlert("most", budget_id=budget.id, threshold=80)
scaleway.billing.BudgetAlertNotification(
    "accountants", budget_alert_id=most_of_it.id, email_addresses=["costs@example.org"]
)

# InterLink.

announced = scaleway.interlink.RoutingPolicy("announced", prefix_filter_outs=["10.0.0.0/24"])
scaleway.interlink.Link(
    "link-to-the-office",
    pop_id="fd046cc9-d9bf-4a87-9c32-d299fe4bf4d7",
    bandwidth_mbps=50,
    partner_id="89d00734-eddb-4192-8b16-bc16f0b0f5a5",
    routing_policy_v4_id=announced.id,
    enable_route_propagation=True,
)

# Autoscaling.

scaled_template = scaleway.autoscaling.InstanceTemplate(
    "scaled",
    commercial_type="PLAY2-MICRO",
    volumes=[{"name": "root", "volume_type": "sbs", "boot": True, "from_empty": {"size": 10}}],
    private_network_ids=[network.id],
)
scaled_group = scaleway.autoscaling.InstanceGroup(
    "scaled",
    template_id=scaled_template.id,
    capacities=[{"min_replicas": 1, "max_replicas": 3, "cooldown_delay": 300}],
)
scaleway.autoscaling.InstancePolicy(
    "busy",
    instance_group_id=scaled_group.id,
    action="scale_up",
    type="flat_count",
    value=1,
    priority=1,
    metrics=[
        {
            "name": "cpu",
            "managed_metric": "managed_metric_instance_cpu",
            "operator": "operator_greater_than",
            "aggregate": "aggregate_average",
            "sampling_range_min": 5,
            "threshold": 70,
        }
    ],
)

# Annotations, and the audit trail.

cost_centre = scaleway.annotations.Key("cost-centre", description="who pays")
team = scaleway.annotations.Value("team", key_id=cost_centre.id, name="4711")
scaleway.annotations.Binding("costs-of-the-network", target_srn=network.srn, value_id=team.id)
scaleway.audittrail.ExportJob("events", s3={"bucket": "events", "region": "fr-par", "prefix": "audit/"})

pulumi.export("url", web.public_endpoint)
