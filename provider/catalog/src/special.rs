//! The handlers of resources and functions that data cannot describe: a closed list, which `rules` and `engine` match exhaustively.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::call::Operation;

/// The handler of a resource or function, and the operations that it calls.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Special {
    /// The handler.
    pub handler: Handler,
    /// The operations that the handler calls in addition to the steps, by ID. The compiler checks them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub operations: BTreeMap<String, Operation>,
}

/// The handlers. Each has rules (`provider/rules/src/special`), calls (`provider/engine/src/special`), or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Handler {
    /// Apple silicon servers.
    #[serde(rename = "applesilicon.server")]
    ApplesiliconServer,
    /// Instance groups of Autoscaling.
    #[serde(rename = "autoscaling.instance_group")]
    AutoscalingInstanceGroup,
    /// Database instances.
    #[serde(rename = "databases.instance")]
    DatabasesInstance,
    /// Read replicas of database instances.
    #[serde(rename = "databases.read_replica")]
    DatabasesReadReplica,
    /// Deployments of Data Warehouse.
    #[serde(rename = "datawarehouse.deployment")]
    DatawarehouseDeployment,
    /// DNS records.
    #[serde(rename = "domain.record")]
    DomainRecord,
    /// Registrations of domains.
    #[serde(rename = "domain.registration")]
    DomainRegistration,
    /// DNS zones.
    #[serde(rename = "domain.zone")]
    DomainZone,
    /// MAC addresses of flexible IPs.
    #[serde(rename = "elasticmetal.ip_mac_address")]
    ElasticmetalIpMacAddress,
    /// Offers of Elastic Metal.
    #[serde(rename = "elasticmetal.offer")]
    ElasticmetalOffer,
    /// Partition schemas for Elastic Metal servers.
    #[serde(rename = "elasticmetal.partition_schema")]
    ElasticmetalPartitionSchema,
    /// Elastic Metal servers.
    #[serde(rename = "elasticmetal.server")]
    ElasticmetalServer,
    /// Functions.
    #[serde(rename = "functions.function")]
    FunctionsFunction,
    /// Offers of Web Hosting.
    #[serde(rename = "hosting.offer")]
    HostingOffer,
    /// Marketplace images for Instances.
    #[serde(rename = "instance.marketplace_image")]
    InstanceMarketplaceImage,
    /// Security groups, and their rules.
    #[serde(rename = "instance.security_group")]
    InstanceSecurityGroup,
    /// Instances.
    #[serde(rename = "instance.server")]
    InstanceServer,
    /// The offer of a type of Instances.
    #[serde(rename = "instance.server_type")]
    InstanceServerType,
    /// IPAM addresses.
    #[serde(rename = "ipam.ip")]
    IpamIp,
    /// Reverse DNS names of IPAM addresses.
    #[serde(rename = "ipam.ip_reverse_dns")]
    IpamIpReverseDns,
    /// Kubernetes clusters.
    #[serde(rename = "kubernetes.cluster")]
    KubernetesCluster,
    /// Kubernetes versions.
    #[serde(rename = "kubernetes.version")]
    KubernetesVersion,
    /// ACLs of load balancers, and their lists in frontends.
    #[serde(rename = "loadbalancers.acl")]
    LoadbalancersAcl,
    /// Queues of Messaging and Queuing.
    #[serde(rename = "mnq.sqs_queue")]
    MnqSqsQueue,
    /// MongoDB instances.
    #[serde(rename = "mongodb.instance")]
    MongodbInstance,
    /// Network ACLs.
    #[serde(rename = "network.acl")]
    NetworkAcl,
    /// Private networks.
    #[serde(rename = "network.private_network")]
    NetworkPrivateNetwork,
    /// Buckets.
    #[serde(rename = "object.bucket")]
    ObjectBucket,
    /// ACLs of buckets.
    #[serde(rename = "object.bucket_acl")]
    ObjectBucketAcl,
    /// Objects in buckets.
    #[serde(rename = "object.item")]
    ObjectItem,
    /// The alert manager of Cockpit.
    #[serde(rename = "observability.alert_manager")]
    ObservabilityAlertManager,
    /// Redis clusters.
    #[serde(rename = "redis.cluster")]
    RedisCluster,
    /// Validation of domains of Transactional Email.
    #[serde(rename = "tem.domain_validation")]
    TemDomainValidation,
}
