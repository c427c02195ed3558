//! Interrupted waits: a cancel, a failure, an ambiguous response, and the next run.

use std::time::Duration;

use pulumi_rpc::pulumirpc::CreateRequest;
use scaleway_fake::{Clock, Fake, Fault, FaultKind, Running};
use serde_json::{Value as Json, json};
use tonic::Code;

use crate::listener::Listener;
use crate::plugin::{Plugin, Thing, urn};
use tests::property_bag::{partial_state, to_json};

const NAMESPACE: &str = "containers/namespace:Namespace";
const KIND: &str = "containers/namespace";

/// A fake whose clock is stopped: statuses stay transient until the test advances it.
async fn slow_fake() -> Running {
    let start = "2026-07-17T09:50:00Z".parse().unwrap();
    Fake::builder().clock(Clock::manual(start)).settle(Duration::from_mins(1)).start().await.unwrap()
}

fn inputs() -> Json {
    json!({ "name": "slow", "secretEnvironmentVariables": { "KEY": "canary-of-a-variable" } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_create_keeps_the_id_and_the_next_run_continues() {
    let fake = slow_fake().await;
    let mut listener = Listener::start().await;
    let mut plugin = Plugin::with_fake(&fake, Some(&listener.address)).await;
    let inputs = plugin.check(NAMESPACE, None, &inputs()).await;

    let mut canceller = plugin.client.clone();
    let (created, ()) = tokio::join!(plugin.create(NAMESPACE, &inputs, false), async {
        let message = listener.wait_for("waiting for the").await;
        assert!(message.passing && message.urn == urn(NAMESPACE), "{message:?}");
        canceller.cancel(()).await.unwrap();
    });
    let status = created.unwrap_err();
    assert_eq!(status.code(), Code::Cancelled, "{status}");
    let thing = Thing::of_failed_create(&status, &inputs).expect("the ID is in the partial state");
    assert_eq!(fake.objects(KIND).len(), 1);
    assert!(thing.id.ends_with(&fake.objects(KIND)[0].id), "{}", thing.id);
    assert!(!plugin.log().contains("canary"));

    // The next run is another process. Pulumi calls Update with the partial state and the same inputs.
    fake.clock().advance(Duration::from_mins(2));
    let mut next = Plugin::with_fake(&fake, None).await;
    let updated = next.update(NAMESPACE, &thing, &inputs, false).await.unwrap();
    assert_eq!(to_json(&updated.state)["name"], "slow");
    assert_eq!(next.diff(NAMESPACE, &updated, &inputs).await.0, Vec::<String>::new());
    assert_eq!(fake.objects(KIND).len(), 1, "no second object");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_resource_is_stored_with_the_error_of_the_api() {
    let fake = slow_fake().await;
    let mut listener = Listener::start().await;
    let mut plugin = Plugin::with_fake(&fake, Some(&listener.address)).await;
    let inputs = plugin.check(NAMESPACE, None, &inputs()).await;

    let (created, ()) = tokio::join!(plugin.create(NAMESPACE, &inputs, false), async {
        listener.wait_for("waiting for the").await;
        let made = &fake.objects(KIND)[0];
        let failed = json!({ "status": "error", "error_message": "image not found" });
        fake.change(KIND, &made.locality, &made.id, failed).unwrap();
    });
    let status = created.unwrap_err();
    assert!(status.message().contains("image not found"), "{status}");
    let reasons = partial_state(&status).expect("the ID is in the partial state").reasons;
    assert!(reasons[0].contains("image not found"));

    // It can be deleted like any other resource.
    let thing = Thing::of_failed_create(&status, &inputs).expect("the ID is in the partial state");
    fake.settle(Duration::ZERO);
    plugin.delete(NAMESPACE, &thing).await.unwrap();
    fake.clock().advance(Duration::from_mins(2));
    assert!(plugin.read(NAMESPACE, &thing).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn object_of_a_create_with_an_ambiguous_response_is_searched_and_not_created_twice() {
    let fake = slow_fake().await;
    fake.settle(Duration::ZERO);
    fake.fault(Fault::at("/containers/*", FaultKind::DropAfter).method("POST").times(1));
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let inputs = plugin.check(NAMESPACE, None, &inputs()).await;

    let thing = plugin.create(NAMESPACE, &inputs, false).await.unwrap();
    let objects = fake.objects(KIND);
    assert_eq!(objects.len(), 1, "created once");
    assert!(thing.id.ends_with(&objects[0].id), "{}", thing.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_also_ends_the_wait_for_a_lock() {
    let fake = slow_fake().await;
    fake.settle(Duration::ZERO);
    let mut listener = Listener::start().await;
    let mut plugin = Plugin::with_fake(&fake, Some(&listener.address)).await;
    let instance = json!({ "name": "data", "engine": "PostgreSQL-16", "nodeType": "DB-DEV-S" });
    let instance = plugin.check("databases/instance:Instance", None, &instance).await;
    let instance = plugin.create("databases/instance:Instance", &instance, false).await.unwrap();

    // From here on statuses do not change: the rules hold the lock of the instance while they wait.
    fake.settle(Duration::from_mins(1));
    let rules = json!({ "instanceId": instance.id, "aclRules": [{ "ip": "1.2.3.4/32" }] });
    let rules = plugin.check("databases/acl:Acl", None, &rules).await;
    let database = json!({ "instanceId": instance.id, "name": "app" });
    let database = plugin.check("databases/database:Database", None, &database).await;
    let (mut second, mut canceller) = (plugin.client.clone(), plugin.client.clone());
    let request = CreateRequest {
        urn: urn("databases/database:Database"),
        properties: Some(database),
        ..CreateRequest::default()
    };
    let (rules, (database, ())) = tokio::join!(plugin.create("databases/acl:Acl", &rules, false), async {
        listener.wait_for("(configuring)").await;
        tokio::join!(second.create(request), async { canceller.cancel(()).await.map(|_| ()).unwrap() })
    });
    assert_eq!(rules.unwrap_err().code(), Code::Cancelled);
    assert_eq!(database.unwrap_err().code(), Code::Cancelled);
    // The default database of the instance.
    assert_eq!(fake.objects("rdb/database").len(), 1, "without the lock, no request is sent");
}
