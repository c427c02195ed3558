//! Handlers for single resources that a descriptor cannot express; descriptors name them.
//!
//! A handler adds calls at fixed points of an operation; the rest is generic. The first lines of each explain why a
//! descriptor is not sufficient. The descriptor lists the operations that it may call, so that the compiler checks them.

mod applesilicon_server;
mod autoscaling_instance_group;
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
mod server_private_networks;
mod tem_domain_validation;

use std::collections::BTreeSet;

use async_trait::async_trait;
use catalog::{Query, Resource, Source, Step};
use serde_json::{Map, Value as Json, json};
use value::Object;

use crate::client_error::ignore_not_found;
use crate::context::{Context, Patience};
use crate::transition::Transition;
use crate::{fetch, request, wait};
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;
use rules::wire;

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// The points at which a handler can act; the default of each does nothing.
#[async_trait]
pub(crate) trait Handler: Sync {
    /// Runs before a create is recorded, for an API whose create request succeeds if the object exists: fails if it exists.
    async fn before_create(&self, _cx: &Context<'_>, _scope: &Scope<'_>) -> Result<()> {
        Ok(())
    }

    /// Runs instead of the first create step, if it returns the created object.
    async fn send_create(&self, _cx: &Context<'_>, _scope: &Scope<'_>, _inputs: &Object) -> Result<Option<Json>> {
        Ok(None)
    }

    /// Looks up the object of a create whose response is ambiguous, instead of by its name and creation time.
    async fn created(&self, _cx: &Context<'_>, _scope: &Scope<'_>) -> Option<Result<Option<Json>>> {
        None
    }

    /// Runs before the steps of an update; returns whether it has read the current object.
    async fn before_change(&self, _: &Context<'_>, _: &mut Scope<'_>, _: Transition<'_>) -> Result<bool> {
        Ok(false)
    }

    /// Runs after the steps of a create or update; returns whether it made a call.
    async fn after_change(&self, _: &Context<'_>, _: &mut Scope<'_>, _: Transition<'_>) -> Result<bool> {
        Ok(false)
    }

    /// The same, for a handler that makes no calls after a create.
    async fn after_update(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        self.after_change(cx, scope, transition).await
    }

    /// Looks up the object under another ID, if there is none, or only a replaced one; returns whether the scope has
    /// changed to another object.
    async fn relocate(&self, _: &Context<'_>, _: &mut Scope<'_>, _state: &Object, _exists: bool) -> Result<bool> {
        Ok(false)
    }

    /// Runs after the read steps; adds the responses of further calls to those of the steps.
    async fn complete(&self, _cx: &Context<'_>, _scope: &mut Scope<'_>) -> Result<()> {
        Ok(())
    }

    /// Runs instead of the steps of a delete, if it returns whether there was an object to delete.
    async fn delete(&self, _cx: &Context<'_>, _scope: &mut Scope<'_>, _olds: &Object) -> Result<Option<bool>> {
        Ok(None)
    }

    /// Runs after a delete, when the object no longer exists.
    async fn after_delete(&self, _cx: &Context<'_>, _scope: &Scope<'_>, _olds: &Object) -> Result<()> {
        Ok(())
    }

    /// Runs before the steps of a delete.
    async fn before_delete(&self, _cx: &Context<'_>, _scope: &Scope<'_>, _olds: &Object) -> Result<()> {
        Ok(())
    }
}

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

/// Makes a call of a handler, with this body in addition to the fields of the catalog. Parameters that are not in the path
/// are sent in the query.
async fn call(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    operation: &str,
    body: Option<Json>,
    parameters: &[(&str, &str)],
) -> Result<Json> {
    Ok(cx.perform(&own(cx, operation, body, parameters)?, scope, &[], false).await?.unwrap_or_default())
}

/// Makes a call with this body, and waits until the object is ready again.
async fn change(cx: &Context<'_>, scope: &mut Scope<'_>, operation: &str, body: Json) -> Result<()> {
    call(cx, scope, operation, Some(body), &[]).await?;
    scope.fresh = true;
    wait::settled(cx, scope, true).await
}

/// Gets all pages of a list, with these parameters of the path and the query.
async fn list(cx: &Context<'_>, scope: &Scope<'_>, operation: &str, parameters: &[(&str, &str)]) -> Result<Vec<Json>> {
    match call(cx, scope, operation, None, parameters).await? {
        Json::Array(items) => Ok(items),
        _ => Ok(Vec::new()),
    }
}

/// An operation that the descriptor lists for the handler, with this body, and these parameters of the path and the query.
fn own(cx: &Context<'_>, operation: &str, body: Option<Json>, parameters: &[(&str, &str)]) -> Result<Step> {
    let special = cx.resource.special.as_ref();
    let operation = special.and_then(|special| special.operations.get(operation)).ok_or_else(|| {
        Error::new(ErrorKind::Internal, format!("{operation} is not an operation of the {}", cx.resource.label))
    })?;
    let mut operation = operation.clone();
    for (name, value) in parameters.iter().map(|(name, value)| ((*name).to_owned(), Json::from(*value))) {
        if operation.path.contains(&format!("{{{name}}}")) {
            operation.parameters.insert(name, Source::Literal(value));
        } else if !operation.parameters.contains_key(&name) {
            operation.query.push(Query { name, from: Source::Literal(value) });
        }
    }
    match (operation.body.as_mut(), body) {
        (Some(sent), Some(Json::Object(fields))) => {
            sent.with.extend(fields.into_iter().map(|(name, json)| (name, Source::Literal(json))));
        }
        // A body of plain text has no name.
        (Some(sent), Some(text)) => drop(sent.with.insert(String::from("text"), Source::Literal(text))),
        (_, _) => {}
    }
    Ok(Step::of(operation))
}
