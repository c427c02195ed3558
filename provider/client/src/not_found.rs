//! Which 404 and 410 responses are Scaleway's report that an object does not exist.
//!
//! Every rule comes from recorded traffic (1,300 responses with 404 of 40 services): all products except those of
//! [`NOUNS`], [`BALANCED`] and [`JOBS`] return JSON with `type: not_found`, `resource` and `resource_id`; Object Storage returns XML with a code.
//! Any other body (an HTML page, an empty body, a gateway's `no Route matched with those values`) shows that the request
//! did not reach the API. It contains no information about the object.

use http::{HeaderMap, Method};
use serde_json::Value;

/// The objects in the `not found` messages of the products without `type`, in lower case: registry
/// (`Namespace was not found`), functions (`Cron was not found`, `trigger does not exist`), and the tokens of containers
/// (`Token was not found`).
const NOUNS: [&str; 9] = ["container", "cron", "domain", "function", "image", "namespace", "tag", "token", "trigger"];

/// The objects in the `job definition is not found` messages of jobs, in lower case.
const JOBS: [&str; 3] = ["job definition", "job run", "secret"];

/// The objects in the `lbs not Found` messages of load balancers, in lower case. As recorded, a route is called
/// `privateNetwork`.
const BALANCED: [&str; 8] = ["acl", "backend", "certificate", "frontend", "ips", "lbs", "privatenetwork", "route"];

/// The beginning of the paths of products that report a missing object of any kind with a message alone, as recorded, and the message.
const PLAIN: [(&str, &str); 3] = [
    ("/edge-services/", "Not Found"),
    ("/baremetal/", "Not Found"),
    ("/baremetal/", "Custom Partitioning not supported"),
];

/// The beginning of the paths of Web Hosting, whose message contains the ID, as recorded (`hosting <id> not found`).
const HOSTING: &str = "/webhosting/";

/// The text after the noun, as recorded. The API may add details after a colon.
const VERBS: [&str; 2] = [" was not found", " does not exist"];

/// The codes of Object Storage that do not begin with `NoSuch`, as recorded and as documented for S3.
const CODES: [&str; 3] =
    ["NotFound", "ObjectLockConfigurationNotFoundError", "ServerSideEncryptionConfigurationNotFoundError"];

/// Whether the JSON body of a 404 or 410 is Scaleway's report of a missing object.
pub(crate) fn is_reported(body: &Value) -> bool {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    if matches!(text("type"), Some("not_found" | "resource_expired")) || text("resource").is_some() {
        return true;
    }
    if text("resource_id").is_some_and(|id| !id.is_empty()) {
        return true;
    }
    let message = text("message").unwrap_or_default().to_lowercase();
    let message = message.split(':').next().unwrap_or_default().trim();
    let of_load_balancer = message.strip_suffix(" not found").is_some_and(|noun| BALANCED.contains(&noun));
    let of_job = message.strip_suffix(" is not found").is_some_and(|noun| JOBS.contains(&noun));
    of_load_balancer
        || of_job
        || VERBS.iter().any(|verb| message.strip_suffix(verb).is_some_and(|noun| NOUNS.contains(&noun)))
}

/// Whether the error response to a call of this path is the report of a missing object, for products whose message is too
/// general for [`is_reported`].
pub(crate) fn is_reported_at(path: &str, message: Option<&str>) -> bool {
    let is_plain = PLAIN.iter().any(|(beginning, text)| path.starts_with(beginning) && message == Some(text));
    is_plain
        || (path.starts_with(HOSTING)
            && message.is_some_and(|message| path.split('/').any(|id| message == format!("hosting {id} not found"))))
}

/// Whether a 404 of Object Storage is S3's report of a missing bucket, object or configuration. The response to HEAD has
/// no body; the request IDs of S3 show that it comes from Object Storage.
pub(crate) fn is_reported_by_storage(method: &Method, headers: &HeaderMap, code: Option<&str>) -> bool {
    if let Some(code) = code {
        return code.starts_with("NoSuch") || CODES.contains(&code);
    }
    let has_id = headers.contains_key("x-amz-request-id") || headers.contains_key("x-amz-id-2");
    *method == Method::HEAD && has_id
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn error_bodies_of_scaleway_report_a_missing_object() {
        for body in [
            json!({"type": "not_found", "message": "resource is not found", "resource": "vpc", "resource_id": "1"}),
            json!({"type": "not_found", "message": "resource is not found", "resource": "unknown", "resource_id": ""}),
            json!({"type": "resource_expired", "message": "resource is expired"}),
            json!({"message": "Namespace was not found"}),
            json!({"message": "lbs not Found"}),
            json!({"message": "privateNetwork not Found"}),
            json!({"message": "job definition is not found"}),
            json!({"message": "trigger does not exist: could not find trigger with id 1"}),
        ] {
            assert!(is_reported(&body), "{body}");
        }
    }

    #[test]
    fn bodies_of_gateways_and_proxies_do_not_report_a_missing_object() {
        for body in [
            Value::Null,
            json!({}),
            json!([]),
            json!({"message": "no Route matched with those values"}),
            json!({"message": "Not Found"}),
            json!({"message": "page was not found"}),
            json!({"message": "page not found"}),
            json!({"message": "namespace"}),
            json!({"error": "not_found"}),
            json!("Namespace was not found"),
        ] {
            assert!(!is_reported(&body), "{body}");
        }
    }

    #[test]
    fn general_message_is_a_report_of_some_products_only() {
        assert!(is_reported_at("/baremetal/v1/zones/fr-par-2/servers/1", Some("Not Found")));
        assert!(is_reported_at("/edge-services/v1beta1/pipelines/1", Some("Not Found")));
        assert!(!is_reported_at("/edge-services/v1beta1/pipelines/1", Some("no Route matched with those values")));
        assert!(!is_reported_at("/edge-services/v1beta1/pipelines/1", None));
        assert!(is_reported_at("/webhosting/v1/regions/fr-par/hostings/1", Some("hosting 1 not found")));
        assert!(!is_reported_at("/webhosting/v1/regions/fr-par/hostings/1", Some("hosting 2 not found")));
        assert!(!is_reported_at("/baremetal/v1/hostings/1", Some("hosting 1 not found")));
        assert!(!is_reported_at("/registry/v1/regions/fr-par/namespaces/1", Some("Not Found")));
    }

    #[test]
    fn object_storage_reports_by_code_and_for_head_by_request_id() {
        let none = HeaderMap::new();
        let ids: HeaderMap = [("x-amz-request-id".parse().unwrap(), "txg1".parse().unwrap())].into_iter().collect();
        for code in
            ["NoSuchBucket", "NoSuchKey", "NoSuchVersion", "NoSuchTagSet", "ObjectLockConfigurationNotFoundError"]
        {
            assert!(is_reported_by_storage(&Method::GET, &none, Some(code)), "{code}");
        }
        assert!(!is_reported_by_storage(&Method::GET, &ids, Some("AccessDenied")));
        assert!(!is_reported_by_storage(&Method::GET, &ids, None), "the response to GET has a body with a code");
        assert!(is_reported_by_storage(&Method::HEAD, &ids, None));
        assert!(!is_reported_by_storage(&Method::HEAD, &none, None));
    }
}
