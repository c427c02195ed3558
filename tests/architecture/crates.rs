//! Dependencies between crates, and names that only one module may use.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value as Json;
use tests::places;

use crate::source::{Source, assert_none, sources};

/// Each crate, and the crates of the workspace that it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    (PLUGIN, &["catalog", "client", "components", "engine", "pulumi-rpc", "rules", "value"]),
    ("catalog", &["value"]),
    ("client", &["login"]),
    ("components", &["value"]),
    ("engine", &["catalog", "client", "rules", "value"]),
    ("login", &[]),
    ("pulumi-rpc", &[]),
    ("recordings", &[]),
    ("rules", &["catalog", "value"]),
    ("scaleway-api", &[]),
    // `recordings` is used only by its tests.
    ("scaleway-fake", &["recordings", "scaleway-api"]),
    ("schema", &["catalog", "scaleway-api", "value"]),
    ("tests", EVERYTHING),
    ("value", &[]),
];

/// External crates that define a boundary, and the crates that may use them; tests may use each.
const EXTERNAL_CRATES: &[(&str, &[&str])] = &[
    ("prost", &[PLUGIN, "pulumi-rpc"]),
    ("prost-types", &[PLUGIN, "pulumi-rpc"]),
    ("tonic", &[PLUGIN, "pulumi-rpc"]),
    ("reqwest", &["client", "scaleway-fake"]),
    ("tokio-postgres", &["login"]),
    ("axum", &["scaleway-fake"]),
];

const PLUGIN: &str = "pulumi-resource-evalap-scaleway";

const EVERYTHING: &[&str] = &[
    "catalog",
    "client",
    "components",
    "engine",
    "login",
    PLUGIN,
    "pulumi-rpc",
    "recordings",
    "rules",
    "scaleway-api",
    "scaleway-fake",
    "schema",
    "value",
];

struct Package {
    name: String,
    /// Its dependencies; for tests, see `for_tests`.
    uses: BTreeSet<String>,
    /// Additional dependencies of its tests.
    for_tests: BTreeSet<String>,
}

#[test]
fn a_crate_uses_only_allowed_crates() {
    let packages = packages();
    let rows: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in &packages {
        let Some(may) = rows.get(package.name.as_str()) else {
            wrong.push(format!("{} has no row in the table", package.name));
            continue;
        };
        for used in package.uses.iter().filter(|used| rows.contains_key(used.as_str())) {
            if !may.contains(&used.as_str()) {
                wrong.push(format!("{} may not use {used}", package.name));
            }
        }
        // The tests of a crate have the same limits; tests of several crates are in the crate `tests`.
        for used in package.for_tests.iter().filter(|used| rows.contains_key(used.as_str())) {
            if !may.contains(&used.as_str()) && *used != package.name {
                wrong.push(format!("the tests of {} may not use {used}", package.name));
            }
        }
    }
    assert_none("a crate uses another one that it may not use", &wrong);
}

#[test]
fn external_crates_are_used_only_by_their_crates() {
    let mut wrong = Vec::new();
    for package in packages().iter().filter(|package| package.name != "tests") {
        for (external, users) in EXTERNAL_CRATES {
            if package.uses.contains(*external) && !users.contains(&package.name.as_str()) {
                wrong.push(format!("{} uses {external}", package.name));
            }
        }
    }
    assert_none("an external crate is used by another crate", &wrong);
}

#[test]
fn reqwest_is_used_in_one_module_of_the_client_and_of_the_fake() {
    let modules = ["provider/client/src/transport.rs", "fake/src/record/forward.rs"];
    let elsewhere: Vec<String> = ["provider", "fake/src"]
        .iter()
        .flat_map(|folder| sources(folder))
        .filter(|source| !source.is_test() && !modules.contains(&source.path.as_str()))
        .flat_map(|source| source.naming(&["reqwest::"]))
        .collect();
    assert_none("reqwest is used outside of the modules that send requests", &elsewhere);
}

#[test]
fn only_the_configuration_reads_the_environment_and_files() {
    let readers =
        ["std::env", "std::fs", "tokio::fs", "env::", "fs::", "File::open", "File::create", "env!(", "OpenOptions"];
    // Only files that programs upload are read here.
    let uploads = "provider/src/files.rs";
    let of_uploads = ["std::fs", "fs::read", "fs::metadata"];
    // The journal is the only file that is written.
    let journal = "provider/src/journal_file.rs";
    let of_journal = ["std::fs", "fs::", "OpenOptions"];
    // Known at build time.
    let built_in = ["env!(\"CARGO_PKG_", "include_str!(", "include_bytes!(concat!(env!(\"OUT_DIR\")"];
    let arguments = "std::env::args_os()";
    let found: Vec<String> = plugin_sources()
        .iter()
        .filter(|source| !is_configuration(&source.path))
        .flat_map(|source| source.naming(&readers))
        .filter(|place| !built_in.iter().any(|word| place.contains(word)))
        .filter(|place| !(place.starts_with("provider/src/main.rs:") && place.contains(arguments)))
        .filter(|place| !(place.starts_with(journal) && of_journal.iter().any(|word| place.contains(word))))
        .filter(|place| !(place.starts_with(uploads) && of_uploads.iter().any(|word| place.contains(word))))
        .collect();
    assert_none("environment or files are read outside config.rs", &found);
}

#[test]
fn only_main_prints_to_standard_output() {
    let words = ["println!", "print!(", "stdout()"];
    let printed: Vec<String> = ["provider", "fake/src", "schema/src", "api/src", "proto/src"]
        .iter()
        .flat_map(|folder| sources(folder))
        .filter(|source| !source.is_test() && !source.is_build_script() && !source.path.ends_with("/main.rs"))
        .flat_map(|source| source.naming(&words))
        .filter(|place| !place.contains("eprintln!") && !place.contains("eprint!("))
        .collect();
    assert_none("something is printed outside main.rs", &printed);
}

#[test]
fn the_rules_are_pure() {
    let words = [
        "async ",
        ".await",
        "Client",
        "Instant::now",
        "SystemTime",
        "Timestamp::now",
        "tokio",
        "fastrand",
        "std::net::Tcp",
    ];
    let impure: Vec<String> = sources("provider/rules").iter().flat_map(|source| source.naming(&words)).collect();
    assert_none("the rules wait, send requests or read a clock", &impure);
}

#[test]
fn the_fake_does_not_use_the_catalog() {
    let words = [
        "resources/",
        "use catalog",
        "catalog::Catalog",
        "schema/catalog",
        "schema.json",
        "client::Client",
        "use client",
    ];
    let named: Vec<String> = sources("fake").iter().flat_map(|source| source.naming(&words)).collect();
    assert_none("the fake uses the catalog or descriptors", &named);
}

#[test]
fn only_the_grpc_server_uses_the_protocol() {
    let words = ["pulumi_rpc", "prost::", "tonic::"];
    let uses: Vec<String> = [
        "provider/catalog",
        "provider/client",
        "provider/components",
        "provider/engine",
        "provider/login",
        "provider/rules",
        "provider/value",
        "schema",
        "fake",
        "api",
    ]
    .iter()
    .flat_map(|folder| sources(folder))
    .flat_map(|source| source.naming(&words))
    .collect();
    assert_none("the protocol is used outside of the gRPC server", &uses);
}

fn plugin_sources() -> Vec<Source> {
    sources("provider").into_iter().filter(|source| !source.is_test() && !source.is_build_script()).collect()
}

fn is_configuration(path: &str) -> bool {
    path == "provider/src/config.rs" || path.starts_with("provider/src/config/")
}

/// The output of `cargo metadata`.
fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(places::project())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Json = serde_json::from_slice(&output.stdout).unwrap();
    let package = |package: &Json| {
        let mut made = Package { name: text(&package["name"]), uses: BTreeSet::new(), for_tests: BTreeSet::new() };
        for dependency in package["dependencies"].as_array().unwrap() {
            let for_tests = dependency["kind"] == "dev";
            let names = if for_tests { &mut made.for_tests } else { &mut made.uses };
            names.insert(text(&dependency["name"]));
        }
        made
    };
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

fn text(json: &Json) -> String {
    json.as_str().unwrap().to_owned()
}
