//! Handlers of single resources (`special`): few lines, and tests of each.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Source, assert_none, sources};

const DIRECTORIES: [&str; 2] = ["provider/rules/src/special", "provider/engine/src/special"];

/// The modules with the traits of handlers, the tables of handlers, and what handlers share.
const SHARED: [&str; 6] = [
    "provider/rules/src/special.rs",
    "provider/rules/src/special/hooks.rs",
    "provider/engine/src/special.rs",
    "provider/engine/src/special/calls.rs",
    "provider/engine/src/special/hooks.rs",
    "provider/engine/src/special/prelude.rs",
];

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

/// The maximum number of lines of these handlers, with what they need of the shared modules. The target is 2,000.
const LIMIT: usize = 2050;

/// The maximum number of lines of the shared modules.
const LIMIT_OF_SHARED: usize = 305;

/// The maximum number of lines of each later handler.
const LIMIT_OF_EACH: usize = 400;

#[test]
fn handlers_have_few_lines() {
    let shared = sources("provider/rules/src").into_iter().chain(sources("provider/engine/src"));
    let shared: Vec<Source> = shared.filter(|source| SHARED.contains(&source.path.as_str())).collect();
    assert_eq!(shared.len(), SHARED.len(), "a shared module is missing");
    let handlers = handlers();
    let first: String = handlers
        .iter()
        .filter(|(name, _)| FIRST.contains(&name.as_str()))
        .flat_map(|(_, files)| files.iter().map(|source| source.text.as_str()))
        .collect();
    let of_shared: usize = shared.iter().flat_map(lines).filter(|line| !is_of_later_handler(line)).count();
    let mut counted: usize = shared.iter().map(|source| needed(source, &first)).sum();
    let mut wrong = Vec::new();
    for (name, files) in &handlers {
        let count: usize = files.iter().map(|source| lines(source).count()).sum();
        if FIRST.contains(&name.as_str()) {
            counted += count;
        } else if count > LIMIT_OF_EACH {
            wrong.push(format!("the handler {name} has {count} lines, more than {LIMIT_OF_EACH}"));
        }
    }
    if of_shared > LIMIT_OF_SHARED {
        wrong.push(format!("the modules that handlers share have {of_shared} lines, more than {LIMIT_OF_SHARED}"));
    }
    if counted > LIMIT {
        wrong.push(format!("the handlers of the first resources have {counted} lines, more than {LIMIT}"));
    }
    assert!(counted > LIMIT / 2, "only {counted} lines were found");
    let rule = format!(
        "handlers are few; what two of them need is a key of the descriptor language ({counted} lines, {of_shared} shared)"
    );
    assert_none(&rule, &wrong);
}

/// The lines of a shared module that the first handlers need: without functions and hooks that only later ones use.
fn needed(source: &Source, first: &str) -> usize {
    let all: Vec<&str> = lines(source).filter(|line| !is_of_later_handler(line)).collect();
    let is_used = |part: &&[&str]| match part.iter().find_map(|line| line.split_once("fn ")) {
        Some((_, rest)) if source.path.contains("/special/") => {
            first.contains(&format!("{}(", rest.split('(').next().unwrap_or_default()))
        }
        _ => true,
    };
    all.split_inclusive(|line| line.is_empty()).filter(is_used).map(<[&str]>::len).sum()
}

/// A line of a table that names a later handler is part of that handler.
fn is_of_later_handler(line: &str) -> bool {
    let is_first = |word: &str| FIRST.iter().any(|name| *name == word || variant(name) == word);
    let named = line.split_once("Handler::").or_else(|| line.split_once("mod ")).map(|(_, rest)| rest);
    named.is_some_and(|rest| !rest.split(|one: char| !is_of_name(one)).any(is_first))
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
    let is_handler = |source: &Source| !source.is_test() && !SHARED.contains(&source.path.as_str());
    for source in DIRECTORIES.iter().flat_map(|folder| sources(folder)).filter(is_handler) {
        found.entry(stem(&source)).or_default().push(source);
    }
    found
}

fn stem(source: &Source) -> String {
    source.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned()
}

/// All lines up to the tests, with comments.
fn lines(source: &Source) -> impl Iterator<Item = &str> {
    source.lines().map(|(_, line)| line)
}

/// The variant of a handler: `RedisCluster` for `redis_cluster`.
fn variant(name: &str) -> String {
    name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

fn is_of_name(one: char) -> bool {
    one.is_ascii_alphanumeric() || one == '_'
}
