//! Certificates: from Let's Encrypt after some time, or given with the request.

use serde_json::json;

use super::instances::show_load_balancer;
use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;

static CERTIFICATE: Named = Named::new("lb/certificate");

/// The prefix of domain names that Let's Encrypt cannot reach.
const UNREACHABLE: &str = "unreachable.";

/// The time of a certificate that has no validity yet, as recorded.
const NEVER: &str = "0001-01-01T00:00:00Z";

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let now = call.timestamp();
    let end = "2036-07-18T10:33:06Z";
    let Some(requested) = call.body.get("letsencrypt").cloned().filter(|requested| !requested.is_null()) else {
        let known = json!({
            "type": "custom",
            "status": "ready",
            "common_name": "www.example.org",
            "subject_alternative_name": ["example.org"],
            "not_valid_before": now,
            "not_valid_after": end,
        });
        let mut answer = plain::create(call, CERTIFICATE.plain(), known)?;
        show_load_balancer(call, &mut answer)?;
        return Ok(answer);
    };
    let name = requested["common_name"].as_str().unwrap_or_default().to_owned();
    let others = requested.get("subject_alternative_name").filter(|others| others.is_array()).cloned();
    let known = json!({
        "type": "letsencrypt",
        "status": "pending",
        "common_name": name,
        "subject_alternative_name": others.unwrap_or_else(|| json!([])),
        "not_valid_before": NEVER,
        "not_valid_after": NEVER,
    });
    let mut answer = plain::create(call, CERTIFICATE.plain(), known)?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    let then = if name.starts_with(UNREACHABLE) {
        json!({ "status": "error", "status_details": format!("{name} does not resolve to the load balancer") })
    } else {
        json!({
            "status": "ready",
            "fingerprint": "9a4b6e696124f10557f6dad8beb089205fab5d4b",
            "not_valid_before": now,
            "not_valid_after": end,
        })
    };
    call.transition(&CERTIFICATE, &id, "pending", then)?;
    show_load_balancer(call, &mut answer)?;
    Ok(answer)
}
