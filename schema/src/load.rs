//! Reads the descriptor files: directories and YAML. Other modules check the content.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

use crate::descriptor::action;
use crate::descriptor::example::Example;
use crate::descriptor::permissions::PermissionsFile;
use crate::descriptor::terraform::{self, TerraformFile};
use crate::descriptor::{Component, KnownWord, Product, Property, Resource};
use crate::draft::UNDECIDED;
use crate::findings::{Findings, Place, did_you_mean};
use crate::provider_file::ProviderFile;

/// All descriptors as written.
#[derive(Debug, Default)]
pub struct Offer {
    /// Settings of the provider, from `resources/provider.yaml`.
    pub provider: ProviderFile,
    /// Permission sets of API operations, from `resources/permissions.yaml`, if the file exists.
    pub permissions: PermissionsFile,
    /// Names in the Terraform provider, from `resources/terraform.yaml`, if the file exists.
    pub terraform: TerraformFile,
    /// Products by the name of their directory, which is the Pulumi module.
    pub products: BTreeMap<String, LoadedProduct>,
    /// Whether every file could be read.
    pub is_complete: bool,
}

/// A product with its resources.
#[derive(Debug)]
pub struct LoadedProduct {
    /// The place of its file.
    pub place: Place,
    /// Settings of all its resources.
    pub product: Product,
    /// Its resources, in the order of their files.
    pub resources: Vec<LoadedResource>,
    /// Its components, in the order of their files.
    pub components: Vec<LoadedComponent>,
}

/// A component and its place.
#[derive(Debug)]
pub struct LoadedComponent {
    /// The place of its file.
    pub place: Place,
    /// The descriptor.
    pub component: Component,
    /// The example in the same directory, and its place.
    pub example: Option<(Place, Example)>,
}

/// A resource and its place.
#[derive(Debug)]
pub struct LoadedResource {
    /// The place of its file.
    pub place: Place,
    /// The descriptor.
    pub resource: Resource,
    /// The example in the same directory, and its place.
    pub example: Option<(Place, Example)>,
}

/// Reads everything below `resources/` of the project at `root`. An invalid file is an error in the findings, and the other
/// files are still read. Only an unreadable directory ends the run.
pub fn load(root: &Path, findings: &mut Findings) -> Result<Offer> {
    let folder = root.join("resources");
    let mut offer = Offer::default();
    if let Some(provider) = read(root, &folder.join("provider.yaml"), findings)? {
        offer.provider = provider;
    }
    let permissions = folder.join("permissions.yaml");
    if permissions.exists() {
        offer.permissions = read(root, &permissions, findings)?.unwrap_or_default();
    }
    let names = root.join(terraform::FILE);
    if names.exists() {
        offer.terraform = read(root, &names, findings)?.unwrap_or_default();
    }
    for path in entries(&folder)?.into_iter().filter(|path| path.is_dir()) {
        if let Some((name, product)) = load_product(root, &path, findings)? {
            offer.products.insert(name, product);
        }
    }
    offer.is_complete = findings.mistakes.is_empty();
    Ok(offer)
}

fn load_product(root: &Path, folder: &Path, findings: &mut Findings) -> Result<Option<(String, LoadedProduct)>> {
    let Some(name) = folder.file_name().and_then(|name| name.to_str()) else {
        return Ok(None);
    };
    let file = folder.join("product.yaml");
    let Some(product) = read(root, &file, findings)? else {
        return Ok(None);
    };
    let (mut resources, mut components) = (Vec::new(), Vec::new());
    for path in entries(folder)?.into_iter().filter(|path| is_resource(path)) {
        if is_component(&path) {
            if let Some(component) = read(root, &path, findings)? {
                let example = example_of(root, &path, findings)?;
                components.push(LoadedComponent { place: Place::file(&relative(root, &path)), component, example });
            }
        } else if let Some(mut resource) = read::<Resource>(root, &path, findings)? {
            take_in_known(root, folder, &mut resource.properties, findings)?;
            if resource.action.is_some() {
                action::complete(&mut resource.properties);
            }
            let example = example_of(root, &path, findings)?;
            resources.push(LoadedResource { place: Place::file(&relative(root, &path)), resource, example });
        }
    }
    let place = Place::file(&relative(root, &file));
    Ok(Some((name.to_owned(), LoadedProduct { place, product, resources, components })))
}

/// The example beside a descriptor.
fn example_of(root: &Path, descriptor: &Path, findings: &mut Findings) -> Result<Option<(Place, Example)>> {
    let beside = descriptor.with_extension("example.yaml");
    let example = if beside.exists() { read(root, &beside, findings)? } else { None };
    Ok(example.map(|example| (Place::file(&relative(root, &beside)), example)))
}

/// Replaces the names of files with known values by their content.
fn take_in_known(
    root: &Path,
    folder: &Path,
    properties: &mut BTreeMap<String, Property>,
    findings: &mut Findings,
) -> Result<()> {
    for property in properties.values_mut() {
        if let Some(KnownWord::File(file)) = &property.check.known {
            let path = folder.join(format!("{file}.known.yaml"));
            property.check.known = read(root, &path, findings)?.map(KnownWord::List);
        }
        take_in_known(root, folder, &mut property.properties, findings)?;
    }
    Ok(())
}

/// `namespace.yaml` is a resource; `namespace.cases.yaml` has its test cases, `namespace.example.yaml` its example, and
/// `words.known.yaml` a list of known values.
fn is_resource(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = name.strip_suffix(".yaml").unwrap_or_default();
    !matches!(stem, "" | "product") && !stem.contains('.')
}

/// Only components have `parts`.
fn is_component(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| text.lines().any(|line| line.starts_with("parts:")))
}

fn read<T: DeserializeOwned>(root: &Path, path: &Path, findings: &mut Findings) -> Result<Option<T>> {
    let file = relative(root, path);
    if !path.exists() {
        findings.mistake(&Place::file(&file), "this file is missing");
        return Ok(None);
    }
    let text = fs::read_to_string(path).with_context(|| format!("reading {file}"))?;
    for (number, _) in text.lines().enumerate().filter(|(_, line)| line.contains(UNDECIDED)) {
        let place = Place::file(&format!("{file}:{}", number + 1));
        findings.mistake(&place, format!("the draft marks something to decide: replace the word {UNDECIDED}"));
    }
    Ok(parse(&file, &text, findings))
}

/// Parses one file. An invalid file becomes an error with file, line and column.
pub(crate) fn parse<T: DeserializeOwned>(file: &str, text: &str, findings: &mut Findings) -> Option<T> {
    let error = match serde_saphyr::from_str(text) {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let error = error.without_snippet();
    let place = match error.location() {
        Some(location) => format!("{file}:{}:{}", location.line(), location.column()),
        None => file.to_owned(),
    };
    // The message ends with the place, which the finding already has.
    let text = error.to_string();
    let end = error.location().map(|location| format!(" at line {}, column {}", location.line(), location.column()));
    let text = end.and_then(|end| text.strip_suffix(&end)).unwrap_or(&text);
    findings.mistake(&Place::file(&place), format!("{text}{}", suggestion(text)));
    None
}

/// The most similar word, for a message such as "unknown variant `x`, expected one of y, z".
fn suggestion(message: &str) -> String {
    let Some((fact, known)) = message.split_once(", expected one of ") else { return String::new() };
    let word = fact.split('`').nth(1).unwrap_or_default();
    did_you_mean(word, known.split(", ").map(|known| known.trim_matches('`')))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
    };
    let mut entries = read().with_context(|| format!("reading {}", folder.display()))?;
    entries.sort();
    Ok(entries)
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}
