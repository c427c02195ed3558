//! Domains of containers. The DNS is not asked: see [`UNSEEN`].

use serde_json::json;

use super::{CONTAINER, PASSING, settle};
use crate::answer::Refusal;
use crate::call::{Call, Handled};
use crate::store::{Kind, Missing};

pub(super) static DOMAIN: Kind =
    Kind { transient: PASSING, ..Kind::new("containers/domain", "Domain", "domains", Missing::Labelled("domain")) };

/// A host name with this in it has no DNS record that leads to its container.
pub(crate) const UNSEEN: &str = "no-record";

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let container = call.need("container_id")?;
    call.settled(&CONTAINER, &container)?;
    let hostname = call.need("hostname")?;
    if hostname.contains(UNSEEN) {
        // As the peer's client knows it.
        let message = format!("could not validate domain: {hostname} does not lead to the container");
        return Err(Refusal::message(400, &message));
    }
    let now = call.timestamp();
    let fields = json!({
        "hostname": hostname,
        "container_id": container,
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
    super::delete(call, &DOMAIN)
}
