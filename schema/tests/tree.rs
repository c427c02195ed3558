//! The descriptors of the project: they compile, and the committed files are up to date.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use catalog::Catalog;
use schema::findings::Findings;
use schema::generate::generate;

#[test]
fn the_committed_files_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut findings = Findings::default();
    let generated = generate(&root, &mut findings).unwrap();
    let mistakes: Vec<String> = findings.mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(mistakes, Vec::<String>::new());
    let generated = generated.unwrap();
    let catalog = generated.iter().find(|file| file.file.ends_with("catalog.json")).unwrap();
    let catalog = Catalog::parse(catalog.text.clone()).unwrap();
    catalog.check().unwrap();
    assert!(!catalog.resources.is_empty() && !catalog.functions.is_empty());
    let differences: Vec<String> = generated.iter().filter_map(|file| file.difference(&root)).collect();
    assert_eq!(differences, Vec::<String>::new(), "run `cargo run -p schema -- write`");
}

#[test]
fn every_permission_set_of_an_operation_is_a_known_permission_set() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let known = std::fs::read_to_string(root.join("resources/iam/permission_sets.known.yaml")).unwrap();
    let known: Vec<&str> = known.lines().filter_map(|line| line.trim().strip_prefix("- ")).collect();
    let catalog = std::fs::read_to_string(root.join("schema/catalog.json")).unwrap();
    let catalog = Catalog::parse(catalog).unwrap();
    let taken = catalog.resources.values().flat_map(|resource| resource.permissions.values());
    let unknown: Vec<&str> = taken.map(|taken| taken.set.as_str()).filter(|set| !known.contains(set)).collect();
    assert_eq!(unknown, Vec::<&str>::new());
}
