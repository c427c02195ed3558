//! Drafts of new resources: only descriptions and decisions are missing.

#![allow(clippy::unwrap_used)]

use std::fs;

use schema::draft::{Request, UNDECIDED, draft};
use schema::findings::Findings;
use schema::generate::generate;

/// Drafts a resource in an empty project; returns the errors of the compiler before and after descriptions are written and
/// all marks are replaced.
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
    let mistakes = || {
        let mut findings = Findings::default();
        generate(folder.path(), &mut findings).unwrap();
        findings.mistakes.iter().map(ToString::to_string).collect()
    };
    let before = mistakes();
    for file in &drafts {
        let text = file.text.replace("doc: \"\"", "doc: A description.").replace(UNDECIDED, "decided");
        fs::write(folder.path().join(&file.file), text).unwrap();
    }
    (before, mistakes())
}

#[test]
fn only_descriptions_and_decisions_are_missing_in_a_draft() {
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
        assert_eq!(after, [""; 0], "{resource}");
        let is_open = |mistake: &String| mistake.ends_with("has no `doc`") || mistake.contains(UNDECIDED);
        assert!(!before.is_empty() && before.iter().all(is_open), "{before:#?}");
    }
}

#[test]
fn a_file_that_exists_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let request = Request { resource: "network/vpc".to_owned(), api: Some("vpc.v2".to_owned()), ..Request::default() };
    let drafts = draft(folder.path(), &request).unwrap();
    let files: Vec<&str> = drafts.iter().map(|draft| draft.file.as_str()).collect();
    let expected = [
        "resources/network/product.yaml",
        "resources/network/vpc.yaml",
        "resources/network/vpc.cases.yaml",
        "resources/network/vpc.example.yaml",
        "fake/kinds/vpc.v2.yaml",
        "fake/tests/http/plain/vpc.v2.yaml",
        "tests/programs/resources/network/vpc.yaml",
    ];
    assert_eq!(files, expected);
    drafts[0].write(folder.path()).unwrap();
    let error = drafts[0].write(folder.path()).unwrap_err();
    assert!(error.to_string().contains("exists already"), "{error}");
}

#[test]
fn a_draft_adds_entries_to_the_files_that_list_all_resources() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("resources/network/product.yaml", "api: vpc.v2\nlocality: region\ntimeout: 5m\n");
    write("resources/permissions.yaml", "asOf: today\nareas:\n  account.v3: { read: A }\n  vpcgw.v2: { read: B }\n");
    write("tests/rpc/lifecycle.yaml", "- resource: network/vpc:Vpc\n");
    write("fake/kinds/vpc.v2.yaml", "kinds:\n  vpc:\n    noun: VPC\n");
    let request = Request { resource: "network/privateNetwork".to_owned(), ..Request::default() };
    for draft in draft(folder.path(), &request).unwrap() {
        draft.write(folder.path()).unwrap();
    }
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
    let areas = read("resources/permissions.yaml");
    let lines: Vec<&str> = areas.lines().skip(2).map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(lines, ["  account.v3", "  vpc.v2", "  vpcgw.v2"]);
    assert!(read("tests/rpc/lifecycle.yaml").contains("resource: network/privateNetwork:PrivateNetwork"));
    let kinds = read("fake/kinds/vpc.v2.yaml");
    assert!(kinds.contains("noun: VPC") && kinds.contains("  private_network:\n    noun: PrivateNetwork"), "{kinds}");
}

#[test]
fn missing_arguments_of_a_draft_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let draft = |resource: &str, api: Option<&str>| {
        let request = Request { resource: resource.to_owned(), api: api.map(str::to_owned), ..Request::default() };
        format!("{:#}", draft(folder.path(), &request).unwrap_err())
    };
    assert!(draft("vpc", Some("vpc.v2")).contains("does not have the format module/resource"));
    assert!(draft("network/vpc", None).contains("--api"));
    assert!(draft("network/vpc", Some("vpc.v9")).contains("no API document"));
    assert!(draft("network/cable", Some("vpc.v2")).contains("--create"));
}
