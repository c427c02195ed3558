//! Diffs of test resources: changes, replacements, and equal values.

use serde_json::json;

use super::*;

fn input(kind: Kind) -> Property {
    Property { kind, input: Input::Optional, ..Property::default() }
}

fn resource(properties: Vec<(&str, Property)>) -> Resource {
    let properties = properties.into_iter().map(|(name, mut property)| {
        property.send = Some(catalog::usual_field(name));
        property.read.clone_from(&property.send);
        (name.to_owned(), property)
    });
    Resource { properties: properties.collect(), ..Resource::default() }
}

fn object(json: serde_json::Value) -> Object {
    Value::from(json).as_object().cloned().unwrap_or_default()
}

/// The old inputs are in effect.
fn request<'a>(old: &'a Object, news: &'a Object) -> DiffRequest<'a> {
    DiffRequest { olds: old, old_inputs: old, news, ignore_changes: &[], now: jiff::Timestamp::UNIX_EPOCH }
}

fn paths(resource: &Resource, old: serde_json::Value, news: &Object) -> Vec<String> {
    let found = diff(resource, &request(&object(old), news)).changes;
    found.iter().map(|(path, change)| format!("{path}{}", if change.replace { "!" } else { "" })).collect()
}

#[test]
fn changes_have_nested_paths() {
    let rule = [("ip".to_owned(), input(Kind::String)), ("port".to_owned(), input(Kind::Integer))];
    let rules = input(Kind::List(Box::new(Kind::Object(rule.into_iter().collect()))));
    let resource = resource(vec![("rules", rules), ("labels", input(Kind::Map(Box::new(Kind::String))))]);
    let old = json!({"rules": [{"ip": "a", "port": 1}, {"ip": "b"}], "labels": {"x.y": "1", "z": "2"}});
    let new = object(json!({"rules": [{"ip": "a", "port": 2}], "labels": {"x.y": "3", "z": "2"}}));
    assert_eq!(paths(&resource, old, &new), [r#"labels["x.y"]"#, "rules[0].port", "rules[1]"]);
}

#[test]
fn removal_of_an_input_is_a_change_unless_the_api_fills_it_in() {
    let resource = resource(vec![
        ("filled", Property { computed: true, ..input(Kind::String) }),
        ("plain", input(Kind::String)),
        ("empty", input(Kind::Boolean)),
    ]);
    let old = json!({"filled": "a", "plain": "b", "empty": false});
    assert_eq!(paths(&resource, old, &Object::new()), ["plain"]);
}

/// An import omits nested defaults and empty values, so `{}` stands for the value that a removal sends.
#[test]
fn imported_object_with_only_defaults_is_not_a_removal() {
    let inside = [
        ("surge".to_owned(), Property { send: Some("surge".to_owned()), ..input(Kind::Integer) }),
        (
            "down".to_owned(),
            Property { send: Some("down".to_owned()), default: Some(json!(1)), ..input(Kind::Integer) },
        ),
    ];
    let clear = Some(json!({"surge": 0, "down": 1}));
    let policy = Property { computed: true, clear, ..input(Kind::Object(inside.into_iter().collect())) };
    let resource = resource(vec![("policy", policy)]);
    for same in [json!({}), json!({"down": 1}), json!({"surge": 0, "down": 1})] {
        assert_eq!(paths(&resource, json!({"policy": same}), &Object::new()), [""; 0], "{same}");
    }
    for other in [json!({"surge": 1}), json!({"down": 2})] {
        assert_eq!(paths(&resource, json!({"policy": other}), &Object::new()), ["policy"], "{other}");
    }
}

#[test]
fn a_new_field_that_is_equal_to_the_value_of_the_api_is_not_a_change() {
    let inside = [("id", input(Kind::String)), ("own", Property { computed: true, ..input(Kind::Boolean) })];
    let inside = inside.into_iter().map(|(name, mut property)| {
        property.read = Some(name.to_owned());
        (name.to_owned(), property)
    });
    let resource = resource(vec![("network", input(Kind::Object(inside.collect())))]);
    let (old, live) = (object(json!({"network": {"id": "a"}})), object(json!({"network": {"id": "a", "own": true}})));
    let found = |news: serde_json::Value| {
        let news = object(news);
        let request = DiffRequest { olds: &live, ..request(&old, &news) };
        diff(&resource, &request).changes.keys().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(found(json!({"network": {"id": "a", "own": true}})), [""; 0]);
    assert_eq!(found(json!({"network": {"id": "a", "own": false}})), ["network.own"]);
}

#[test]
fn an_unknown_value_is_a_change_and_a_replacement_if_the_property_replaces() {
    let resource = resource(vec![("fixed", Property { replace: true, ..input(Kind::String) })]);
    let mut news = Object::new();
    news.insert("fixed".to_owned(), Value::UNKNOWN);
    assert_eq!(paths(&resource, json!({"fixed": "a"}), &news), ["fixed!"]);
}

#[test]
fn a_lasting_object_is_updated_in_place_and_replaces_when_added_or_removed() {
    let inner = || Kind::Object([("body".to_owned(), input(Kind::String))].into_iter().collect());
    let resource = resource(vec![
        ("cron", Property { replace_if_added_or_removed: true, ..input(inner()) }),
        ("queue", Property { replace_if_added_or_removed: true, ..input(inner()) }),
    ]);
    let old = json!({"cron": {"body": "a"}});
    assert_eq!(paths(&resource, old.clone(), &object(json!({"cron": {"body": "b"}}))), ["cron.body"]);
    assert_eq!(paths(&resource, old, &object(json!({"queue": {"body": "a"}}))), ["cron!", "queue!"]);
}

#[test]
fn unreadable_inputs_of_an_imported_object_are_not_compared() {
    let made_from = || Property { replace: true, ..input(Kind::String) };
    let mut resource = resource(vec![("data", made_from()), ("dataVersion", made_from()), ("note", made_from())]);
    for name in ["data", "dataVersion"] {
        resource.properties.get_mut(name).unwrap().read = None;
    }
    resource.exactly_one = vec![vec!["data".to_owned(), "dataWo".to_owned()]];
    let new = object(json!({"data": "a", "note": "b"}));
    assert_eq!(paths(&resource, json!({"note": "b"}), &new), [""; 0]);
    assert_eq!(paths(&resource, json!({"note": "b", "data": "c"}), &new), ["data!"]);
    assert_eq!(paths(&resource, json!({"note": "b", "dataVersion": "1"}), &new), ["data!", "dataVersion!"]);
}

#[test]
fn switching_to_an_alias_is_a_change_only_if_the_value_changes() {
    let mut resource = resource(vec![
        ("limitBytes", Property { computed: true, ..input(Kind::Integer) }),
        (
            "limit",
            Property {
                computed: true,
                same: Some("limitBytes".to_owned()),
                convert: Some(catalog::Convert::Megabytes),
                ..input(Kind::Integer)
            },
        ),
    ]);
    if let Some(limit) = resource.properties.get_mut("limit") {
        limit.send = Some("limit_bytes".to_owned());
    }
    let old = json!({"limit": 256});
    assert!(paths(&resource, old.clone(), &object(json!({"limitBytes": 256_000_000}))).is_empty());
    assert_eq!(paths(&resource, old, &object(json!({"limitBytes": 512_000_000}))), ["limitBytes"]);
}

#[test]
fn ignored_paths_are_unchanged() {
    let resource = resource(vec![("tags", input(Kind::List(Box::new(Kind::String))))]);
    let (old, news) = (object(json!({"tags": ["a"]})), object(json!({"tags": ["b"]})));
    let ignore = ["tags[0]".to_owned()];
    let request = DiffRequest { ignore_changes: &ignore, ..request(&old, &news) };
    assert!(diff(&resource, &request).changes.is_empty());
}

#[test]
fn a_removed_default_is_not_a_change() {
    let resource = resource(vec![("acl", input(Kind::String))]);
    for (old, changes) in [(json!({"acl": "private", "__defaults": ["acl"]}), 0), (json!({"acl": "private"}), 1)] {
        let (old, news) = (object(old), object(json!({})));
        assert_eq!(diff(&resource, &request(&old, &news)).changes.len(), changes);
    }
}

#[test]
fn delete_before_replace_is_set_only_if_the_program_chose_the_name() {
    let name = Property { input: Input::Auto, unique: true, ..input(Kind::String) };
    let resource = resource(vec![("name", name), ("fixed", Property { replace: true, ..input(Kind::String) })]);
    let old = object(json!({"name": "a", "fixed": "x"}));
    for (news, expected) in [
        (json!({"name": "a", "fixed": "y"}), true),
        (json!({"name": "a", "fixed": "y", "__defaults": ["name"]}), false),
    ] {
        let news = object(news);
        assert_eq!(diff(&resource, &request(&old, &news)).delete_before_replace, expected);
    }
}

#[test]
fn a_chosen_name_that_is_not_unique_is_kept_by_the_replacement() {
    let name = Property { input: Input::Auto, ..input(Kind::String) };
    let resource = resource(vec![("name", name), ("fixed", Property { replace: true, ..input(Kind::String) })]);
    let (old, news) = (object(json!({"name": "a", "fixed": "x"})), object(json!({"name": "a", "fixed": "y"})));
    assert!(!diff(&resource, &request(&old, &news)).delete_before_replace);
}

#[test]
fn a_growing_list_replaces_only_if_an_element_is_removed() {
    let list = input(Kind::List(Box::new(Kind::String)));
    let list = Property { growing: true, equal: Some(Equal::Unordered), ..list };
    let resource = resource(vec![("ids", list)]);
    for (new, replaces) in [(json!(["b", "a"]), false), (json!(["b"]), true), (json!([]), true)] {
        let found = paths(&resource, json!({"ids": ["a"]}), &object(json!({ "ids": new })));
        assert!(!found.is_empty());
        assert_eq!(found.iter().any(|path| path.ends_with('!')), replaces, "{new}");
    }
}

#[test]
fn a_growing_number_of_an_object_replaces_only_if_it_is_smaller() {
    let size = Property { growing: true, ..input(Kind::Integer) };
    let fields = [("size".to_owned(), size), ("type".to_owned(), input(Kind::String))].into();
    let resource = resource(vec![("volume", input(Kind::Object(fields)))]);
    for (new, expected) in [
        (json!({"size": 20, "type": "b"}), vec!["volume.size", "volume.type"]),
        (json!({"size": 5, "type": "b"}), vec!["volume.size!", "volume.type"]),
    ] {
        let old = json!({"volume": {"size": 10, "type": "a"}});
        assert_eq!(paths(&resource, old, &object(json!({ "volume": new }))), expected, "{new}");
    }
}

#[test]
fn a_growing_number_replaces_only_if_it_is_smaller() {
    let size = Property { growing: true, computed: true, ..input(Kind::Integer) };
    let resource = resource(vec![("size", size)]);
    for (new, expected) in [
        (json!({"size": 20}), vec!["size"]),
        (json!({"size": 5}), vec!["size!"]),
        (json!({"size": 10}), vec![]),
        (json!({}), vec![]),
    ] {
        assert_eq!(paths(&resource, json!({"size": 10}), &object(new.clone())), expected, "{new}");
    }
}

#[test]
fn an_object_in_a_failed_status_is_replaced() {
    let status = Property { input: Input::No, ..input(Kind::String) };
    let mut resource = resource(vec![("name", input(Kind::String)), ("status", status)]);
    let wait = json!({"field": "status", "passing": [], "failed": ["error"], "replace_failed": true, "cap_ms": 1});
    resource.wait = serde_json::from_value(wait).ok();
    let news = object(json!({"name": "a"}));
    assert_eq!(paths(&resource, json!({"name": "a", "status": "error"}), &news), ["status!"]);
    assert_eq!(paths(&resource, json!({"name": "a", "status": "ready"}), &news), [""; 0]);
}

#[test]
fn ignoring_one_element_keeps_changes_of_the_others() {
    let members = Property { equal: Some(Equal::Unordered), ..input(Kind::List(Box::new(Kind::String))) };
    let rule = [("ip".to_owned(), input(Kind::String)), ("on".to_owned(), input(Kind::Boolean))];
    let rules = input(Kind::List(Box::new(Kind::Object(rule.into_iter().collect()))));
    let network = input(Kind::Object([("subnet".to_owned(), input(Kind::String))].into_iter().collect()));
    let resource = resource(vec![("members", members), ("rules", rules), ("network", network)]);
    for (ignored, old, new, expected) in [
        ("members[0]", json!({"members": ["a"]}), json!({"members": ["a", "b"]}), &["members"][..]),
        ("members[0]", json!({"members": ["a"]}), json!({"members": ["c"]}), &[]),
        ("rules[0].on", json!({}), json!({"rules": [{"ip": "a", "on": true}]}), &["rules"]),
        ("rules[0].on", json!({"rules": [{"ip": "a"}]}), json!({"rules": [{"ip": "b", "on": true}]}), &["rules[0].ip"]),
        ("rules[1]", json!({"rules": [{"ip": "a"}]}), json!({"rules": [{"ip": "b"}]}), &["rules[0].ip"]),
        ("network.subnet", json!({}), json!({"network": {"subnet": "x"}}), &["network"]),
    ] {
        let (old, news) = (object(old), object(new));
        let ignore = [ignored.to_owned()];
        let found = diff(&resource, &DiffRequest { ignore_changes: &ignore, ..request(&old, &news) });
        let found: Vec<String> = found.changes.keys().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{ignored} of {news:?}");
    }
}

#[test]
fn pending_properties_are_changes_whatever_the_inputs_are() {
    let resource = resource(vec![("name", input(Kind::String)), ("acl", input(Kind::String))]);
    let old = object(json!({"name": "a", "acl": "public"}));
    let olds = object(json!({"__pending": {"acl": {}, "discontinued": {}}}));
    for (new, kind) in [
        (json!({"name": "a", "acl": "public"}), ChangeKind::Update),
        (json!({"name": "a", "acl": "other"}), ChangeKind::Update),
        (json!({"name": "a"}), ChangeKind::Delete),
    ] {
        let news = object(new);
        let found = diff(&resource, &DiffRequest { olds: &olds, ..request(&old, &news) });
        let expected = BTreeMap::from([(Path::root("acl"), Change { kind, replace: false })]);
        assert_eq!(found.changes, expected, "{news:?}");
    }
}

/// `pulumiverse_scaleway` has another default for `deploy` of functions, and notes it among the inputs.
#[test]
fn another_default_is_not_a_change_if_the_input_is_not_an_api_field() {
    let switch = Property { default: Some(json!(true)), ..input(Kind::Boolean) };
    let mut resource = resource(vec![("deploy", switch)]);
    let deploy = resource.properties.get_mut("deploy").unwrap();
    (deploy.send, deploy.read) = (None, None);
    let theirs = json!({"deploy": false, "__defaults": ["deploy"]});
    let ours = object(json!({"deploy": true, "__defaults": ["deploy"]}));
    assert_eq!(paths(&resource, theirs.clone(), &ours), [""; 0]);
    assert_eq!(paths(&resource, theirs, &object(json!({"deploy": true}))), ["deploy"]);
    assert_eq!(paths(&resource, json!({"deploy": false}), &ours), ["deploy"]);
    assert_eq!(paths(&resource, json!({}), &ours), [""; 0]);
}
