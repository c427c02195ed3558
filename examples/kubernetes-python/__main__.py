"""A Kubernetes cluster with two pools in a private network, and a load balancer in front of an ingress controller."""

import evalap_scaleway as scaleway
import pulumi

network = scaleway.network.PrivateNetwork("cluster", ipv4_subnet={"subnet": "172.16.16.0/22"})
cluster = scaleway.kubernetes.Cluster(
    "cluster",
    version="1.35",
    cni="cilium",
    private_network_id=network.id,
    auto_upgrade={"enable": True, "maintenance_window_day": "sunday", "maintenance_window_start_hour": 3},
    delete_additional_resources=True,
)
system = scaleway.kubernetes.Pool("system", cluster_id=cluster.id, node_type="DEV1-M", size=1, autohealing=True)
workers = scaleway.kubernetes.Pool(
    "workers",
    cluster_id=cluster.id,
    node_type="DEV1-L",
    size=2,
    autoscaling=True,
    autohealing=True,
    min_size=1,
    max_size=5,
)

address = scaleway.loadbalancers.Ip("ingress")
balancer = scaleway.loadbalancers.LoadBalancer(
    "ingress", type="LB-S", ip_ids=[address.id], private_networks=[{"private_network_id": network.id}]
)
# The ingress controller listens on this port of each node.
nodes = scaleway.loadbalancers.Backend(
    "nodes",
    lb_id=balancer.id,
    forward_protocol="tcp",
    forward_port=30080,
    server_ips=workers.nodes.apply(lambda nodes: [node.public_ip for node in nodes if node.public_ip]),
)
scaleway.loadbalancers.Frontend("web", lb_id=balancer.id, backend_id=nodes.id, inbound_port=80)

pulumi.export("apiServer", cluster.apiserver_url)
pulumi.export("address", address.ip_address)
pulumi.export("kubeconfig", pulumi.Output.secret(cluster.kubeconfigs[0].config_file))
