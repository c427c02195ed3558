//! Timeouts, outages, permission errors: operations of the plugin while the API fails.

use std::time::{Duration, Instant};

use prost_types::Struct;
use pulumi_rpc::pulumirpc as rpc;
use scaleway_fake::{Clock, Fake, Fault, FaultKind, Running};
use serde_json::json;
use tonic::{Code, Status};

use crate::listener::Listener;
use crate::plugin::{Plugin, Thing, command, urn};
use tests::property_bag::partial_state;

const NAMESPACE: &str = "containers/namespace:Namespace";
const REGISTRY: &str = "registry/namespace:Namespace";
const SECRET: &str = "secrets/secret:Secret";

/// A fake whose clock is stopped: statuses do not change, and delayed responses are never sent.
async fn still_fake() -> Running {
    let start = "2026-07-17T09:50:00Z".parse().unwrap();
    Fake::builder().clock(Clock::manual(start)).settle(Duration::from_mins(1)).start().await.unwrap()
}

fn status(code: u16, retry_after: Option<u32>) -> FaultKind {
    FaultKind::Status { code, body: None, retry_after }
}

/// Creates with a timeout in seconds; returns the result and the duration.
async fn create_within(
    plugin: &mut Plugin,
    token: &str,
    inputs: &Struct,
    limit: f64,
) -> (Result<(), Status>, Duration) {
    let request =
        rpc::CreateRequest { urn: urn(token), properties: Some(inputs.clone()), timeout: limit, ..Default::default() };
    let began = Instant::now();
    let outcome = plugin.client.create(request).await.map(drop);
    (outcome, began.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn custom_timeouts_end_a_create_in_every_failure_and_keep_its_id() {
    for kind in [
        FaultKind::Delay { seconds: 25.0 },
        status(503, None),
        status(429, Some(60)),
        status(503, Some(60)),
        FaultKind::DropBefore,
    ] {
        let fake = still_fake().await;
        let mut plugin = Plugin::with_fake(&fake, None).await;
        let inputs = plugin.check(NAMESPACE, None, &json!({ "name": "slow" })).await;
        fake.fault(Fault::at("/containers/*", kind.clone()).method("GET").times(10_000));
        let (outcome, took) = create_within(&mut plugin, NAMESPACE, &inputs, 2.0).await;
        let status = outcome.unwrap_err();
        assert!(took < Duration::from_secs(4), "{kind:?}: {took:?}");
        assert_eq!(status.code(), Code::DeadlineExceeded, "{kind:?}: {status}");
        assert!(status.message().contains("creating container namespace \"slow\""), "{status}");
        assert!(status.message().contains("2 s"), "{status}");
        let left = partial_state(&status).expect("the ID is in the partial state");
        assert!(left.id.ends_with(&fake.objects("containers/namespace")[0].id), "{}", left.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_without_a_response_ends_with_its_timeout() {
    let fake = still_fake().await;
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let inputs = plugin.check(NAMESPACE, None, &json!({ "name": "slow" })).await;
    fake.fault(Fault::at("/containers/*", FaultKind::Delay { seconds: 25.0 }).times(10_000));
    let (outcome, took) = create_within(&mut plugin, NAMESPACE, &inputs, 2.0).await;
    let status = outcome.unwrap_err();
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_in_parallel_outlast_an_outage_that_is_reported_once() {
    for kind in [status(503, None), FaultKind::DropBefore] {
        let fake = Fake::builder().start().await.unwrap();
        let mut listener = Listener::start().await;
        let mut plugin = Plugin::with_fake(&fake, Some(&listener.address)).await;
        let inputs = plugin.check(REGISTRY, None, &json!({ "name": "images" })).await;
        let thing = plugin.create(REGISTRY, &inputs, false).await.unwrap();
        fake.fault(Fault::at("/registry/*", kind.clone()).times(8));
        let mut reads = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (mut client, Thing { id, state, inputs }) = (plugin.client.clone(), thing.clone());
            let request = rpc::ReadRequest {
                id,
                urn: urn(REGISTRY),
                properties: Some(state),
                inputs: Some(inputs),
                ..Default::default()
            };
            reads.spawn(async move { client.read(request).await.map(|read| read.into_inner().id) });
        }
        for read in reads.join_all().await {
            assert_eq!(read.unwrap(), thing.id, "{kind:?}");
        }
        let report = listener.wait_for("has not responded since").await;
        assert!(report.urn.is_empty() && !report.passing, "the report has no resource: {report:?}");
        let others = listener.received();
        assert!(!others.iter().any(|other| other.text.contains("has not responded")), "{others:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_error_is_reported_at_once_unless_this_run_changed_permissions() {
    let fake = Fake::builder().start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let denied = FaultKind::Status {
        code: 403,
        body: Some(json!({ "type": "permissions_denied", "message": "insufficient permissions" })),
        retry_after: None,
    };
    let inputs = plugin.check(SECRET, None, &json!({ "name": "a" })).await;
    fake.fault(Fault::at("/secret-manager/*/secrets", denied.clone()).method("POST"));
    let error = plugin.create(SECRET, &inputs, false).await.unwrap_err();
    assert_eq!(error.code(), Code::PermissionDenied, "{error}");

    let application = plugin.check("iam/application:Application", None, &json!({ "name": "deployer" })).await;
    plugin.create("iam/application:Application", &application, false).await.unwrap();
    fake.fault(Fault::at("/secret-manager/*/secrets", denied).method("POST"));
    plugin.create(SECRET, &inputs, false).await.unwrap();
}

#[test]
fn list_project_fails_within_seconds_and_writes_nothing_if_the_api_does_not_respond() {
    let began = Instant::now();
    let mut command = command();
    command.env("SCW_API_URL", "http://127.0.0.1:9").env("SCW_ACCESS_KEY", "SCWXXXXXXXXXXXXXXXXX");
    command.env("SCW_SECRET_KEY", "11111111-1111-4111-8111-111111111111");
    command.env("SCW_DEFAULT_PROJECT_ID", "22222222-2222-4222-8222-222222222222");
    let output = command.arg("list-project").output().unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    let reason = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(reason.contains("no resources were listed: 127.0.0.1 cannot be reached"), "{reason}");
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}
