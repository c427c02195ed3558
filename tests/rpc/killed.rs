//! The plugin's process is killed while it creates something; the next one finds it.

use scaleway_fake::{Fake, Fault, FaultKind, Running};
use serde_json::json;

use crate::bag::plain;
use crate::once::{Counts, added};
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
        assert_eq!(added(&before, &fake.counts()), Counts::new(), "{token}");
    }
}

/// Returns once a POST has had its effect.
async fn posted(fake: &Running) {
    while !fake.requests().iter().any(|request| request.method == "POST") {
        tokio::task::yield_now().await;
    }
}
