//! Handlers of single resources (`special`): few lines, and tests of each.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Source, assert_none, sources};

const DIRECTORIES: [&str; 2] = ["provider/rules/src/special", "provider/engine/src/special"];

/// The modules with the traits of handlers and what handlers share.
const SHARED: [&str; 2] = ["provider/rules/src/special.rs", "provider/engine/src/special.rs"];

/// The handlers of the first 66 resources. Handlers that were added later have a limit of their own.
const FIRST: &[&str] = &[
    "databases_instance",
    "databases_read_replica",
    "databases_upgrade",
    "domain_record",
    "domain_zone",
    "functions_function",
    "ipam_ip",
    "network_acl",
    "network_private_network",
    "object_bucket",
    "object_bucket_acl",
    "object_item",
    "observability_alert_manager",
];

/// The maximum number of lines of these handlers, with what they share.
const LIMIT: usize = 2000;

/// The lines of the shared modules that these handlers need. The other lines are hooks of later handlers.
const NEEDED: usize = 236;

/// The maximum number of lines of the shared modules.
const LIMIT_OF_SHARED: usize = 274;

/// The maximum number of lines of each later handler.
const LIMIT_OF_EACH: usize = 400;

#[test]
fn handlers_have_few_lines() {
    let shared = sources("provider/rules/src").into_iter().chain(sources("provider/engine/src"));
    let shared = shared.filter(|source| SHARED.contains(&source.path.as_str()));
    let handlers = handlers();
    let first: BTreeSet<String> = FIRST.iter().flat_map(|name| [(*name).to_owned(), variant(name)]).collect();
    // A line that names a later handler is part of that handler.
    let is_shared = |line: &&str| {
        let named = line.split_once("Handler::").or_else(|| line.split_once("mod ")).map(|(_, rest)| rest);
        named.is_none_or(|rest| rest.split(|one: char| !is_of_name(one)).any(|word| first.contains(word)))
    };
    let shared: usize = shared.map(|source| lines(&source).filter(is_shared).count()).sum();
    let mut counted = NEEDED;
    let mut wrong = Vec::new();
    for (name, files) in &handlers {
        let count: usize = files.iter().map(|source| lines(source).count()).sum();
        if FIRST.contains(&name.as_str()) {
            counted += count;
        } else if count > LIMIT_OF_EACH {
            wrong.push(format!("the handler {name} has {count} lines, more than {LIMIT_OF_EACH}"));
        }
    }
    if shared > LIMIT_OF_SHARED {
        wrong.push(format!("the modules that handlers share have {shared} lines, more than {LIMIT_OF_SHARED}"));
    }
    if counted > LIMIT {
        wrong.push(format!("the handlers of the first resources have {counted} lines, more than {LIMIT}"));
    }
    assert!(counted > LIMIT / 2 && shared > NEEDED, "only {counted} lines were found");
    assert_none("handlers are few; what two of them need is a key of the descriptor language", &wrong);
}

#[test]
fn each_handler_has_tests() {
    let tests: BTreeSet<String> = DIRECTORIES
        .iter()
        .flat_map(|folder| sources(folder))
        .filter(|source| source.is_test() && source.text.contains("#[test]"))
        .map(|source| stem(&source).trim_end_matches("_tests").to_owned())
        .collect();
    let missing: Vec<String> = handlers().into_keys().filter(|name| !tests.contains(name)).collect();
    assert_none("handlers without a file of tests beside them", &missing);
}

/// The files of each handler, without tests.
fn handlers() -> BTreeMap<String, Vec<Source>> {
    let mut found: BTreeMap<String, Vec<Source>> = BTreeMap::new();
    for source in DIRECTORIES.iter().flat_map(|folder| sources(folder)).filter(|source| !source.is_test()) {
        found.entry(stem(&source)).or_default().push(source);
    }
    found
}

fn stem(source: &Source) -> String {
    source.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned()
}

/// All lines up to the tests, with comments.
fn lines(source: &Source) -> impl Iterator<Item = &str> {
    source.text.lines().take_while(|line| line.trim() != "#[cfg(test)]")
}

/// The variant of a handler: `RedisCluster` for `redis_cluster`.
fn variant(name: &str) -> String {
    name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

fn is_of_name(one: char) -> bool {
    one.is_ascii_alphanumeric() || one == '_'
}
