//! Snapshots of everything that a small project compiles to, so that each change of the output is in a diff.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use catalog::Catalog;
use schema::findings::Findings;
use schema::generate::generate;
use schema::generated::Generated;
use serde_json::Value as Json;

fn project() -> Vec<Generated> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/project");
    let mut findings = Findings::default();
    let generated = generate(&root, &mut findings).unwrap();
    assert_eq!(findings.mistakes, [], "the small project has errors");
    generated.unwrap()
}

fn file(name: &str) -> Json {
    let generated = project();
    serde_json::from_str(&generated.iter().find(|file| file.file == name).unwrap().text).unwrap()
}

#[test]
fn the_catalog_of_a_small_project() {
    insta::assert_json_snapshot!(file("schema/catalog.json"));
}

#[test]
fn the_schema_of_a_small_project() {
    // The version changes with every release.
    insta::assert_json_snapshot!(file("schema/schema.json"), { ".version" => "[version]" });
}

#[test]
fn the_page_of_a_resource_with_its_example_in_three_languages() {
    let generated = project();
    let page = generated.iter().find(|file| file.file == "docs/reference/databases/acl.md").unwrap();
    insta::assert_snapshot!(page.text);
}

#[test]
fn the_catalog_is_the_same_after_parsing_and_writing() {
    let generated = project();
    let text = &generated.iter().find(|file| file.file == "schema/catalog.json").unwrap().text;
    let catalog = Catalog::parse(text.clone()).unwrap();
    assert_eq!(catalog.resources.len(), 4);
    assert_eq!(schema::generate::catalog_text(&catalog).unwrap(), *text);
}
