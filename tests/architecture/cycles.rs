//! Modules of a crate have no cycles: no module uses another that uses it, directly or through others.
//!
//! A module is a file or directory below `src/`, with everything inside. Inside a directory, the modules beside each other and
//! their parent have no cycles either, except in [`WITHOUT_PARENTS`]: what modules share with a parent that uses them is in a module
//! of its own. Products of the fake do not use each other in a cycle.

use std::collections::{BTreeMap, BTreeSet};

use tests::places;

use crate::source::{Source, assert_none, sources};

/// Directories whose modules have no cycles.
const FOLDERS: &[&str] = &[
    "api/src/",
    "fake/src/",
    "provider/catalog/src/",
    "provider/client/src/",
    "provider/components/src/",
    "provider/engine/src/",
    "provider/rules/src/",
    "provider/src/",
    "provider/value/src/",
    "schema/src/",
];

/// Directories whose modules may use their parent, and it them: the gRPC server and the generator.
const WITHOUT_PARENTS: &[&str] = &["provider/src/", "schema/src/"];

/// Modules that continue the `impl` of a type of their parent.
const PARTS: &[&str] = &["provider/client/src/client/waiting"];

#[test]
fn modules_of_a_crate_have_no_cycles() {
    for folder in FOLDERS {
        let uses = uses(folder);
        // provider/value has few modules.
        assert!(uses.len() > 2 || *folder == "provider/value/src/", "{folder}: only {} modules were found", uses.len());
        let cycles: Vec<String> = uses.keys().filter_map(|module| cycle(&uses, module)).collect();
        assert_none(&format!("modules of {folder} use each other"), &cycles);
    }
}

#[test]
fn modules_of_a_directory_have_no_cycles() {
    let (mut checked, mut cycles) = (0, Vec::new());
    for folder in FOLDERS {
        for (directory, mut modules) in directories(folder) {
            checked += 1;
            let is_part = |module: &str| PARTS.contains(&format!("{folder}{directory}/{module}").as_str());
            modules.retain(|(module, _)| !is_part(module));
            if WITHOUT_PARENTS.contains(folder) {
                modules.retain(|(module, _)| module != PARENT);
            }
            let found = cycles_of_directory(&directory, &modules);
            cycles.extend(found.into_iter().map(|cycle| format!("{folder}{directory}: {cycle}")));
        }
    }
    assert!(checked > 40, "only {checked} directories were found");
    assert!(PARTS.iter().all(|part| places::project().join(part).with_extension("rs").is_file()), "{PARTS:?}");
    assert_none("modules of a directory, or one of them and their parent, use each other", &cycles);
}

/// The products of the fake.
const PRODUCTS: &str = "fake/src/products/";

#[test]
fn products_have_no_cycles() {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources(PRODUCTS).iter().filter(|source| !source.is_test()) {
        let path = source.path.strip_prefix(PRODUCTS).unwrap_or(&source.path);
        let product = path.split('/').next().unwrap_or(path).trim_end_matches(".rs");
        let code = code(source);
        let mut names = modules_in_paths("crate::products::", &code);
        if !path.contains('/') {
            names.extend(modules_in_paths("super::", &code));
        }
        names.remove(product);
        // It lists the products.
        if product != "mod" {
            uses.entry(product.to_owned()).or_default().extend(names);
        }
    }
    assert!(uses.len() > 20, "{PRODUCTS}: only {} products were found", uses.len());
    let cycles: Vec<String> = uses.keys().filter_map(|product| cycle(&uses, product)).collect();
    assert_none("products of the fake use each other", &cycles);
}

/// The name of the parent in the modules of a directory.
const PARENT: &str = "mod";

/// The directories inside a folder, each with the code of its modules and of their parent.
fn directories(folder: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let mut found: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut parents = Vec::new();
    for source in sources(folder).iter().filter(|source| !source.is_test()) {
        let path = source.path.strip_prefix(folder).unwrap_or(&source.path);
        let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
        parents.push((path.to_owned(), code(source)));
        if let Some((directory, module)) = path.rsplit_once('/') {
            found.entry(directory.to_owned()).or_default().push((module.to_owned(), code(source)));
        }
    }
    for (directory, code) in parents {
        if let Some(modules) = found.get_mut(&directory) {
            modules.push((PARENT.to_owned(), code));
        }
    }
    found
}

/// The cycles of modules beside each other, with their parent: a module that names an item of its parent uses it, and the parent
/// uses each module that it names in a path. A declaration (`mod name;`) is not a use.
fn cycles_of_directory(directory: &str, modules: &[(String, String)]) -> Vec<String> {
    let root = format!("crate::{}::", directory.replace('/', "::"));
    let names: BTreeSet<&str> = modules.iter().map(|(name, _)| name.as_str()).filter(|name| *name != PARENT).collect();
    let uses_of = |(name, code): &(String, String)| {
        let used: BTreeSet<String> = if name == PARENT {
            names.iter().filter(|child| names_in_path(code, child, &root)).map(|child| (*child).to_owned()).collect()
        } else {
            let items = modules_in_paths("super::", code).into_iter().chain(modules_in_paths(&root, code));
            let of_parent = |item: String| if names.contains(item.as_str()) { item } else { PARENT.to_owned() };
            items.map(of_parent).filter(|other| other != name).collect()
        };
        (name.clone(), used)
    };
    let uses: BTreeMap<String, BTreeSet<String>> = modules.iter().map(uses_of).collect();
    uses.keys().filter_map(|module| cycle(&uses, module)).collect()
}

/// Whether code contains a path that starts with this module: `child::Item`, `self::child::Item` or `crate::parent::child::Item`.
fn names_in_path(code: &str, child: &str, root: &str) -> bool {
    code.match_indices(&format!("{child}::")).any(|(start, _)| {
        let before = &code[..start];
        let last = before.chars().next_back();
        let is_start = last.is_none_or(|last| !last.is_ascii_alphanumeric() && last != '_' && last != ':');
        is_start || before.ends_with("self::") || before.ends_with(root)
    })
}

/// The path from a module back to itself, if any.
fn cycle(uses: &BTreeMap<String, BTreeSet<String>>, start: &str) -> Option<String> {
    let mut seen = BTreeSet::new();
    let mut paths = vec![vec![start]];
    while let Some(path) = paths.pop() {
        for next in uses.get(*path.last()?).into_iter().flatten() {
            if next == start {
                return Some(format!("{} -> {start}", path.join(" -> ")));
            }
            if seen.insert(next.as_str()) {
                paths.push(path.iter().copied().chain([next.as_str()]).collect());
            }
        }
    }
    None
}

/// The modules that each module names, without tests.
fn uses(folder: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources(folder).iter().filter(|source| !source.is_test()) {
        let path = source.path.strip_prefix(folder).unwrap_or(&source.path);
        let module = path.split('/').next().unwrap_or(path).trim_end_matches(".rs");
        if !["lib", "main"].contains(&module) {
            found.entry(module.to_owned()).or_default().extend(named(&code(source)));
        }
    }
    let modules: BTreeSet<String> = found.keys().cloned().collect();
    for (module, names) in &mut found {
        names.retain(|name| modules.contains(name) && name != module);
    }
    found
}

fn code(source: &Source) -> String {
    source.code().map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

/// The modules in `crate::module` and in `crate::{module, module::Item}`.
fn named(code: &str) -> BTreeSet<String> {
    modules_in_paths("crate::", code)
}

fn modules_in_paths(root: &str, code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for rest in code.split(root).skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            names.insert(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut item = String::new();
        for character in group.chars() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    names.insert(word(&std::mem::take(&mut item)));
                }
                _ if depth == 0 => item.push(character),
                _ => {}
            }
        }
        // A group may end with a comma.
        if !item.trim().is_empty() {
            names.insert(word(&item));
        }
    }
    names
}

fn word(text: &str) -> String {
    text.trim()
        .chars()
        .take_while(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || *character == '_')
        .collect()
}

fn modules(parent: &str, a: &str, b: &str) -> Vec<(String, String)> {
    [(PARENT, parent), ("a", a), ("b", b)].map(|(name, code)| (name.to_owned(), code.to_owned())).to_vec()
}

#[test]
fn a_cycle_of_siblings_is_found_by_both_forms_of_paths() {
    let first = "use super::b::Item;";
    assert!(cycles_of_directory("x", &modules("mod a;", first, "use super::Parent;")).is_empty());
    for second in ["use super::a;", "use crate::x::{a::Item, b};"] {
        assert_eq!(cycles_of_directory("x", &modules("mod a;", first, second)), ["a -> b -> a", "b -> a -> b"]);
    }
}

#[test]
fn a_cycle_of_a_module_and_its_parent_is_found() {
    for child in ["use super::{KIND, b};", "super::settle()", "use crate::x::Parent;"] {
        assert!(cycles_of_directory("x", &modules("mod a;\nmod alpha;\nalpha::call();", child, "")).is_empty());
        for parent in ["use a::Item;", "(self::a::call())", "crate::x::a::call()"] {
            assert_eq!(cycles_of_directory("x", &modules(parent, child, "")), ["a -> mod -> a", "mod -> a -> mod"]);
        }
    }
}

#[test]
fn a_cycle_of_three_modules_is_found() {
    let uses = |pairs: &[(&str, &str)]| {
        let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in pairs {
            uses.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        uses
    };
    let ring = uses(&[("a", "b"), ("b", "c"), ("c", "a")]);
    assert_eq!(cycle(&ring, "a").unwrap(), "a -> b -> c -> a");
    assert!(cycle(&uses(&[("a", "b"), ("b", "c"), ("a", "c")]), "a").is_none());
    let code = "use crate::{read, wire::{self, Wire}};\nlet x = crate::request::call();";
    assert_eq!(named(code), ["read", "request", "wire"].map(str::to_owned).into());
}
