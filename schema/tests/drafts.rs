//! Drafts of new resources: only descriptions and an example are missing.

#![allow(clippy::unwrap_used)]

use std::fs;

use schema::draft::{Request, draft};
use schema::findings::Findings;
use schema::generate::generate;

/// Drafts a resource in an empty project; returns the errors of the compiler before and after descriptions are written.
fn compile(resource: &str, api: &str) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let provider = folder.path().join("resources/provider.yaml");
    fs::create_dir_all(provider.parent().unwrap()).unwrap();
    fs::write(provider, "displayName: Test\ndoc: A test.\nkeywords: []\nsettings: {}\n").unwrap();
    let request = Request { resource: resource.to_owned(), api: Some(api.to_owned()), ..Request::default() };
    let drafts = draft(folder.path(), &request).unwrap();
    for file in &drafts {
        file.write(folder.path()).unwrap();
    }
    let said = || {
        let mut findings = Findings::default();
        generate(folder.path(), &mut findings).unwrap();
        findings.mistakes.iter().map(ToString::to_string).collect()
    };
    let before = said();
    for file in &drafts {
        fs::write(folder.path().join(&file.file), file.text.replace("doc: \"\"", "doc: A description.")).unwrap();
    }
    (before, said())
}

#[test]
fn only_descriptions_and_an_example_are_missing_in_a_draft() {
    for (resource, api) in [
        ("registry/namespace", "registry.v1"),
        ("network/vpc", "vpc.v2"),
        ("network/privateNetwork", "vpc.v2"),
        ("containers/namespace", "container.v1"),
        ("containers/container", "container.v1"),
        ("containers/trigger", "container.v1"),
        ("databases/instance", "rdb.v1"),
        ("secrets/secret", "secret.v1beta1"),
        ("iam/application", "iam.v1alpha1"),
    ] {
        let (before, after) = compile(resource, api);
        let no_example = |mistake: &String| mistake.contains(".example.yaml` is missing");
        assert!(after.len() == 1 && after.iter().all(no_example), "{resource}: {after:#?}");
        assert!(!before.is_empty() && before.iter().all(|mistake| mistake.ends_with("has no `doc`")), "{before:#?}");
    }
}

#[test]
fn a_file_that_exists_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let request = Request { resource: "network/vpc".to_owned(), api: Some("vpc.v2".to_owned()), ..Request::default() };
    let drafts = draft(folder.path(), &request).unwrap();
    assert_eq!(drafts.len(), 3);
    drafts[0].write(folder.path()).unwrap();
    let error = drafts[0].write(folder.path()).unwrap_err();
    assert!(error.to_string().contains("exists already"), "{error}");
}

#[test]
fn missing_arguments_of_a_draft_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let ask = |resource: &str, api: Option<&str>| {
        let request = Request { resource: resource.to_owned(), api: api.map(str::to_owned), ..Request::default() };
        format!("{:#}", draft(folder.path(), &request).unwrap_err())
    };
    assert!(ask("vpc", Some("vpc.v2")).contains("does not have the format module/resource"));
    assert!(ask("network/vpc", None).contains("--api"));
    assert!(ask("network/vpc", Some("vpc.v9")).contains("no API document"));
    assert!(ask("network/cable", Some("vpc.v2")).contains("--create"));
}
