//! Many waits at the same time share polls.

use std::time::Duration;

use scaleway_fake::Fake;
use serde_json::json;

use crate::plugin::{Plugin, SECRET_KEY};
use crate::refresh::{INSTANCE, created};

#[tokio::test(flavor = "multi_thread")]
async fn creates_of_50_database_instances_are_polled_by_lists() {
    let fake = Fake::builder().keys([SECRET_KEY]).settle(Duration::from_secs(3)).start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let instance = |number: i32| {
        json!({ "engine": "PostgreSQL-16", "nodeType": "db-dev-s", "name": format!("database-{number}"), "userName": "admin",
            "password": "Secret-12345!" })
    };
    let things = created(&mut plugin, INSTANCE, (0..50).map(instance)).await;
    assert_eq!(things.len(), 50);
    let count = |operation: &str| {
        fake.requests().iter().filter(|request| request.operation.as_deref() == Some(operation)).count()
    };
    let (lists, reads) = (count("ListInstances"), count("GetInstance"));
    // One list for the polls of all instances at a time, and one read that shows that an instance is ready: without lists 300 reads.
    // The first waits may poll before there are enough of them. On a busy machine the creates are further apart, and there are
    // more lists: 9 to 33 were seen.
    assert!(lists > 0 && lists <= 50 && reads <= 60, "{lists} lists, {reads} reads");
}
