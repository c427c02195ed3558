//! Rules of single resources that a descriptor cannot express. The descriptor names the handler (`special`); the calls that
//! such a resource needs in addition are in the crate `engine`, under the same name.

mod applesilicon_server;
mod databases_instance;
mod databases_read_replica;
mod databases_upgrade;
mod datawarehouse_deployment;
mod domain_record;
mod domain_registration;
pub mod elasticmetal_server;
pub mod functions_function;
mod hooks;
mod instance_security_group;
pub mod instance_server;
mod instance_server_type;
pub mod ipam_ip_reverse_dns;
pub mod kubernetes_cluster;
mod loadbalancers_acl;
pub mod mnq_sqs_queue;
mod mongodb_instance;
mod network_acl;
mod network_private_network;
mod object_bucket;
mod object_bucket_acl;
mod object_item;
pub mod observability_alert_manager;
mod redis_cluster;
mod server_private_networks;

use catalog::{Handler, Resource};

pub use hooks::Special;

/// The rules of a resource; empty if its descriptor names no handler.
pub fn handler(resource: &Resource) -> &'static dyn Special {
    resource.special.as_ref().map_or(&Nothing, |special| rules(special.handler))
}

fn rules(handler: Handler) -> &'static dyn Special {
    match handler {
        Handler::ApplesiliconServer => &applesilicon_server::Server,
        Handler::DatabasesInstance => &databases_instance::Instance,
        Handler::DatabasesReadReplica => &databases_read_replica::ReadReplica,
        Handler::DatawarehouseDeployment => &datawarehouse_deployment::Deployment,
        Handler::DomainRecord => &domain_record::Record,
        Handler::DomainRegistration => &domain_registration::Registration,
        Handler::ElasticmetalServer => &elasticmetal_server::Server,
        Handler::FunctionsFunction => &functions_function::Function,
        Handler::InstanceSecurityGroup => &instance_security_group::SecurityGroup,
        Handler::InstanceServer => &instance_server::Server,
        Handler::InstanceServerType => &instance_server_type::ServerType,
        Handler::IpamIpReverseDns => &ipam_ip_reverse_dns::IpReverseDns,
        Handler::KubernetesCluster => &kubernetes_cluster::Cluster,
        Handler::KubernetesVersion => &kubernetes_cluster::Version,
        Handler::LoadbalancersAcl => &loadbalancers_acl::Acl,
        Handler::MnqSqsQueue => &mnq_sqs_queue::Queue,
        Handler::MongodbInstance => &mongodb_instance::Instance,
        Handler::NetworkAcl => &network_acl::Acl,
        Handler::NetworkPrivateNetwork => &network_private_network::PrivateNetwork,
        Handler::ObjectBucket => &object_bucket::Bucket,
        Handler::ObjectBucketAcl => &object_bucket_acl::BucketAcl,
        Handler::ObjectItem => &object_item::Item,
        Handler::ObservabilityAlertManager => &observability_alert_manager::AlertManager,
        Handler::RedisCluster => &redis_cluster::Cluster,
        Handler::AutoscalingInstanceGroup
        | Handler::DomainZone
        | Handler::ElasticmetalIpMacAddress
        | Handler::ElasticmetalOffer
        | Handler::ElasticmetalPartitionSchema
        | Handler::HostingOffer
        | Handler::InstanceMarketplaceImage
        | Handler::IpamIp
        | Handler::TemDomainValidation => &Nothing,
    }
}

struct Nothing;

impl Special for Nothing {}

/// One direction of a handler, for tests.
#[cfg(test)]
fn encoded(special: &dyn Special, json: &serde_json::Value) -> serde_json::Value {
    let mut wire = json.as_object().expect("tests use objects").clone();
    special.encode(&mut wire);
    serde_json::Value::Object(wire)
}

/// The other direction.
#[cfg(test)]
fn decoded(special: &dyn Special, json: &serde_json::Value) -> serde_json::Value {
    let mut wire = json.as_object().expect("tests use objects").clone();
    special.decode(&mut wire);
    serde_json::Value::Object(wire)
}

/// Whether a change of one input that the plan updates replaces the resource.
#[cfg(test)]
fn replaces(special: &dyn Special, input: &str, old: value::Value, new: value::Value) -> bool {
    let inputs = |value: value::Value| [(input.to_owned(), value)].into_iter().collect::<value::Object>();
    let (olds, news) = (inputs(old), inputs(new));
    let now = jiff::Timestamp::UNIX_EPOCH;
    let request =
        crate::operation::DiffRequest { olds: &olds, old_inputs: &olds, news: &news, ignore_changes: &[], now };
    let (mut diff, path) = (crate::operation::Diff::default(), value::Path::root(input));
    let update = crate::operation::Change { kind: crate::operation::ChangeKind::Update, replace: false };
    diff.changes.insert(path.clone(), update);
    special.adjust_diff(&request, &mut diff);
    diff.changes[&path].replace
}
