//! Check: types, defaults, passwords, and messages without secrets.

use catalog::Checks;
use serde_json::json;

use super::*;

fn input(kind: Kind) -> Property {
    Property { kind, input: Input::Optional, ..Property::default() }
}

fn failures(property: &Property, value: &Value) -> Vec<String> {
    let mut checker = Checker::default();
    checker.value(property, value, &Path::root("it"));
    checker.failures.into_iter().map(|failure| format!("{} {}", failure.path, failure.reason)).collect()
}

#[test]
fn failures_do_not_repeat_values_inside_a_secret() {
    let email = Property { checks: Checks { format: Some(Format::Email), ..Checks::default() }, ..input(Kind::String) };
    let contact = Kind::Object([("email".to_owned(), email)].into_iter().collect());
    let list = input(Kind::List(Box::new(contact)));
    let contacts = Value::from(json!([{ "email": "hunter2" }]));
    let shown = failures(&list, &contacts);
    assert_eq!(shown, ["it[0].email must be an e-mail address, not \"hunter2\""]);
    let hidden = failures(&list, &contacts.into_secret());
    assert_eq!(hidden, ["it[0].email must be an e-mail address"]);
}

#[test]
fn a_string_is_accepted_as_a_number_only_if_it_parses_as_a_valid_one() {
    assert_eq!(failures(&input(Kind::Integer), &Value::from("5")), [""; 0]);
    assert_eq!(failures(&input(Kind::Integer), &Value::from("1.5")), ["it must be an integer"]);
    for text in ["NaN", "inf", "five"] {
        let reason = format!("it must be a number, not {}", Value::from(text).kind());
        assert_eq!(failures(&input(Kind::Number), &Value::from(text)), [reason]);
    }
}

#[test]
fn a_password_that_breaks_the_rule_is_rejected_unless_it_is_unchanged() {
    let catalog = catalog::Catalog::parse(include_str!("../../../schema/catalog.json")).unwrap();
    let mut found = 0;
    for (token, resource) in &catalog.resources {
        let ruled = |property: &&Property| property.checks.format == Some(Format::DatabasePassword);
        for (name, _) in resource.properties.iter().filter(|(_, property)| ruled(property)) {
            found += 1;
            let given = |text: &str| {
                let version = write_only::version_of(name);
                Object::new().with(name, Value::from(text).into_secret()).with(&version, 1.0)
            };
            let failures = |olds: &Object, news: &Object| {
                let request = CheckRequest { name: "main", olds, news, seed: b"", autonaming: Autonaming::Default };
                let failures = super::check(resource, &request, &Defaults::default()).failures;
                let own = failures.into_iter().filter(|failure| failure.path == Path::root(name.as_str()));
                own.map(|failure| failure.reason).collect::<Vec<_>>()
            };
            let weak = failures(&Object::new(), &given("canary"));
            assert!(weak[0].contains("8 to 128 characters") && !weak[0].contains("canary"), "{token}.{name}: {weak:?}");
            assert_eq!(failures(&Object::new(), &given("Canary-1")), [""; 0], "{token}.{name}");
            assert_eq!(failures(&given("canary"), &given("canary")), [""; 0], "{token}.{name}");
            let unknown = Object::new().with(name, Value::UNKNOWN.into_secret());
            let unknown = unknown.with(&write_only::version_of(name), 1.0);
            assert_eq!(failures(&Object::new(), &unknown), [""; 0], "{token}.{name}");
        }
    }
    assert!(found >= 4, "only {found} passwords");
}

#[test]
fn empty_string_counts_as_absent_where_there_is_a_default() {
    let catalog = catalog::Catalog::parse(include_str!("../../../schema/catalog.json")).unwrap();
    let mut found = 0;
    for (token, resource) in &catalog.resources {
        let has_default = |property: &Property| {
            let default = property.default.as_ref().and_then(serde_json::Value::as_str);
            property.input != Input::No && default.is_some_and(|default| !default.is_empty())
        };
        for (name, _) in resource.properties.iter().filter(|(_, property)| has_default(property)) {
            let checked = |news: &Object| {
                let olds = &Object::new();
                let request = CheckRequest { name: "main", olds, news, seed: b"", autonaming: Autonaming::Default };
                let checked = super::check(resource, &request, &Defaults::default());
                (checked.inputs.get(name).cloned(), checked.inputs.get(DEFAULTS).cloned())
            };
            found += 1;
            let empty = Object::new().with(name.as_str(), "");
            assert_eq!(checked(&empty), checked(&Object::new()), "{token} {name}");
        }
    }
    assert!(found > 4, "only {found} inputs have a default");
}

#[test]
fn automatic_names_have_the_prefix_and_the_suffix_of_other_inputs() {
    let name = Property {
        input: Input::Auto,
        prefix: Some("namePrefix".to_owned()),
        suffix_if: [("fifo".to_owned(), ".fifo".to_owned())].into_iter().collect(),
        checks: Checks { max_length: Some(20), ..Checks::default() },
        ..Property::default()
    };
    let properties = [("name", name), ("namePrefix", input(Kind::String)), ("fifo", input(Kind::Boolean))];
    let properties = properties.into_iter().map(|(name, property)| (name.to_owned(), property)).collect();
    let resource = Resource { properties, ..Resource::default() };
    let check = |olds: &Object, news: &Object, autonaming: Autonaming| {
        let request = CheckRequest { name: "main", olds, news, seed: b"seed", autonaming };
        super::check(&resource, &request, &Defaults::default())
    };
    let named = |olds: &Object, news: &Object| {
        let checked = check(olds, news, Autonaming::Default);
        assert_eq!(checked.failures, []);
        checked.inputs.get("name").cloned().unwrap_or_default()
    };
    let none = Object::new();
    let text = |news: &Object| named(&none, news).as_str().map(str::to_owned).unwrap_or_default();
    let (fifo, prefix) = (none.clone().with("fifo", true), none.clone().with("namePrefix", "app-"));
    let plain = text(&none);
    assert!(plain.starts_with("main-") && plain.len() == 12, "{plain}");
    assert_eq!(text(&fifo), format!("{plain}.fifo"));
    assert_eq!(text(&prefix), plain.replace("main", "app"));
    let long = text(&fifo.clone().with("namePrefix", "x".repeat(30)));
    assert!(long.len() == 20 && long.rsplit_once('.').is_some_and(|(_, end)| end == "fifo"), "{long}");
    // An existing name stays if it fits.
    assert_eq!(named(&none.clone().with("name", "old"), &none), Value::from("old"));
    assert_eq!(named(&none.clone().with("name", "old"), &fifo).as_str(), Some(text(&fifo).as_str()));
    assert_eq!(named(&none.clone().with("name", "old.fifo"), &none).as_str(), Some(plain.as_str()));
    assert_eq!(named(&none.clone().with("name", "old"), &prefix).as_str(), Some(text(&prefix).as_str()));
    assert!(named(&none, &none.clone().with("fifo", Value::UNKNOWN)).is_unknown());
    let both = check(&none, &prefix.with("name", "main"), Autonaming::Default);
    assert_eq!(both.failures.len(), 1);
    assert!(both.failures[0].reason.contains("conflicts with `name`"), "{:?}", both.failures);
    let given = check(&none, &fifo, Autonaming::Propose("proposal".to_owned()));
    assert_eq!(given.inputs.text("name"), Some("proposal.fifo"));
}
