//! The log on standard error: one line for each request that changes something, and the counters at the end.

use std::thread;
use std::time::{Duration, Instant};

use pulumi_rpc::pulumirpc as rpc;
use scaleway_fake::{Fake, Fault, FaultKind};
use serde_json::{Value as Json, json};
use tonic::Request;

use crate::plugin::{Plugin, SECRET_KEY, urn};

const NAMESPACE: &str = "registry/namespace:Namespace";
const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// The lines of the log, once there is one that is searched for: the plugin writes them before its response, but another thread
/// collects them.
pub(crate) fn lines(plugin: &Plugin, searched: impl Fn(&Json) -> bool) -> Vec<Json> {
    let start = Instant::now();
    loop {
        let lines: Vec<Json> = plugin.log().lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        if lines.iter().any(&searched) {
            return lines;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{lines:?}");
        thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_write_is_one_line_with_its_resource_request_id_and_trace() {
    let fake = Fake::builder().start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let inputs = plugin.check(NAMESPACE, None, &json!({ "name": "main" })).await;
    // The first attempt is rejected by the rate limit.
    let limited = FaultKind::Status { code: 429, body: None, retry_after: Some(0) };
    fake.fault(Fault::at("/registry/*/namespaces", limited).method("POST").times(1));
    let request = rpc::CreateRequest { urn: urn(NAMESPACE), properties: Some(inputs), ..Default::default() };
    let mut request = Request::new(request);
    let context = format!("00-{TRACE_ID}-00f067aa0ba902b7-01");
    request.metadata_mut().insert("traceparent", context.parse().unwrap());
    plugin.client.create(request).await.unwrap();
    plugin.client.cancel(()).await.unwrap();

    let lines = lines(&plugin, |line| line["fields"]["message"] == "requests to the API");
    let writes: Vec<&Json> = lines.iter().filter(|line| line["fields"]["method"] == "POST").collect();
    let seen: Vec<(&Json, &Json)> =
        writes.iter().map(|line| (&line["fields"]["attempt"], &line["fields"]["status"])).collect();
    assert_eq!(seen, [(&json!(1), &json!(429)), (&json!(2), &json!(200))]);
    for line in writes {
        let fields = &line["fields"];
        assert_eq!(line["level"], "INFO");
        assert!(line["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
        assert_eq!(fields["message"], "CreateNamespace");
        assert_eq!(fields["path"], "/registry/v1/regions/fr-par/namespaces");
        assert!(fields["request_id"].is_string() && fields["milliseconds"].is_u64(), "{line}");
        let spans = line["spans"].as_array().unwrap();
        let named = |name: &str, field: &str| spans.iter().find(|span| span["name"] == name).map(|span| &span[field]);
        assert_eq!(named("request", "correlation_id"), Some(&json!(TRACE_ID)));
        assert_eq!(named("call", "urn"), Some(&json!(urn(NAMESPACE))));
        assert_eq!(named("call", "method"), Some(&json!("Create")));
    }
    let end = lines.iter().find(|line| line["fields"]["message"] == "requests to the API").unwrap();
    let counted = |name: &str| end["fields"][name].as_u64().unwrap();
    assert_eq!(counted("requests"), counted("accepted") + 1);
    assert_eq!((counted("retries"), counted("throttled"), counted("rejected"), counted("failed")), (1, 1, 1, 0));
    assert!(!plugin.log().contains(SECRET_KEY));
}
