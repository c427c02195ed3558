//! Registrations of a component and its parts, with the options of the program.

use std::collections::{BTreeMap, BTreeSet};

use value::{Value, object};

use super::*;

const SELF: &str = "urn:pulumi:dev::p::pulumi:providers:evalap-scaleway::default::id";

fn request() -> rpc::ConstructRequest {
    rpc::ConstructRequest {
        r#type: "evalap-scaleway:evalap/database:Database".into(),
        name: "db".into(),
        parent: "urn:stack".into(),
        protect: Some(true),
        providers: BTreeMap::from([("random".to_owned(), "urn:random::id".to_owned())]),
        dependencies: vec!["urn:before".into()],
        deleted_with: "urn:whole".into(),
        replace_with: vec!["urn:with".into()],
        retain_on_delete: Some(false),
        delete_before_replace: Some(true),
        ignore_changes: vec!["instance.nodeType".into(), "nodeType".into()],
        custom_timeouts: Some(rpc::construct_request::CustomTimeouts { create: "1h".into(), ..Default::default() }),
        resource_hooks: Some(rpc::construct_request::ResourceHooksBinding {
            after_create: vec!["tell".into()],
            ..Default::default()
        }),
        aliases: vec![rpc::Alias::default()],
        stack_trace_handle: "trace".into(),
        ..rpc::ConstructRequest::default()
    }
}

fn child() -> Child {
    let password = Value::from("hidden").into_secret().depending_on(["urn:password".to_owned()]);
    Child {
        token: "databases/instance:Instance".into(),
        name: "db-instance".into(),
        part: "instance".into(),
        parent: "urn:db".into(),
        inputs: object! { "name": "db-dev", "password": password },
        depends_on: BTreeSet::from(["urn:policy".to_owned()]),
        ..Child::default()
    }
}

#[test]
fn the_component_is_registered_with_all_options_of_the_program() {
    let sent = Options::of(request(), SELF.into()).component(object! { "environment": "dev" });
    assert_eq!((sent.r#type.as_str(), sent.name.as_str()), ("evalap-scaleway:evalap/database:Database", "db"));
    assert_eq!(sent.parent, "urn:stack");
    assert!(!sent.custom && !sent.remote);
    assert_eq!(sent.protect, Some(true));
    assert_eq!(sent.providers["random"], "urn:random::id");
    assert_eq!(sent.dependencies, ["urn:before"]);
    assert_eq!(sent.deleted_with, "urn:whole");
    assert_eq!(sent.replace_with, ["urn:with"]);
    assert_eq!(sent.retain_on_delete, Some(false));
    assert_eq!(sent.aliases.len(), 1);
    assert_eq!(sent.hooks.map(|hooks| hooks.after_create), Some(vec!["tell".to_owned()]));
    assert_eq!(sent.parent_stack_trace_handle, "trace");
    assert!(sent.provider.is_empty());
}

#[test]
fn a_part_has_this_provider_and_depends_on_exactly_its_inputs() {
    let sent = Options::of(request(), SELF.into()).child(child());
    assert_eq!(sent.r#type, "evalap-scaleway:databases/instance:Instance");
    assert!(sent.custom && sent.accept_secrets && sent.supports_partial_values && sent.supports_result_reporting);
    assert_eq!(sent.provider, SELF);
    assert_eq!(sent.dependencies, ["urn:password", "urn:policy", "urn:before"]);
    assert_eq!(sent.property_dependencies["password"].urns, ["urn:password"]);
    assert!(sent.property_dependencies["name"].urns.is_empty());
    assert_eq!(sent.protect, None, "the engine passes that on");
    assert_eq!(sent.custom_timeouts.map(|timeouts| timeouts.create), Some("1h".to_owned()));
    assert!(sent.delete_before_replace && sent.delete_before_replace_defined);
    assert_eq!(sent.ignore_changes, ["nodeType"], "only what names the part");
}

#[test]
fn a_provider_of_the_program_takes_precedence() {
    let mut request = request();
    request.providers.insert(PACKAGE.to_owned(), "urn:explicit::id".to_owned());
    let sent = Options::of(request, SELF.into()).child(child());
    assert_eq!(sent.provider, "urn:explicit::id");
}

#[test]
fn a_component_that_is_a_part_is_constructed_by_the_engine() {
    let sent = Options::of(request(), SELF.into()).child(Child { is_component: true, ..child() });
    assert!(sent.remote && !sent.custom);
    assert_eq!(sent.providers["random"], "urn:random::id");
}

#[test]
fn only_the_message_of_the_engine_means_that_the_deployment_ended() {
    let ended = Status::unavailable("resource monitor shut down while waiting on step's done channel");
    assert_eq!(rejected("db".into(), &ended), Error::Ended);
    let transform = Status::unavailable("failed to connect to all addresses");
    let expected = Error::Rejected { name: "db".into(), message: "failed to connect to all addresses".into() };
    assert_eq!(rejected("db".into(), &transform), expected);
}
