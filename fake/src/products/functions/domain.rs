//! Domains of functions. The DNS is not asked: see [`UNSEEN`].

use serde_json::json;

use super::{FUNCTION, PASSING, settle};
use crate::answer::Refusal;
use crate::call::{Call, Handled};
use crate::products::containers::UNSEEN;
use crate::store::{Kind, Missing};

pub(super) static DOMAIN: Kind = Kind {
    transient: PASSING,
    ..Kind::new("functions/domain", "Domain", "domains", Missing::Message("Domain was not found"))
};

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let function = call.need("function_id")?;
    call.settled(&FUNCTION, &function)?;
    let hostname = call.need("hostname")?;
    if hostname.contains(UNSEEN) {
        let message = format!("could not validate domain: {hostname} does not lead to the function");
        return Err(Refusal::message(400, &message));
    }
    let fields = json!({
        "hostname": hostname,
        "function_id": function,
        "url": format!("https://{hostname}"),
        "status": "creating",
        "error_message": null,
    });
    let created = call.create(&DOMAIN, fields)?;
    settle(call, &DOMAIN, created["id"].as_str().unwrap_or_default(), "creating")
}
