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
use value::Object;

use crate::error::Error;
use crate::operation::{Diff, DiffRequest, Failure};
use crate::wire::Wire;

/// The rules of one resource. Pure; the default of each method does nothing.
pub trait Special: Sync {
    /// Converts the wire object of the inputs to the form of requests. Accepts any JSON.
    fn encode(&self, _wire: &mut Wire) {}

    /// Converts responses to one field for each property. Accepts any JSON.
    fn decode(&self, _wire: &mut Wire) {}

    /// Inputs that come from the source of the resource, such as a snapshot, if the program does not set them: they have no
    /// default, are never drift, and their absence is not a change.
    fn inherited(&self, _inputs: &Object) -> &'static [&'static str] {
        &[]
    }

    /// Inputs whose live value is not drift if the program does not set them.
    fn not_drift(&self, inputs: &Object) -> &'static [&'static str] {
        self.inherited(inputs)
    }

    /// Adds failures of inputs.
    fn check(&self, _olds: &Object, _inputs: &Object, _failures: &mut Vec<Failure>) {}

    /// Whether a create copies another object, which is then updated to match the program; and the properties of a new object
    /// that differ from the program until the create is complete.
    fn differences_of_new(&self, _inputs: &Object) -> (bool, &'static [&'static str]) {
        (false, &[])
    }

    /// Keeps only the parts of a response that belong to this resource.
    fn adjust_state(&self, _inputs: &Object, _answers: &Wire, _state: &mut Object) {}

    /// Whether the responses no longer contain the resource, which is a part of the object that was read.
    fn is_gone(&self, _desired: &Wire, _answers: &Wire) -> bool {
        false
    }

    /// Removes conflicting inputs from an import.
    fn imported(&self, _inputs: &mut Object) {}

    /// Adds warnings and pending work to a diff, and removes changes without an effect.
    fn adjust_diff(&self, _request: &DiffRequest<'_>, _diff: &mut Diff) {}

    /// Adds a hint to the error of a failed first read, from the wire object of the inputs.
    fn advise(&self, _desired: &Wire, error: Error) -> Error {
        error
    }
}

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
    let inputs = |value: value::Value| [(input.to_owned(), value)].into_iter().collect::<Object>();
    let (olds, news) = (inputs(old), inputs(new));
    let now = jiff::Timestamp::UNIX_EPOCH;
    let request = DiffRequest { olds: &olds, old_inputs: &olds, news: &news, ignore_changes: &[], now };
    let (mut diff, path) = (Diff::default(), value::Path::root(input));
    let update = crate::operation::Change { kind: crate::operation::ChangeKind::Update, replace: false };
    diff.changes.insert(path.clone(), update);
    special.adjust_diff(&request, &mut diff);
    diff.changes[&path].replace
}
