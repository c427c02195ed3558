//! The source of each setting, their precedence, and the reference page of the environment variables.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Write;

use rules::ChangeKind;
use value::{Object, Value};

use super::*;

/// One row of the table: the sources, and the effective values.
struct Case {
    name: &'static str,
    arguments: &'static [(&'static str, &'static str)],
    stack: &'static str,
    environment: &'static [(&'static str, &'static str)],
    file: &'static str,
    /// Setting, value, origin.
    expected: &'static [(&'static str, &'static str, &'static str)],
}

const STACK: &str = "the stack's configuration";
const FILE: &str = "profile `default` of /home/me/.config/scw/config.yaml";

const CASES: &[Case] = &[
    Case {
        name: "no source has settings",
        arguments: &[],
        stack: "",
        environment: &[],
        file: "",
        expected: &[
            ("region", "fr-par", "the built-in default"),
            ("zone", "fr-par-1", "the built-in default"),
            ("apiUrl", "https://api.scaleway.com/", "nothing"),
        ],
    },
    Case {
        name: "arguments take precedence over all other sources",
        arguments: &[("projectId", "argument")],
        stack: r#"{"projectId": "stack"}"#,
        environment: &[("SCW_DEFAULT_PROJECT_ID", "variable")],
        file: "default_project_id: profile",
        expected: &[("projectId", "argument", ARGUMENTS)],
    },
    Case {
        name: "the stack configuration takes precedence over the environment, also for an explicit provider",
        arguments: &[],
        stack: r#"{"projectId": "stack"}"#,
        environment: &[("SCW_DEFAULT_PROJECT_ID", "variable")],
        file: "default_project_id: profile",
        expected: &[("projectId", "stack", STACK)],
    },
    Case {
        name: "the arguments of the default provider are the stack configuration",
        arguments: &[("projectId", "stack")],
        stack: r#"{"projectId": "stack"}"#,
        environment: &[],
        file: "",
        expected: &[("projectId", "stack", STACK)],
    },
    Case {
        name: "the environment takes precedence over the profile",
        arguments: &[],
        stack: "",
        environment: &[("SCW_DEFAULT_PROJECT_ID", "variable")],
        file: "default_project_id: profile",
        expected: &[("projectId", "variable", "SCW_DEFAULT_PROJECT_ID")],
    },
    Case {
        name: "the profile has the lowest precedence",
        arguments: &[],
        stack: "",
        environment: &[],
        file: "default_project_id: profile\naccess_key: SCWPROFILE\nsecret_key: s\napi_url: http://127.0.0.1:1",
        expected: &[
            ("projectId", "profile", FILE),
            ("accessKey", "SCWPROFILE", FILE),
            ("apiUrl", "http://127.0.0.1:1/", FILE),
        ],
    },
    Case {
        name: "the documented variable takes precedence over its alias",
        arguments: &[],
        stack: "",
        environment: &[("SCW_ORGANIZATION_ID", "short"), ("SCW_DEFAULT_ORGANIZATION_ID", "long")],
        file: "",
        expected: &[("organizationId", "long", "SCW_DEFAULT_ORGANIZATION_ID")],
    },
    Case {
        name: "the alias is used alone",
        arguments: &[],
        stack: "",
        environment: &[("SCW_ORGANIZATION_ID", "short"), ("SCW_REGION", "nl-ams")],
        file: "",
        expected: &[("organizationId", "short", "SCW_ORGANIZATION_ID"), ("region", "nl-ams", "SCW_REGION")],
    },
    Case {
        name: "a zone without a region determines the region",
        arguments: &[("zone", "pl-waw-2")],
        stack: "",
        environment: &[],
        file: "default_region: fr-par\ndefault_zone: fr-par-3",
        expected: &[("zone", "pl-waw-2", ARGUMENTS), ("region", "pl-waw", "the zone")],
    },
    Case {
        name: "a region without a zone determines the zone, even if a source of lower precedence sets one",
        arguments: &[],
        stack: "",
        environment: &[("SCW_DEFAULT_REGION", "nl-ams")],
        file: "default_zone: fr-par-2",
        expected: &[("region", "nl-ams", "SCW_DEFAULT_REGION"), ("zone", "nl-ams-1", "the region")],
    },
    Case {
        name: "empty values are not set",
        arguments: &[("region", ""), ("projectId", "")],
        stack: r#"{"projectId": ""}"#,
        environment: &[("SCW_DEFAULT_PROJECT_ID", ""), ("SCW_PROJECT_ID", "short"), ("SCW_DEFAULT_REGION", "")],
        file: "default_region: ''",
        expected: &[("projectId", "short", "SCW_PROJECT_ID"), ("region", "fr-par", "the built-in default")],
    },
    Case {
        name: "numbers are parsed from strings",
        arguments: &[("maxRetries", "0"), ("requestsPerSecond", "7"), ("maxConcurrentRequests", "3")],
        stack: "",
        environment: &[],
        file: "",
        expected: &[
            ("maxRetries", "0", ARGUMENTS),
            ("requestsPerSecond", "7", ARGUMENTS),
            ("maxConcurrentRequests", "3", ARGUMENTS),
        ],
    },
    Case {
        name: "strings stay strings, even if they look like other types",
        arguments: &[("projectId", r#"{"a": 1}"#)],
        stack: "",
        environment: &[],
        file: "",
        expected: &[("projectId", r#"{"a": 1}"#, ARGUMENTS)],
    },
    Case {
        name: "an invalid stack configuration is ignored",
        arguments: &[],
        stack: "[broken",
        environment: &[("SCW_ACCESS_KEY", "SCWX"), ("SCW_SECRET_KEY", "s")],
        file: "",
        expected: &[("accessKey", "SCWX", "SCW_ACCESS_KEY")],
    },
];

fn object(fields: &[(&str, &str)]) -> Object {
    fields.iter().map(|(name, text)| ((*name).to_owned(), Value::from(*text))).collect()
}

/// The environment of a process with the home directory /home/me.
fn environment_of(variables: &[(&'static str, &str)], stack: &str, file: &str) -> Environment {
    let mut variables: BTreeMap<&str, String> =
        variables.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    variables.insert("PULUMI_CONFIG", stack.to_owned());
    variables.insert("HOME", "/home/me".to_owned());
    let file = file.to_owned();
    let read = move |path: &Path| match path.to_str() {
        Some("/home/me/.config/scw/config.yaml") if !file.is_empty() => Ok(file.clone()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    Environment::new(move |name| variables.get(name).cloned(), read)
}

fn value_of(configuration: &Configuration, setting: &str) -> Option<String> {
    let (client, defaults) = (&configuration.client, &configuration.defaults);
    match setting {
        "region" => defaults.region.clone(),
        "zone" => defaults.zone.clone(),
        "projectId" => defaults.project_id.clone(),
        "organizationId" => defaults.organization_id.clone(),
        "apiUrl" => Some(client.api_url.to_string()),
        "accessKey" => client.credentials.as_ref().map(|credentials| credentials.access_key.clone()),
        "maxRetries" => client.max_retries.map(|retries| retries.to_string()),
        "requestsPerSecond" => client.requests_per_second.map(|rate| rate.to_string()),
        "maxConcurrentRequests" => Some(client.max_concurrent_requests.to_string()),
        other => panic!("{other} is not compared"),
    }
}

#[test]
fn each_setting_has_the_source_with_the_highest_precedence() {
    for case in CASES {
        let environment = environment_of(case.environment, case.stack, case.file);
        let configuration = resolve(&object(case.arguments), &environment).unwrap();
        for (setting, value, origin) in case.expected {
            assert_eq!(value_of(&configuration, setting).as_deref(), Some(*value), "{}: {setting}", case.name);
            let came_from = configuration.origins.get(setting).map_or("nothing", String::as_str);
            assert_eq!(came_from, *origin, "{}: {setting}", case.name);
        }
        assert_eq!(configuration.warnings, [""; 0], "{}", case.name);
    }
}

#[test]
fn typed_arguments_of_an_explicit_provider_equal_strings() {
    let mut arguments = object(&[("secretKey", "s")]);
    arguments.insert("maxRetries".into(), Value::from(5.0));
    arguments.insert("region".into(), Value::UNKNOWN);
    arguments.insert("zone".into(), Value::NULL);
    let configuration = resolve(&arguments, &environment_of(&[], "", "")).unwrap();
    assert_eq!(configuration.client.max_retries, Some(5));
    assert_eq!(configuration.defaults, built_in_defaults());
}

#[test]
fn a_missing_secret_key_is_reported_as_setting_and_variable() {
    let none = resolve(&Object::new(), &environment_of(&[("SCW_ACCESS_KEY", "SCWX")], "", "")).unwrap();
    assert!(none.client.credentials.is_none());
    let text = none.missing.unwrap().to_string();
    assert!(text.contains("pulumi config set evalap-scaleway:secretKey --secret"), "{text}");
    assert!(text.contains("SCW_SECRET_KEY"), "{text}");

    let some = resolve(&Object::new(), &environment_of(&[("SCW_SECRET_KEY", "s")], "", "")).unwrap();
    assert!(some.client.credentials.is_some() && some.missing.is_none());
}

#[test]
fn only_the_variable_or_the_profile_disables_certificate_validation() {
    let insecure = |environment: &[(&'static str, &str)], file: &str| {
        resolve(&Object::new(), &environment_of(environment, "", file)).unwrap().client.insecure
    };
    assert!(!insecure(&[], ""));
    assert!(insecure(&[("SCW_INSECURE", "true")], ""));
    assert!(insecure(&[], "insecure: true"));
    assert!(!insecure(&[("SCW_INSECURE", "false")], "insecure: true"));
}

#[track_caller]
fn check_wrong(arguments: &[(&str, &str)], environment: &[(&'static str, &str)], file: &str, expected: &str) {
    let Err(error) = resolve(&object(arguments), &environment_of(environment, "", file)) else {
        panic!("nothing was wrong");
    };
    assert_eq!(error.to_string(), expected);
}

#[test]
fn an_invalid_setting_is_reported_with_its_source_without_its_value() {
    check_wrong(
        &[],
        &[("SCW_API_URL", "canary")],
        "",
        "the setting `apiUrl`, from SCW_API_URL, must be an http or https URL, such as `https://api.scaleway.com`",
    );
    check_wrong(
        &[("maxRetries", "canary")],
        &[],
        "",
        "the setting `maxRetries`, from the provider's arguments, must be an integer of at least 0",
    );
    check_wrong(
        &[("profile", "production")],
        &[],
        "profiles: {staging: {}}",
        "the Scaleway configuration file /home/me/.config/scw/config.yaml has no profile `production`; \
         it has `default`, `staging`",
    );
    check_wrong(
        &[("profile", "production")],
        &[("SCW_CONFIG_PATH", "/elsewhere.yaml")],
        "",
        "the Scaleway configuration file /elsewhere.yaml cannot be read: entity not found",
    );
}

#[test]
fn a_configured_file_that_does_not_exist_equals_no_file() {
    let variables = [("SCW_CONFIG_PATH", "/elsewhere.yaml"), ("SCW_SECRET_KEY", "s")];
    let configuration = resolve(&Object::new(), &environment_of(&variables, "", "")).unwrap();
    assert!(configuration.missing.is_none());
    assert_eq!(configuration.warnings, Vec::<String>::new());
}

#[test]
fn an_invalid_default_file_is_only_a_warning() {
    let configuration =
        resolve(&Object::new(), &environment_of(&[("SCW_SECRET_KEY", "s")], "", "secret_key: [")).unwrap();
    assert!(configuration.missing.is_none());
    assert!(configuration.warnings[0].contains("has invalid YAML"), "{:?}", configuration.warnings);
}

#[test]
fn an_unusual_region_causes_one_warning_and_is_used() {
    let configuration = resolve(&object(&[("region", "Paris")]), &environment_of(&[], "", "")).unwrap();
    assert_eq!(configuration.defaults.region.as_deref(), Some("Paris"));
    assert_eq!(
        configuration.warnings,
        ["the region `Paris`, from the provider's arguments, does not have the form of a region, such as `fr-par`"]
    );
}

#[test]
fn listed_tags_take_precedence_over_tag_settings() {
    let tags = |arguments: &[(&str, &str)]| {
        let tags = resolve(&object(arguments), &environment_of(&[], "", "")).unwrap().defaults.tags;
        tags.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
    };
    assert!(tags(&[]).is_empty());
    assert_eq!(tags(&[("defaultTags", r#"{"team": "a"}"#)]), ["team=a"]);
    let convention = [("environment", "dev"), ("costCentre", "42"), ("defaultTags", r#"{"managed-by": "us"}"#)];
    assert_eq!(tags(&convention), ["cost-centre=42", "environment=dev", "managed-by=us"]);
}

#[test]
fn arguments_are_checked_and_unknown_values_are_valid() {
    let mut arguments = object(&[("apiUrl", "ftp://x"), ("maxConcurrentRequests", "0"), ("region", "anything")]);
    arguments.insert("maxRetries".into(), Value::UNKNOWN);
    arguments.insert("version".into(), "0.1.0".into());
    let failures = wrong(&arguments);
    let named: Vec<String> = failures.iter().map(|failure| failure.path.to_string()).collect();
    assert_eq!(named, ["apiUrl", "maxConcurrentRequests"]);
}

#[test]
fn only_settings_of_this_package_change_and_none_replaces() {
    let olds =
        object(&[("region", "fr-par"), ("maxRetries", "5"), ("version", "0.1.0"), ("theirs", "x"), ("zone", "a")]);
    let mut news = object(&[("region", "nl-ams"), ("version", "0.2.0"), ("projectId", "p")]);
    news.insert("maxRetries".into(), Value::from(5.0));
    news.insert("apiUrl".into(), Value::UNKNOWN);
    let diff = changed(&olds, &news, &environment_of(&[], "", ""));
    let found: Vec<(String, ChangeKind)> =
        diff.changes.iter().map(|(path, change)| (path.to_string(), change.kind)).collect();
    let expected = [
        ("apiUrl", ChangeKind::Add),
        ("projectId", ChangeKind::Add),
        ("region", ChangeKind::Update),
        ("zone", ChangeKind::Delete),
    ];
    assert_eq!(found, expected.map(|(name, kind)| (name.to_owned(), kind)));
    assert!(!diff.replaces());
}

/// The SDK of `pulumiverse_scaleway` writes settings from the environment into the state; ours does not.
#[test]
fn the_same_value_from_another_source_is_not_a_change() {
    let environment = [
        ("SCW_ACCESS_KEY", "SCWXXXXXXXXXXXXXXXXX"),
        ("SCW_SECRET_KEY", "canary"),
        ("SCW_DEFAULT_PROJECT_ID", "p"),
        ("SCW_DEFAULT_REGION", "nl-ams"),
    ];
    let here = environment_of(&environment, "", "");
    let written = object(&[
        ("accessKey", "SCWXXXXXXXXXXXXXXXXX"),
        ("secretKey", "canary"),
        ("projectId", "p"),
        ("region", "nl-ams"),
        ("zone", "nl-ams-1"),
    ]);
    let none = Object::new();
    for (olds, news) in [(&written, &none), (&none, &written)] {
        assert!(changed(olds, news, &here).changes.is_empty());
    }
    let elsewhere = object(&[("projectId", "other"), ("region", "fr-par"), ("secretKey", "an older key")]);
    let found = changed(&elsewhere, &none, &here).changes;
    let names: Vec<String> = found.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["projectId", "region"]);
    let other_key = object(&[("secretKey", "another key")]);
    assert_eq!(changed(&elsewhere, &other_key, &here).changes.len(), 3);
}

#[test]
fn a_misspelled_setting_is_reported_with_a_suggestion() {
    let arguments = object(&[("secret_key", "canary"), ("stage", "dev"), ("version", "1"), ("__internal", "x")]);
    assert_eq!(
        unknown(&arguments),
        [
            "the provider has no setting `secret_key`; did you mean `secretKey`?",
            "the provider has no setting `stage`; it is ignored",
        ]
    );
}

#[test]
fn the_settings_are_those_of_the_schema() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../../schema/schema.json")).unwrap();
    let ours: BTreeMap<&str, &str> = setting::SETTINGS
        .iter()
        .map(|setting| match setting.holds {
            setting::Holds::Count(_) => (setting.name, "integer"),
            setting::Holds::Text | setting::Holds::Url | setting::Holds::Word => (setting.name, "string"),
            setting::Holds::Map => (setting.name, "object"),
        })
        .collect();
    for place in ["/config/variables", "/provider/inputProperties"] {
        let offered = schema.pointer(place).unwrap().as_object().unwrap();
        let offered = offered.iter().map(|(name, property)| (name.as_str(), property["type"].as_str().unwrap()));
        assert_eq!(offered.collect::<BTreeMap<_, _>>(), ours, "{place}");
    }
}

#[test]
fn every_variable_of_a_setting_has_a_setting() {
    for variable in VARIABLES {
        let Some(name) = variable.setting else { continue };
        assert!(setting::SETTINGS.iter().any(|setting| setting.name == name), "{}", variable.name);
    }
}

fn reference_page() -> String {
    let mut page = "# Environment variables\n\n\
        <!-- Generated: UPDATE_REFERENCE=1 cargo test -p pulumi-resource-evalap-scaleway reference_page -->\n\n\
        The plugin reads these variables when Pulumi configures it. The provider's arguments and the stack configuration\n\
        take precedence over them; they take precedence over the profile of the Scaleway configuration file. If several\n\
        variables of one setting are set, the first one in this table is used. An empty variable is ignored.\n\n\
        | Variable | Setting | Meaning |\n| --- | --- | --- |\n"
        .to_owned();
    for variable in VARIABLES {
        let setting = variable.setting.map(|name| format!("`{name}`")).unwrap_or_default();
        writeln!(page, "| `{}` | {setting} | {} |", variable.name, variable.about).unwrap();
    }
    page
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a switch of this test, not of the plugin")]
fn reference_page_equals_the_table() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/environment.md");
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(&place, reference_page()).unwrap();
    }
    let written = std::fs::read_to_string(&place).unwrap();
    assert!(written == reference_page(), "docs/reference/environment.md is outdated; UPDATE_REFERENCE=1 writes it");
}
