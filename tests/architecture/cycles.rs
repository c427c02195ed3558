//! Modules of a crate have no cycles: no module uses another that uses it, directly or through others.
//!
//! A module is a file or directory below `src/`, with everything inside. Inside a directory, the modules beside each other have no
//! cycles either, but they may use their parent. In the fake, the modules of a product must not use their parent, because its
//! `mod.rs` uses them all: shared items are in a module such as `kinds`. Products do not use each other in a cycle.

use std::collections::{BTreeMap, BTreeSet};

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
    let mut checked = 0;
    for folder in FOLDERS {
        let mut directories: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for source in sources(folder).iter().filter(|source| !source.is_test()) {
            let path = source.path.strip_prefix(folder).unwrap_or(&source.path);
            if let Some((directory, file)) = path.rsplit_once('/') {
                let module = file.trim_end_matches(".rs").to_owned();
                directories.entry(directory.to_owned()).or_default().push((module, code(source)));
            }
        }
        for (directory, modules) in directories {
            checked += 1;
            let root = format!("crate::{}::", directory.replace('/', "::"));
            let cycles = cycles_of_siblings(&root, &modules);
            assert_none(&format!("modules of {folder}{directory} use each other"), &cycles);
        }
    }
    assert!(checked > 20, "only {checked} directories were found");
}

/// The cycles of modules beside each other, without their parent.
fn cycles_of_siblings(root: &str, modules: &[(String, String)]) -> Vec<String> {
    let names: BTreeSet<&str> = modules.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "mod").collect();
    let siblings = |(name, code): &(String, String)| {
        let used = modules_in_paths("super::", code).into_iter().chain(modules_in_paths(root, code));
        (name.clone(), used.filter(|other| other != name && names.contains(other.as_str())).collect())
    };
    let uses: BTreeMap<String, BTreeSet<String>> =
        modules.iter().filter(|(name, _)| name != "mod").map(siblings).collect();
    uses.keys().filter_map(|module| cycle(&uses, module)).collect()
}

/// The products of the fake.
const PRODUCTS: &str = "fake/src/products/";

#[test]
fn modules_of_a_product_have_no_cycles() {
    let sources = sources(PRODUCTS);
    let directories: BTreeSet<&str> =
        sources.iter().filter_map(|source| Some(source.path.strip_prefix(PRODUCTS)?.split_once('/')?.0)).collect();
    assert!(directories.len() > 5, "{PRODUCTS}: only {} products with modules were found", directories.len());
    for directory in directories {
        let folder = format!("{PRODUCTS}{directory}/");
        let modules = sources.iter().filter(|source| !source.is_test());
        let modules: Vec<(String, String)> = modules
            .filter_map(|source| {
                if source.path == format!("{PRODUCTS}{directory}.rs") {
                    return Some(("mod".to_owned(), code(source)));
                }
                Some((source.path.strip_prefix(&folder)?.trim_end_matches(".rs").to_owned(), code(source)))
            })
            .collect();
        let uses = uses_of_siblings(&modules);
        let cycles: Vec<String> = uses.keys().filter_map(|module| cycle(&uses, module)).collect();
        assert_none(&format!("modules of {folder} use each other"), &cycles);
    }
}

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

/// The modules that each module names by `super`. An item of the parent counts as a use of `mod`, which uses all modules.
fn uses_of_siblings(modules: &[(String, String)]) -> BTreeMap<String, BTreeSet<String>> {
    let names: BTreeSet<String> = modules.iter().map(|(name, _)| name.clone()).collect();
    let parent = |name: String| if names.contains(&name) { name } else { "mod".to_owned() };
    let of = |(name, code): &(String, String)| {
        let used: BTreeSet<String> = if name == "mod" {
            names.iter().filter(|other| *other != "mod").cloned().collect()
        } else {
            modules_in_paths("super::", code).into_iter().map(parent).filter(|other| other != name).collect()
        };
        (name.clone(), used)
    };
    modules.iter().map(of).collect()
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
        names.insert(word(&item));
    }
    names
}

fn word(text: &str) -> String {
    text.trim()
        .chars()
        .take_while(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || *character == '_')
        .collect()
}

#[test]
fn an_item_of_the_parent_is_a_cycle() {
    let modules = |child: &str| {
        [("mod", "mod child;"), ("kinds", ""), ("child", child)].map(|(a, b)| (a.to_owned(), b.to_owned()))
    };
    assert!(cycle(&uses_of_siblings(&modules("use super::kinds::KIND;")), "child").is_none());
    for child in ["use super::{KIND, kinds};", "super::settle()"] {
        assert_eq!(cycle(&uses_of_siblings(&modules(child)), "child").unwrap(), "child -> mod -> child");
    }
}

#[test]
fn a_cycle_of_siblings_is_found_by_both_forms_of_paths() {
    let modules = |second: &str| {
        [("mod", "mod a;"), ("a", "use super::b::Item;"), ("b", second)]
            .map(|(name, code)| (name.to_owned(), code.to_owned()))
    };
    assert!(cycles_of_siblings("crate::x::", &modules("use super::Parent;")).is_empty());
    for second in ["use super::a;", "use crate::x::{a::Item, other};"] {
        assert_eq!(cycles_of_siblings("crate::x::", &modules(second)), ["a -> b -> a", "b -> a -> b"]);
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
