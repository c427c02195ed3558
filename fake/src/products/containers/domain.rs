//! Domains of containers: host names that the gateway routes to one container each.
//!
//! As documented, the DNS records are resolved once, when the domain is created: they must point to the container.
//! Names outside of the zones of the fake are accepted, except for [`UNSEEN`].

use serde_json::json;

use super::kinds::{CONTAINER, DOMAIN};
use super::parts::settle;
use super::{parts, serving};
use crate::call::{Call, Handled};
use crate::products::domain_names::{self, Names};
use crate::response::ApiError;

/// A host name that contains this has no DNS record that points to its container.
pub(crate) const UNSEEN: &str = "no-record";

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let container = call.need("container_id")?;
    call.settled(&CONTAINER, &container)?;
    let hostname = call.need("hostname")?;
    // Not recorded: the gateway routes by host name, so a host name belongs to one container.
    let taken = call.world.store.of(&DOMAIN).any(|other| other.text("hostname").eq_ignore_ascii_case(&hostname));
    if taken {
        return Err(ApiError::already_exists("domain", &hostname, "the host name leads to a container already"));
    }
    if hostname.contains(UNSEEN) || !leads_to(call, &hostname, &container)? {
        // The message that the client of `pulumiverse_scaleway` expects.
        let message = format!("could not validate domain: {hostname} does not lead to the container");
        return Err(ApiError::message(400, &message));
    }
    let now = call.timestamp();
    let fields = json!({
        "hostname": hostname,
        "container_id": container,
        "region": call.locality(),
        "status": "creating",
        "created_at": now,
        "updated_at": now,
        "tags": call.tags(),
    });
    let created = call.create(&DOMAIN, fields)?;
    settle(call, &DOMAIN, created["id"].as_str().unwrap_or_default(), "creating")
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&DOMAIN, &id)?;
    call.patch(&DOMAIN, &["tags"])
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    parts::delete(call, &DOMAIN)
}

/// Whether the records of a host name point to the container: to its endpoint or to another of its domains.
fn leads_to(call: &Call<'_>, hostname: &str, container: &str) -> Result<bool, ApiError> {
    let endpoint = serving::endpoint(call.find(&CONTAINER, container)?);
    let is_its = |name: &String| {
        let mut own = call.world.store.of(&DOMAIN).filter(|domain| domain.text("container_id") == container);
        *name == endpoint || own.any(|domain| domain.text("hostname").eq_ignore_ascii_case(name))
    };
    Ok(match domain_names::follow(&call.world.store, hostname) {
        Names::Elsewhere => true,
        Names::Nowhere => false,
        Names::To(chain) => chain.iter().any(is_its),
    })
}
