//! Calls that change a routing policy.

use super::*;

#[test]
fn another_policy_replaces_the_current_one_with_one_call() {
    let called = |live: Option<&str>, wanted: Option<&str>| next(live.map(str::to_owned), wanted.map(str::to_owned));
    let one = |operation, policy: &str| Some((operation, policy.to_owned()));
    assert_eq!(called(None, Some("a")), one("AttachRoutingPolicy", "a"));
    assert_eq!(called(Some("a"), Some("b")), one("SetRoutingPolicy", "b"));
    assert_eq!(called(Some("a"), None), one("DetachRoutingPolicy", "a"));
    assert_eq!([called(Some("a"), Some("a")), called(None, None)], [None, None]);
}
