//! A refresh of many resources reads lists instead of single objects, and notices each change.

use std::collections::BTreeMap;

use pulumi_rpc::pulumirpc as rpc;
use scaleway_fake::{Fake, Fault, FaultKind, Running};
use serde_json::{Value as Json, json};
use tokio::task::JoinSet;

use crate::plugin::{self, Plugin, SECRET_KEY, Thing, urn};
use tests::property_bag::to_json;

const NAMESPACE: &str = "registry/namespace:Namespace";
pub(crate) const INSTANCE: &str = "databases/instance:Instance";
const SERVER: &str = "instance/server:Server";
const VOLUME: &str = "block/volume:Volume";
const DATABASE: &str = "databases/database:Database";

/// Creates resources at once.
pub(crate) async fn created(plugin: &mut Plugin, token: &str, programs: impl Iterator<Item = Json>) -> Vec<Thing> {
    let mut tasks = JoinSet::new();
    for (number, program) in programs.enumerate() {
        let inputs = plugin.check(token, None, &program).await;
        // The journal distinguishes the creates of a process by their URN.
        let urn = format!("{}-{number}", urn(token));
        let request = rpc::CreateRequest { urn, properties: Some(inputs.clone()), ..Default::default() };
        let mut client = plugin.client.clone();
        tasks.spawn(async move {
            let created = client.create(request).await.unwrap().into_inner();
            Thing { id: created.id, state: created.properties.unwrap(), inputs }
        });
    }
    tasks.join_all().await
}

fn namespaces(count: usize) -> impl Iterator<Item = Json> {
    (0..count).map(|number| json!({ "name": format!("namespace-{number}") }))
}

/// Reads all resources at once, as `pulumi refresh` does; returns the IDs that do not exist.
async fn missing(plugin: &Plugin, token: &str, things: &[Thing]) -> Vec<String> {
    let mut reads = JoinSet::new();
    for thing in things {
        let request = thing.read_request(token);
        let (mut client, id, state) = (plugin.client.clone(), thing.id.clone(), thing.state.clone());
        reads.spawn(async move {
            let read = client.read(request).await.unwrap().into_inner();
            if read.id.is_empty() {
                return Some(id);
            }
            assert_eq!(to_json(&read.properties.unwrap()), to_json(&state), "{id}");
            None
        });
    }
    let mut missing: Vec<String> = reads.join_all().await.into_iter().flatten().collect();
    missing.sort();
    missing
}

/// The number of requests for a path.
fn requests(fake: &Running, path: &str) -> usize {
    fake.requests().iter().filter(|request| request.path.contains(path)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_of_150_namespaces_sends_two_pages_and_confirms_the_missing_one() {
    let fake = Fake::builder().keys([SECRET_KEY]).start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let things = created(&mut plugin, NAMESPACE, namespaces(150)).await;
    plugin.delete(NAMESPACE, &things[70]).await.unwrap();

    // Another process, as for another command.
    let refreshing = Plugin::with_fake(&fake, None).await;
    fake.clear_requests();
    assert_eq!(missing(&refreshing, NAMESPACE, &things).await, [things[70].id.as_str()]);
    // Three direct reads, two pages, and the direct read of the missing one.
    assert_eq!(requests(&fake, "/namespaces"), 6, "{:?}", fake.requests());
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_after_a_write_of_the_process_are_direct() {
    let fake = Fake::builder().keys([SECRET_KEY]).start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let things = created(&mut plugin, NAMESPACE, namespaces(10)).await;
    fake.clear_requests();
    assert!(missing(&plugin, NAMESPACE, &things).await.is_empty());
    assert_eq!(requests(&fake, "/namespaces/"), things.len(), "{:?}", fake.requests());
}

/// A namespace has no creation time, so only the journal shows that it is new.
#[tokio::test(flavor = "multi_thread")]
async fn new_object_of_an_earlier_process_that_is_not_found_is_read_again() {
    let fake = Fake::builder().keys([SECRET_KEY]).start().await.unwrap();
    for (case, ends, same_home) in [("killed", false, true), ("ended", true, true), ("no journal", true, false)] {
        let home = plugin::home();
        let mut creating = Plugin::with_fake_in(&fake, None, &home).await;
        let thing = created(&mut creating, NAMESPACE, std::iter::once(json!({ "name": case }))).await.remove(0);
        if ends {
            creating.client.cancel(()).await.unwrap();
        }
        drop(creating);

        let home = if same_home { home } else { plugin::home() };
        let refreshing = Plugin::with_fake_in(&fake, None, &home).await;
        let missing_once = FaultKind::Status {
            code: 404,
            body: Some(json!({ "type": "not_found", "resource": "namespace", "resource_id": thing.id })),
            retry_after: None,
        };
        fake.fault(Fault::at("/registry/*/namespaces/*", missing_once).method("GET"));
        let request = rpc::ReadRequest { urn: format!("{}-0", urn(NAMESPACE)), ..thing.read_request(NAMESPACE) };
        let read = refreshing.client.clone().read(request).await.unwrap().into_inner();
        assert_eq!(read.id == thing.id, same_home, "{case}: {:?}", fake.requests());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_of_the_databases_of_an_instance_shares_one_list() {
    let fake = Fake::builder().keys([SECRET_KEY]).start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let program =
        json!({ "engine": "PostgreSQL-16", "nodeType": "db-dev-s", "userName": "admin", "password": "Secret-12345!" });
    let instance = created(&mut plugin, INSTANCE, std::iter::once(program)).await.remove(0);
    let programs = (0..8).map(|number| json!({ "instanceId": instance.id, "name": format!("database-{number}") }));
    let things = created(&mut plugin, DATABASE, programs).await;

    let refreshing = Plugin::with_fake(&fake, None).await;
    fake.clear_requests();
    assert!(missing(&refreshing, DATABASE, &things).await.is_empty());
    // Three direct reads, each of which is a list with a filter, and the list without one.
    assert_eq!(requests(&fake, "/databases"), 4, "{:?}", fake.requests());
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_of_50_servers_reads_each_volume_once() {
    let fake = Fake::builder().keys([SECRET_KEY]).start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let disk = |number: i32| json!({ "sizeInGb": 10, "iops": 5000, "name": format!("disk-{number}") });
    let volumes = created(&mut plugin, VOLUME, (0..10).map(disk)).await;
    let machine = |number: usize| {
        let additional: Vec<&str> = volumes.get(number).iter().map(|volume| volume.id.as_str()).collect();
        json!({ "type": "PLAY2-PICO", "image": "ubuntu_noble", "name": format!("machine-{number}"), "additionalVolumeIds": additional })
    };
    let machines = created(&mut plugin, SERVER, (0..50).map(machine)).await;

    let refreshing = Plugin::with_fake(&fake, None).await;
    fake.clear_requests();
    assert!(missing(&refreshing, SERVER, &machines).await.is_empty());
    assert!(missing(&refreshing, VOLUME, &volumes).await.is_empty());
    let mut reads: BTreeMap<String, usize> = BTreeMap::new();
    for request in fake.requests().into_iter().filter(|request| request.path.contains("/volumes/")) {
        *reads.entry(request.path).or_default() += 1;
    }
    assert_eq!(reads.values().max(), Some(&1), "{reads:?}");
    // Three direct reads and one page.
    assert_eq!(fake.requests().iter().filter(|request| request.operation.as_deref() == Some("GetServer")).count(), 3);
    assert_eq!(fake.requests().iter().filter(|request| request.operation.as_deref() == Some("ListServers")).count(), 1);
}
