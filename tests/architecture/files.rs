//! Properties of every file: module documentation, length, name.

use std::path::Path;

use tests::places;

use crate::source::{Source, assert_none, sources};

const FOLDERS: &[&str] = &["api", "fake", "proto", "provider", "schema", "tests"];

/// The style guide recommends at most 400 lines; this is the limit.
const LONGEST: usize = 450;

/// Names that do not describe the content.
const EMPTY_NAMES: &[&str] = &["base", "common", "helper", "helpers", "manager", "misc", "util", "utils"];

#[test]
fn every_module_has_documentation() {
    let silent: Vec<String> =
        all().iter().filter(|source| !source.text.starts_with("//! ")).map(|source| source.path.clone()).collect();
    assert_none("a module does not start with `//!`", &silent);
}

#[test]
fn no_file_is_longer_than_the_limit() {
    let lines = |source: &Source| source.text.lines().count();
    let long: Vec<String> = all()
        .iter()
        .filter(|source| lines(source) > LONGEST)
        .map(|source| format!("{} has {} lines", source.path, lines(source)))
        .collect();
    assert_none("a file is too long", &long);
}

#[test]
fn file_names_describe_the_content() {
    let empty = |path: &str| {
        Path::new(path).components().any(|part| {
            // The alert manager and the key manager are products of Scaleway.
            let name = part.as_os_str().to_string_lossy().to_lowercase();
            let name = name.replace("alert_manager", "").replace("key_manager", "");
            let stem = name.split('.').next().unwrap_or_default().to_owned();
            stem.split(['_', '-']).any(|word| EMPTY_NAMES.contains(&word))
        })
    };
    let named = ["rs", "py", "ts", "go", "yaml", "sh"].iter().flat_map(|ending| {
        let folders = FOLDERS.iter().chain(&["resources", "scripts", "sdk-gen", "docs", "examples"]);
        folders.flat_map(move |folder| tracked(folder, ending))
    });
    let wrong: Vec<String> = named.filter(|path| empty(path)).collect();
    assert_none("a name does not describe the content", &wrong);
}

/// `make new` marks what a person has to decide.
#[test]
fn no_draft_is_left_undecided() {
    let about = ["schema/", "tests/architecture/files.rs", "CONTRIBUTING.md"];
    let folders = FOLDERS.iter().chain(&["resources", "docs", "examples"]);
    let endings = ["yaml", "py", "json", "md"];
    let mut files: Vec<String> =
        folders.flat_map(|folder| endings.iter().flat_map(move |ending| tracked(folder, ending))).collect();
    files.push("CHANGELOG.md".to_owned());
    let marked = |path: &String| places::text(&places::project().join(path)).contains("DECIDE");
    let is_about = |path: &String| about.iter().any(|about| path.starts_with(about));
    let undecided: Vec<String> = files.into_iter().filter(|path| !is_about(path) && marked(path)).collect();
    assert_none("a file has a mark DECIDE of `make new`", &undecided);
}

fn all() -> Vec<Source> {
    FOLDERS.iter().flat_map(|folder| sources(folder)).collect()
}

fn tracked(folder: &str, ending: &str) -> Vec<String> {
    let project = places::project();
    let folder = project.join(folder);
    if !folder.exists() {
        return Vec::new();
    }
    let found = places::files(&folder, &format!(".{ending}"));
    found.iter().map(|file| file.strip_prefix(&project).unwrap().to_string_lossy().into_owned()).collect()
}
