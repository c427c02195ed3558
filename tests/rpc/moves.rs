//! A database instance that gets another ID in an upgrade: its parts are found by the old and by the new ID, in the same
//! process and in the next.

use pulumi_rpc::pulumirpc::ReadRequest;
use scaleway_fake::Fake;
use serde_json::{Value as Json, json};

use crate::plugin::{Plugin, Thing, urn};
use tests::property_bag::to_json;

const INSTANCE: &str = "databases/instance:Instance";
const DATABASE: &str = "databases/database:Database";

/// An upgraded instance, and a database that was created before the upgrade.
async fn upgraded(fake: &scaleway_fake::Running) -> (Plugin, Thing, Thing) {
    let mut plugin = Plugin::with_fake(fake, None).await;
    let program = |engine: &str| json!({ "name": "data", "nodeType": "DB-DEV-S", "engine": engine });
    let older = plugin.check(INSTANCE, None, &program("PostgreSQL-15")).await;
    let instance = plugin.create(INSTANCE, &older, false).await.unwrap();
    let inputs = plugin.check(DATABASE, None, &inside(&instance)).await;
    let database = plugin.create(DATABASE, &inputs, false).await.unwrap();
    let newer = plugin.check(INSTANCE, Some(&older), &program("PostgreSQL-16")).await;
    let (changed, replaced) = plugin.diff(INSTANCE, &instance, &newer).await;
    assert_eq!((changed, replaced), (vec!["engine".to_owned()], Vec::new()));
    let upgraded = plugin.update(INSTANCE, &instance, &newer, false).await.unwrap();
    (plugin, upgraded, database)
}

fn inside(instance: &Thing) -> Json {
    json!({ "name": "app", "instanceId": instance.id })
}

fn look(token: &str, thing: &Thing) -> ReadRequest {
    let (properties, inputs) = (Some(thing.state.clone()), Some(thing.inputs.clone()));
    ReadRequest { id: thing.id.clone(), urn: urn(token), properties, inputs, ..ReadRequest::default() }
}

/// The UUID in an ID of an instance or of one of its parts.
fn uuid(id: &str) -> &str {
    id.split('/').nth(1).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_keeps_the_id_and_the_next_read_returns_the_new_one() {
    let fake = Fake::builder().start().await.unwrap();
    let (mut plugin, instance, _) = upgraded(&fake).await;
    let now = fake.objects("rdb/instance")[0].id.clone();
    assert_ne!(uuid(&instance.id), now);
    assert_eq!(to_json(&instance.state)["__moved"]["to"], json!(now));
    assert_eq!(uuid(&plugin.read(INSTANCE, &instance).await.unwrap().unwrap().id), now);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_the_instance_are_the_same_under_both_ids() {
    let fake = Fake::builder().start().await.unwrap();
    let (mut plugin, instance, database) = upgraded(&fake).await;
    let now = fake.objects("rdb/instance")[0].id.clone();
    let read = plugin.read(DATABASE, &database).await.unwrap().unwrap();
    assert_eq!((uuid(&read.id), &to_json(&read.inputs)["instanceId"]), (&*now, &json!(format!("fr-par/{now}"))));

    // In the next process, the instance is read first.
    let mut next = Plugin::with_fake(&fake, None).await;
    let instance = next.read(INSTANCE, &instance).await.unwrap().unwrap();
    let inputs = next.check(DATABASE, Some(&database.inputs), &inside(&instance)).await;
    assert_eq!(next.diff(DATABASE, &database, &inputs).await, (Vec::new(), Vec::new()));
    next.delete(DATABASE, &database).await.unwrap();
    let left: Vec<_> = fake.objects("rdb/database").iter().map(|left| left.text("name").to_owned()).collect();
    assert_eq!(left, ["rdb"], "the default database belongs to the instance");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_of_a_part_waits_for_the_read_of_the_instance() {
    let fake = Fake::builder().start().await.unwrap();
    let (_, instance, database) = upgraded(&fake).await;
    let mut next = Plugin::with_fake(&fake, None).await;
    let mut beside = next.client.clone();
    let (inside, whole) = tokio::join!(next.read(DATABASE, &database), beside.read(look(INSTANCE, &instance)));
    let (inside, whole) = (inside.unwrap().unwrap(), whole.unwrap().into_inner());
    let now = fake.objects("rdb/instance")[0].id.clone();
    assert_eq!((uuid(&inside.id), uuid(&whole.id)), (&*now, &*now));
    assert!(whole.refresh_before_update, "the state of a part may have the old ID");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_instance_is_not_the_upgraded_one() {
    let fake = Fake::builder().start().await.unwrap();
    let (mut plugin, _, database) = upgraded(&fake).await;
    let other = json!({ "name": "app", "instanceId": "fr-par/44444444-4444-4444-8444-444444444444" });
    let inputs = plugin.check(DATABASE, Some(&database.inputs), &other).await;
    assert_eq!(plugin.diff(DATABASE, &database, &inputs).await.1, ["instanceId"]);
}
