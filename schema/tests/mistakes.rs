//! Every error of the compiler: `mistakes.yaml` has one case for each, a change of the small project in `project/`.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use schema::findings::Findings;
use schema::generate::generate;
use serde::Deserialize;

/// One case: a replacement in a file of the small project, and the errors of the compiler.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The error.
    #[serde(rename = "case")]
    name: String,
    /// The file, below `resources/`.
    file: String,
    /// A string that is in the file exactly once.
    change: String,
    /// The replacement.
    to: String,
    /// All errors, in any order.
    #[serde(default)]
    errors: Vec<String>,
    /// All warnings.
    #[serde(default)]
    warns: Vec<String>,
}

#[test]
fn each_error_is_reported_with_its_place_and_without_others() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let cases: Vec<Case> = serde_saphyr::from_str(&fs::read_to_string(here.join("mistakes.yaml")).unwrap()).unwrap();
    let project = read_project(&here.join("project/resources"), Path::new(""));
    let mut wrong = Vec::new();
    for case in &cases {
        let (mut errors, mut warns) = compile(&project, case);
        let (mut expected, mut warnings) = (case.errors.clone(), case.warns.clone());
        for list in [&mut errors, &mut warns, &mut expected, &mut warnings] {
            list.sort();
        }
        if (&errors, &warns) != (&expected, &warnings) {
            wrong.push(format!("{}\n  errors:  {errors:#?}\n  warns: {warns:#?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn all_errors_are_reported_at_once() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut project = read_project(&here.join("project/resources"), Path::new(""));
    for (file, change, to) in [
        ("registry/namespace.yaml", "  endpoint:", "  endpoit:"),
        ("registry/namespace.yaml", "create: CreateNamespace", "create: CreateNamespaces"),
        ("databases/acl.yaml", "label: database access rules", "label: Rules"),
    ] {
        let text = project.get_mut(file).unwrap();
        *text = text.replace(change, to);
    }
    let case = Case {
        name: String::new(),
        file: "registry/namespace.yaml".to_owned(),
        change: "doc: The address.".to_owned(),
        to: "doc: \"\"".to_owned(),
        errors: Vec::new(),
        warns: Vec::new(),
    };
    let (errors, _) = compile(&project, &case);
    for part in ["endpoit", "CreateNamespaces", "label", "has no `doc`"] {
        assert!(errors.iter().any(|message| message.contains(part)), "no error contains {part}: {errors:#?}");
    }
}

/// All errors and warnings of the small project with one change.
fn compile(project: &BTreeMap<String, String>, case: &Case) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in project {
        let text = if *file == case.file {
            assert_eq!(text.matches(&case.change).count(), 1, "{}: the string is not there exactly once", case.name);
            text.replace(&case.change, &case.to)
        } else {
            text.clone()
        };
        let path = folder.path().join("resources").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let mut findings = Findings::default();
    let generated = generate(folder.path(), &mut findings).unwrap();
    assert_eq!(generated.is_none(), !findings.mistakes.is_empty(), "{}", case.name);
    let strings = |list: &[schema::findings::Finding]| {
        list.iter().map(|finding| without_long_lists(&finding.to_string())).collect()
    };
    (strings(&findings.mistakes), strings(&findings.warnings))
}

/// Replaces a list of more than eight allowed names by `...`, because each new key or handler would change it.
fn without_long_lists(message: &str) -> String {
    let Some((before, list)) = message.split_once("expected one of ") else { return message.to_owned() };
    let (names, after) = list.find(" (did").map_or((list, ""), |end| list.split_at(end));
    if names.split(", ").count() <= 8 {
        return message.to_owned();
    }
    format!("{before}expected one of ...{after}")
}

/// The files of the small project by their path below `resources/`.
fn read_project(root: &Path, below: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(root.join(below)).unwrap() {
        let name = below.join(entry.unwrap().file_name());
        if root.join(&name).is_dir() {
            files.extend(read_project(root, &name));
        } else {
            files.insert(name.to_str().unwrap().to_owned(), fs::read_to_string(root.join(&name)).unwrap());
        }
    }
    files
}
