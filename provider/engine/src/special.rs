//! Handlers for single resources that a descriptor cannot express; descriptors name them.
//!
//! A handler adds calls at fixed points of an operation; the rest is generic. The first lines of each explain why a
//! descriptor is not sufficient. The descriptor lists the operations that it may call, so that the compiler checks them.

mod applesilicon_server;
mod autoscaling_instance_group;
mod calls;
mod databases_instance;
mod databases_read_replica;
mod databases_upgrade;
mod datawarehouse_deployment;
mod domain_record;
mod domain_registration;
mod domain_zone;
mod elasticmetal_ip_mac_address;
mod elasticmetal_offer;
mod elasticmetal_partition_schema;
mod elasticmetal_server;
mod functions_function;
mod hooks;
mod hosting_offer;
mod instance_marketplace_image;
mod instance_server;
mod instance_server_networks;
mod instance_server_power;
mod instance_server_type;
mod instance_server_volumes;
mod instance_user_data;
mod ipam_ip;
mod ipam_ip_reverse_dns;
mod kubernetes_cluster;
mod mnq_sqs_queue;
mod object_bucket;
mod object_item;
mod observability_alert_manager;
mod prelude;
mod server_private_networks;
mod tem_domain_validation;

use catalog::Resource;

use hooks::Handler;

/// The handler of a resource; a default one if its descriptor names none.
pub(crate) fn handler(resource: &Resource) -> &'static dyn Handler {
    resource.special.as_ref().map_or(&Nothing, |special| calls(special.handler))
}

fn calls(handler: catalog::Handler) -> &'static dyn Handler {
    use catalog::Handler;
    match handler {
        Handler::ApplesiliconServer => &applesilicon_server::Server,
        Handler::AutoscalingInstanceGroup => &autoscaling_instance_group::InstanceGroup,
        Handler::DatabasesInstance => &databases_instance::Instance,
        Handler::DatabasesReadReplica => &databases_read_replica::ReadReplica,
        Handler::DatawarehouseDeployment => &datawarehouse_deployment::Deployment,
        Handler::DomainRecord => &domain_record::Record,
        Handler::DomainRegistration => &domain_registration::Registration,
        Handler::DomainZone => &domain_zone::Zone,
        Handler::ElasticmetalIpMacAddress => &elasticmetal_ip_mac_address::IpMacAddress,
        Handler::ElasticmetalOffer => &elasticmetal_offer::Offer,
        Handler::ElasticmetalPartitionSchema => &elasticmetal_partition_schema::PartitionSchema,
        Handler::ElasticmetalServer => &elasticmetal_server::Server,
        Handler::FunctionsFunction => &functions_function::Function,
        Handler::HostingOffer => &hosting_offer::Offer,
        Handler::InstanceMarketplaceImage => &instance_marketplace_image::Image,
        Handler::InstanceServer => &instance_server::Server,
        Handler::InstanceServerType => &instance_server_type::ServerType,
        Handler::IpamIp => &ipam_ip::Ip,
        Handler::IpamIpReverseDns => &ipam_ip_reverse_dns::IpReverseDns,
        Handler::KubernetesCluster => &kubernetes_cluster::Cluster,
        Handler::MnqSqsQueue => &mnq_sqs_queue::Queue,
        Handler::ObjectBucket => &object_bucket::Bucket,
        Handler::ObjectItem => &object_item::Item,
        Handler::ObservabilityAlertManager => &observability_alert_manager::AlertManager,
        Handler::TemDomainValidation => &tem_domain_validation::DomainValidation,
        Handler::InstanceSecurityGroup
        | Handler::KubernetesVersion
        | Handler::LoadbalancersAcl
        | Handler::MongodbInstance
        | Handler::NetworkAcl
        | Handler::NetworkPrivateNetwork
        | Handler::ObjectBucketAcl
        | Handler::RedisCluster => &Nothing,
    }
}

struct Nothing;

impl Handler for Nothing {}
