//! The plugin's process is killed while it creates something; the next one finds it.

use scaleway_fake::{Fake, Fault, FaultKind, Running};
use serde_json::json;

use crate::bag::plain;
use crate::once::added;
use crate::plugin::{self, Plugin};

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
            _ = first.create(token, &inputs, false) => panic!("{token}: the response never comes"),
            () = posted(&fake) => {}
        }
        drop(first);

        let mut second = Plugin::with_fake_in(&fake, None, &home).await;
        let again = second.check_with(token, None, &program, 2).await;
        assert_eq!(plain(&again)["name"], plain(&inputs)["name"], "{token}");
        let thing = second.create(token, &again, false).await.unwrap_or_else(|status| panic!("{token}: {status}"));
        let more: usize = added(&before, &fake.counts()).values().sum();
        assert_eq!(more, 1, "{token}: {:?} {kind}", fake.counts());
        drop(second);

        // The engine has stored it: the journal is closed, and another create makes another object.
        let mut third = Plugin::with_fake_in(&fake, None, &home).await;
        third.diff(token, &thing, &again).await;
        third.delete(token, &thing).await.unwrap();
        assert!(third.read(token, &thing).await.unwrap().is_none(), "{token}");
        let other = third.create(token, &again, false).await.unwrap();
        assert_ne!(other.id, thing.id, "{token}");
    }
}

/// Two backends can have a project and a stack of the same name: without a journal nothing shows whose object it is.
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
        assert_eq!(plain(&again)["name"], plain(&inputs)["name"], "{token}");
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

/// Returns once a POST has had its effect.
async fn posted(fake: &Running) {
    while !fake.requests().iter().any(|request| request.method == "POST") {
        tokio::task::yield_now().await;
    }
}
