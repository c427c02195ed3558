//! The process of the plugin is killed during a create or delete; the next process finds out what exists.

use std::collections::BTreeMap;
use std::time::Duration;

use scaleway_fake::{Clock, Fake, Fault, FaultKind, Running};
use serde_json::json;

use crate::listener::Listener;
use crate::once::added;
use crate::plugin::{self, Plugin, Thing};
use tests::property_bag::{partial_state, to_json};

#[tokio::test(flavor = "multi_thread")]
async fn killed_plugin_leaves_one_object_and_the_next_one_repeats_its_name() {
    let fake = Fake::builder().start().await.unwrap();
    for (token, program, kind, path) in [
        ("network/vpc:Vpc", json!({}), "vpc/vpc", "*/vpcs"),
        ("secrets/secret:Secret", json!({ "name": "chosen" }), "secret/secret", "*/secrets"),
        ("network/publicGatewayIp:PublicGatewayIp", json!({}), "vpc_gw/ip", "*/ips"),
    ] {
        let (home, before) = (plugin::home(), fake.counts());
        let mut first = Plugin::with_fake_in(&fake, None, &home).await;
        let inputs = first.check_with(token, None, &program, 1).await;
        fake.clear_requests();
        fake.fault(Fault::at(path, FaultKind::DelayAfter { seconds: 1e9 }).method("POST"));
        tokio::select! {
            _ = first.create(token, &inputs, false) => panic!("{token}: there must be no response"),
            () = posted(&fake) => {}
        }
        drop(first);

        let mut second = Plugin::with_fake_in(&fake, None, &home).await;
        let again = second.check_with(token, None, &program, 2).await;
        assert_eq!(to_json(&again)["name"], to_json(&inputs)["name"], "{token}");
        let thing = second.create(token, &again, false).await.unwrap_or_else(|status| panic!("{token}: {status}"));
        let more: usize = added(&before, &fake.counts()).values().sum();
        assert_eq!(more, 1, "{token}: {:?} {kind}", fake.counts());
        drop(second);

        // The engine has stored it: the journal entry is closed, and another create creates another object.
        let mut third = Plugin::with_fake_in(&fake, None, &home).await;
        third.diff(token, &thing, &again).await;
        third.delete(token, &thing).await.unwrap();
        assert!(third.read(token, &thing).await.unwrap().is_none(), "{token}");
        let other = third.create(token, &again, false).await.unwrap();
        assert_ne!(other.id, thing.id, "{token}");
    }
}

/// `pulumi do --stateless` gives the same URN to every command.
#[tokio::test(flavor = "multi_thread")]
async fn object_of_a_running_plugin_is_not_adopted_until_that_is_killed() {
    let fake = Fake::builder().start().await.unwrap();
    let (token, home, before) = ("network/vpc:Vpc", plugin::home(), fake.counts());
    let count = || added(&before, &fake.counts()).values().sum::<usize>();
    let create = async |plugin: &mut Plugin, seed| {
        let inputs = plugin.check_with(token, None, &json!({}), seed).await;
        plugin.create(token, &inputs, false).await.unwrap().id
    };
    // The first plugin has created its object, and its engine has not ended it.
    let mut first = Plugin::with_fake_in(&fake, None, &home).await;
    let first_id = create(&mut first, 1).await;
    let mut second = Plugin::with_fake_in(&fake, None, &home).await;
    let second_id = create(&mut second, 2).await;
    assert_ne!(first_id, second_id);
    assert_eq!(count(), 2);
    // The second plugin ends as usual; its journal entries do not close those of the first one.
    second.client.cancel(()).await.unwrap();
    drop(second);
    drop(first);
    // The first plugin was killed, and two others start.
    let start = || Plugin::with_fake_in(&fake, None, &home);
    let (mut third, mut fourth) = tokio::join!(start(), start());
    let ids = tokio::join!(create(&mut third, 3), create(&mut fourth, 4));
    let adopted = [&ids.0, &ids.1].iter().filter(|id| **id == &first_id).count();
    assert_eq!((adopted, count()), (1, 3), "one of them adopts the object: {first_id} {ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn create_waits_for_a_plugin_that_ends_and_adopts_its_object() {
    let fake = Fake::builder().start().await.unwrap();
    let (token, home, before) = ("network/vpc:Vpc", plugin::home(), fake.counts());
    let mut first = Plugin::with_fake_in(&fake, None, &home).await;
    let inputs = first.check(token, None, &json!({})).await;
    let made = first.create(token, &inputs, false).await.unwrap();
    let mut second = Plugin::with_fake_in(&fake, None, &home).await;
    second.check(token, None, &json!({})).await;
    let (id, ()) =
        tokio::join!(async { second.create(token, &inputs, false).await.unwrap().id }, async { drop(first) });
    assert_eq!(id, made.id, "the plugin of a killed engine runs for some seconds");
    assert_eq!(added(&before, &fake.counts()).values().sum::<usize>(), 1);
}

/// Two backends can have a project and a stack of the same name: without a journal entry, the owner of the object is unknown.
#[tokio::test(flavor = "multi_thread")]
async fn object_with_an_automatic_name_is_not_adopted_without_a_journal() {
    let fake = Fake::builder().start().await.unwrap();
    for (token, reason) in [
        ("network/vpc:Vpc", "with the automatic name"),
        ("databases/instance:Instance", "with the automatic name"),
        ("object/bucket:Bucket", "already"),
    ] {
        let program = match token {
            "databases/instance:Instance" => json!({ "nodeType": "DB-DEV-S", "engine": "PostgreSQL-15" }),
            _ => json!({}),
        };
        let (home, other_home) = (plugin::home(), plugin::home());
        let mut one = Plugin::with_fake_in(&fake, None, &home).await;
        let neighbour = one.check_with("registry/namespace:Namespace", None, &json!({}), 7).await;
        let neighbour_made = one.create("registry/namespace:Namespace", &neighbour, false).await.unwrap();
        let inputs = one.check_with(token, None, &program, 1).await;
        let made = one.create(token, &inputs, false).await.unwrap();
        drop(one);

        let mut other = Plugin::with_fake_in(&fake, None, &other_home).await;
        other.diff("registry/namespace:Namespace", &neighbour_made, &neighbour).await;
        let again = other.check_with(token, None, &program, 2).await;
        assert_eq!(to_json(&again)["name"], to_json(&inputs)["name"], "{token}");
        let before = fake.counts();
        let error = other.create(token, &again, false).await.expect_err(token);
        let id = made.id.rsplit('/').next().unwrap();
        assert!(error.message().contains(reason), "{token}: {}", error.message());
        assert!(error.message().contains(id) && error.message().contains("import"), "{token}: {}", error.message());
        assert_eq!(fake.counts(), before, "{token}");
        drop(other);

        let mut one = Plugin::with_fake_in(&fake, None, &home).await;
        one.delete("registry/namespace:Namespace", &neighbour_made).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn object_of_a_killed_delete_is_created_again_if_the_program_contains_it() {
    let fake = Fake::builder().start().await.unwrap();
    for (token, program, path) in [
        ("network/vpc:Vpc", json!({}), "*/vpcs/*"),
        ("object/bucket:Bucket", json!({ "name": "killed-bucket" }), "/killed-bucket"),
    ] {
        let (home, before) = (plugin::home(), fake.counts());
        let mut first = Plugin::with_fake_in(&fake, None, &home).await;
        let inputs = first.check_with(token, None, &program, 1).await;
        let thing = first.create(token, &inputs, false).await.unwrap();
        assert_eq!(first.diff(token, &thing, &inputs).await.0, [""; 0], "{token}");
        fake.fault(Fault::at(path, FaultKind::DelayAfter { seconds: 1e9 }).method("DELETE"));
        tokio::select! {
            _ = first.delete(token, &thing) => panic!("{token}: there must be no response"),
            () = has_counts(&fake, &before) => {}
        }
        drop(first);
        fake.clear_faults();

        // The program contains it again: an update reads it, and it is replaced then.
        let mut second = Plugin::with_fake_in(&fake, None, &home).await;
        let (changed, replaced) = second.diff(token, &thing, &inputs).await;
        assert!(!changed.is_empty() && replaced.is_empty(), "{token}: {changed:?} {replaced:?}");
        let error = second.update(token, &thing, &inputs, false).await.map(drop).unwrap_err();
        assert!(error.message().contains("no longer exists"), "{token}: {error}");
        assert!(error.message().contains("Hint: run `pulumi up` again"), "{token}: {error}");
        drop(second);
        let mut third = Plugin::with_fake_in(&fake, None, &home).await;
        assert!(!third.diff(token, &thing, &inputs).await.1.is_empty(), "{token}");
        third.delete(token, &thing).await.unwrap_or_else(|status| panic!("{token}: {status}"));
        let again = third.create(token, &inputs, false).await.unwrap_or_else(|status| panic!("{token}: {status}"));
        assert_eq!(third.diff(token, &again, &inputs).await.0, [""; 0], "{token}");
        third.delete(token, &again).await.unwrap();
        assert_eq!(added(&before, &fake.counts()).values().sum::<usize>(), 0, "{token}");
    }
}

/// An object that was deleted and that a refresh found to be deleted is not deleted when it exists again under the same ID.
#[tokio::test(flavor = "multi_thread")]
async fn replacement_of_a_deleted_object_does_not_delete_one_that_exists_again() {
    let fake = Fake::builder().start().await.unwrap();
    let (token, home) = ("object/bucket:Bucket", plugin::home());
    let mut first = Plugin::with_fake_in(&fake, None, &home).await;
    let inputs = first.check_with(token, None, &json!({ "name": "killed-bucket" }), 1).await;
    let before = fake.counts();
    let thing = first.create(token, &inputs, false).await.unwrap();
    fake.fault(Fault::at("/killed-bucket", FaultKind::DelayAfter { seconds: 1e9 }).method("DELETE"));
    tokio::select! {
        _ = first.delete(token, &thing) => panic!("there must be no response"),
        () = has_counts(&fake, &before) => {}
    }
    drop(first);
    fake.clear_faults();
    let mut second = Plugin::with_fake_in(&fake, None, &home).await;
    assert!(second.read(token, &thing).await.unwrap().is_none());
    assert!(!second.diff(token, &thing, &inputs).await.1.is_empty());
    let mut other = Plugin::with_fake(&fake, None).await;
    other.create(token, &inputs, false).await.unwrap();
    let error = second.delete(token, &thing).await.unwrap_err();
    assert!(error.message().contains("exists again"), "{error}");
    assert_ne!(fake.counts(), before, "the bucket of the other stack exists");
    assert!(second.diff(token, &thing, &inputs).await.1.is_empty(), "an update reads it");
    second.update(token, &thing, &inputs, false).await.unwrap();
    assert_eq!(second.diff(token, &thing, &inputs).await.0, [""; 0]);
}

/// The API rejects a smaller control plane.
#[tokio::test(flavor = "multi_thread")]
async fn interrupted_update_that_cannot_be_reverted_is_an_error_and_then_a_replacement() {
    let fake = Fake::builder().start().await.unwrap();
    let (token, home) = ("kubernetes/cluster:Cluster", plugin::home());
    let program =
        |kind: &str| json!({ "cni": "cilium", "version": "1.35.3", "type": kind, "deleteAdditionalResources": false });
    let mut first = Plugin::with_fake_in(&fake, None, &home).await;
    let small = first.check(token, None, &program("kapsule")).await;
    let cluster = first.create(token, &small, false).await.unwrap();
    let large = first.check(token, Some(&cluster.inputs), &program("kapsule-dedicated-4")).await;
    fake.clear_requests();
    fake.fault(Fault::at("*/set-type", FaultKind::DelayAfter { seconds: 1e9 }));
    tokio::select! {
        _ = first.update(token, &cluster, &large, false) => panic!("there must be no response"),
        () = posted(&fake) => {}
    }
    drop(first);
    fake.clear_faults();

    let mut second = Plugin::with_fake_in(&fake, None, &home).await;
    assert!(second.diff(token, &cluster, &small).await.1.is_empty(), "Diff makes no request");
    let error = second.update(token, &cluster, &small, false).await.unwrap_err();
    assert!(error.message().contains("set `type` to \"kapsule-dedicated-4\" in the program"), "{error}");
    assert!(error.message().contains("run `pulumi up` again: it replaces"), "{error}");
    let outputs = partial_state(&error).unwrap().properties.unwrap();
    second.client.cancel(()).await.unwrap();
    drop(second);

    // Another machine has no journal.
    let stored = Thing { state: outputs, ..cluster };
    let mut third = Plugin::with_fake_in(&fake, None, &plugin::home()).await;
    let (changed, replaced) = third.diff(token, &stored, &small).await;
    assert!(changed.contains(&"type".to_owned()) && replaced == ["type"], "{changed:?} {replaced:?}");
    let (changed, replaced) = third.diff(token, &stored, &large).await;
    assert!(changed.contains(&"type".to_owned()) && replaced.is_empty(), "{changed:?} {replaced:?}");
    let kept = third.update(token, &stored, &large, false).await.unwrap();
    assert_eq!((kept.id.as_str(), &to_json(&kept.state)["type"]), (stored.id.as_str(), &json!("kapsule-dedicated-4")));
    assert_eq!(third.diff(token, &kept, &large).await.0, [""; 0]);
    // A refresh shows the same.
    let read = third.read(token, &stored).await.unwrap().unwrap();
    assert_eq!(third.diff(token, &read, &small).await.1, ["type"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn object_of_an_interrupted_replacement_is_reported_until_it_does_not_exist() {
    let fake = Fake::builder().start().await.unwrap();
    for (token, old, new, method, path, is_answered) in [
        (
            "block/volume:Volume",
            json!({ "iops": 5000, "sizeInGb": 20 }),
            json!({ "iops": 5000, "sizeInGb": 10 }),
            "POST",
            "*/volumes",
            false,
        ),
        (
            "registry/namespace:Namespace",
            json!({ "name": "one" }),
            json!({ "name": "two" }),
            "POST",
            "*/namespaces",
            true,
        ),
        (
            "object/bucket:Bucket",
            json!({ "name": "first-bucket" }),
            json!({ "name": "second-bucket" }),
            "PUT",
            "/second-bucket",
            false,
        ),
    ] {
        let home = plugin::home();
        let mut first = Plugin::with_fake_in(&fake, None, &home).await;
        let program = first.check_with(token, None, &old, 1).await;
        let thing = first.create(token, &program, false).await.unwrap();
        first.client.cancel(()).await.unwrap();
        drop(first);

        let (before, mut killed) = (fake.counts(), Plugin::with_fake_in(&fake, None, &home).await);
        let changed = killed.check_with(token, None, &new, 2).await;
        assert!(!killed.diff(token, &thing, &changed).await.1.is_empty(), "{token}");
        if is_answered {
            // The engine is killed before it stores the new object.
            killed.create(token, &changed, false).await.unwrap();
        } else {
            fake.fault(Fault::at(path, FaultKind::DelayAfter { seconds: 1e9 }).method(method));
            tokio::select! {
                _ = killed.create(token, &changed, false) => panic!("{token}: there must be no response"),
                () = more_than(&fake, &before) => {}
            }
        }
        drop(killed);
        fake.clear_faults();

        // The program is reverted.
        let reverted = async |warned: Option<&str>| {
            let mut listener = Listener::start().await;
            let mut next = Plugin::with_fake_in(&fake, Some(&listener.address), &home).await;
            assert_eq!(next.diff(token, &thing, &program).await.0, [""; 0], "{token}");
            if let Some(text) = warned {
                let warning = listener.wait_for("an interrupted replacement").await;
                assert!(warning.text.contains(text), "{token}: {}", warning.text);
            }
            next.read(token, &thing).await.unwrap().unwrap();
            next.client.cancel(()).await.unwrap();
            let others = listener.received();
            assert!(warned.is_some() || !others.iter().any(|other| other.text.contains("interrupted")), "{others:?}");
        };
        reverted(Some(if is_answered { "has created" } else { "may have created" })).await;
        // The refresh has found it.
        let found = other_of_type(&fake, token, &thing.id).await;
        reverted(Some(&found)).await;
        let mut other = Plugin::with_fake(&fake, None).await;
        other.delete(token, &Thing { id: found, ..thing.clone() }).await.unwrap();
        reverted(Some("an interrupted replacement")).await;
        reverted(None).await;
        assert_eq!(added(&before, &fake.counts()).values().sum::<usize>(), 0, "{token}");
    }
}

/// The ID of the only other object of a type.
async fn other_of_type(fake: &Running, token: &str, id: &str) -> String {
    let mut lister = Plugin::with_fake(fake, None).await;
    let all = lister.list(token, &json!({}), 100).await;
    let others: Vec<String> = all.into_iter().map(|(other, _)| other).filter(|other| other != id).collect();
    let [other] = <[String; 1]>::try_from(others).unwrap_or_else(|others| panic!("{token}: {others:?}"));
    other
}

/// How long the target of an action shows its transient status.
const SETTLE: Duration = Duration::from_secs(30);

/// The time of the fake does not pass between the two processes, so the status of the target shows whether the API accepted the request.
#[tokio::test(flavor = "multi_thread")]
async fn action_of_a_killed_plugin_is_performed_exactly_once() {
    let clock = Clock::manual("2026-11-02T09:00:00Z".parse().unwrap());
    let fake = Fake::builder().clock(clock).start().await.unwrap();
    let database = json!({ "engine": "PostgreSQL-16", "nodeType": "DB-DEV-S" });
    let machine = json!({ "type": "PLAY2-PICO", "image": "ubuntu_noble" });
    let mut maker = Plugin::with_fake(&fake, None).await;
    let metal = json!({ "offer": "EM-I215E-NVME", "installConfigAfterward": true, "zone": "fr-par-2" });
    let job = json!({ "imageUri": "docker.io/alpine:3.22", "cpuLimit": 140, "memoryLimit": 256, "localStorageCapacity": 1024 });
    let source = maker.check("databases/instance:Instance", None, &database).await;
    let source = maker.create("databases/instance:Instance", &source, false).await.unwrap();
    let replica = json!({ "instanceId": source.id, "directAccess": {} });
    for (target, program, token, action) in [
        ("databases/instance:Instance", database, "databases/instanceRestart:InstanceRestart", "instanceId"),
        ("instance/server:Server", machine.clone(), "instance/serverAction:ServerAction", "serverId"),
        ("instance/server:Server", machine, "instance/serverBackup:ServerBackup", "serverId"),
        ("job/definition:Definition", job, "job/run:Run", "jobDefinitionId"),
        (
            "databases/readReplica:ReadReplica",
            replica,
            "databases/readReplicaPromotion:ReadReplicaPromotion",
            "readReplicaId",
        ),
        ("elasticmetal/server:Server", metal, "elasticmetal/serverReboot:ServerReboot", "serverId"),
    ] {
        for is_processed in [false, true] {
            let inputs = maker.check(target, None, &program).await;
            let made = maker.create(target, &inputs, false).await.unwrap_or_else(|status| panic!("{target}: {status}"));
            fake.settle(SETTLE);
            let mut program = json!({ action: made.id });
            if token == "instance/serverAction:ServerAction" {
                program["action"] = json!("reboot");
            }

            let home = plugin::home();
            let mut killed = Plugin::with_fake_in(&fake, None, &home).await;
            let inputs = killed.check(token, None, &program).await;
            fake.clear_requests();
            let kind = if is_processed { FaultKind::DelayAfter { seconds: 1e9 } } else { FaultKind::DropBefore };
            fake.fault(Fault::at("*", kind).method("POST"));
            tokio::select! {
                _ = killed.create(token, &inputs, false) => panic!("{token}: there must be no response"),
                () = posted(&fake) => {}
            }
            drop(killed);
            fake.clear_faults();
            fake.clear_requests();

            let mut next = Plugin::with_fake_in(&fake, None, &home).await;
            let inputs = next.check(token, None, &program).await;
            let (done, ()) = tokio::join!(next.create(token, &inputs, false), async {
                waits(&fake).await;
                fake.clock().advance(SETTLE);
            });
            done.unwrap_or_else(|status| panic!("{token}: {status}"));
            let again = fake.requests().iter().filter(|request| request.method == "POST").count();
            assert_eq!(usize::from(is_processed) + again, 1, "{token}, processed before the kill: {is_processed}");
            fake.settle(Duration::ZERO);
            maker.delete(target, &made).await.unwrap_or_else(|status| panic!("{target}: {status}"));
        }
    }
}

/// Returns when the plugin has sent the action, or reads its target again because the API performs the action.
async fn waits(fake: &Running) {
    let is_waiting = || {
        let requests = fake.requests();
        let reads = requests.iter().filter(|request| request.method == "GET");
        requests.iter().any(|request| request.method == "POST") || reads.count() > 2
    };
    while !is_waiting() {
        tokio::task::yield_now().await;
    }
}

/// Returns when this number of objects exists.
async fn has_counts(fake: &Running, counts: &BTreeMap<String, usize>) {
    while added(counts, &fake.counts()).values().sum::<usize>() > 0 {
        tokio::task::yield_now().await;
    }
}

/// Returns when more objects exist.
async fn more_than(fake: &Running, counts: &BTreeMap<String, usize>) {
    while added(counts, &fake.counts()).values().sum::<usize>() == 0 {
        tokio::task::yield_now().await;
    }
}

/// Returns when a POST has taken effect.
async fn posted(fake: &Running) {
    while !fake.requests().iter().any(|request| request.method == "POST") {
        tokio::task::yield_now().await;
    }
}
