//! The reference pages: one for each resource, with its example in three languages, one for each component, with a
//! picture of what it makes, and an index of all.
//!
//! Made of the Pulumi schema, which is what users see, and of the example that stands beside the descriptor. Knows how
//! programs are written; it knows no API document and no wire form.

mod code;
mod component;
pub mod example;
mod lists;
mod page;
mod python;
mod rights;
mod typescript;
mod yaml;

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::findings::Findings;
use crate::generate::Generated;
use crate::load::Offer;
use crate::pulumi_schema::PACKAGE;
use crate::resolve::{Resolved, ResolvedComponent};
use component::ComponentPage;
use page::Page;

/// Where the pages are, inside the project.
pub const FOLDER: &str = "docs/reference";

/// The pages of all resources, and their index.
pub(crate) fn reference(
    offer: &Offer,
    schema: &Json,
    resolved: &[Resolved<'_>],
    components: &[ResolvedComponent<'_>],
    findings: &mut Findings,
) -> Vec<Generated> {
    let examples = offer.products.values().flat_map(|product| &product.resources);
    let mut pages = Vec::new();
    let (asking, resources): (Vec<_>, Vec<_>) = resolved.iter().partition(|one| one.descriptor.function);
    for one in resources {
        let written = examples.clone().find(|loaded| loaded.resource.token == one.resource.token);
        let example = written.and_then(|loaded| loaded.example.as_ref());
        match example {
            Some((place, example)) => example::check(example, place, &one.resource.token, schema, findings),
            // Nothing could be shown: what is withdrawn cannot be made.
            None if one.resource.withdrawn.is_some() => {}
            None => findings
                .mistake(one.place, "there is no example beside this file: write one, `<resource>.example.yaml`"),
        }
        pages.push(Page::new(one, schema, example.map(|(_, example)| example)));
    }
    let functions: Vec<Page<'_>> = asking.into_iter().map(|one| Page::new(one, schema, None)).collect();
    let composed: Vec<ComponentPage<'_>> =
        components.iter().map(|one| ComponentPage::new(one, components, resolved, schema)).collect();
    let mut files: Vec<Generated> =
        pages.iter().map(|page| Generated { file: format!("{FOLDER}/{}", page.file), text: page.text() }).collect();
    let of_functions = functions.iter().map(|page| (page.file.clone(), page.function_text()));
    files.extend(of_functions.map(|(file, text)| Generated { file: format!("{FOLDER}/{file}"), text }));
    let of_components = composed.iter().map(|page| (page.file.clone(), page.text()));
    files.extend(of_components.map(|(file, text)| Generated { file: format!("{FOLDER}/{file}"), text }));
    files.push(Generated { file: format!("{FOLDER}/README.md"), text: index(&pages, &functions, &composed) });
    files
}

fn index(pages: &[Page<'_>], functions: &[Page<'_>], components: &[ComponentPage<'_>]) -> String {
    let mut text = String::from(
        "# Reference\n\n<!-- Written by `make gen` from the descriptors; changes made here are lost. -->\n\n\
         Names as in TypeScript and YAML. In Python, properties and functions are written in snake case\n\
         (`privateNetworkId` is `private_network_id`), modules and classes as here. The older name is the flat one that\n\
         the community's package has for the same resource.\n\n\
         Also: [the environment variables](environment.md) that the plugin reads.\n\n\
         | Resource | What it is | Lookup | Older name |\n| --- | --- | --- | --- |\n",
    );
    let dash = |name: Option<String>| name.map_or_else(|| "-".to_owned(), |name| format!("`{name}`"));
    for page in pages {
        let (name, file, about) = (&page.name, &page.file, page.about());
        let _ = writeln!(
            text,
            "| [`{name}`]({file}) | {about} | {} | {} |",
            dash(page.lookup_name()),
            dash(page.older_name())
        );
    }
    text += "\n| Function | What it tells | Older name |\n| --- | --- | --- |\n";
    for page in functions {
        let (name, file, about) = (&page.name, &page.file, page.about());
        let _ = writeln!(text, "| [`{name}`]({file}) | {about} | {} |", dash(page.older_name()));
    }
    text += "\n## Components\n\nBuilding blocks of several resources, each with a picture of what it makes.\n\n\
             | Component | What it is |\n| --- | --- |\n";
    for page in components {
        let _ = writeln!(text, "| [`{}`]({}) | {} |", page.name, page.file, page.about());
    }
    text
}

/// A token as programs name it: `databases/instance:Instance` is `databases.Instance`.
pub(crate) fn spoken(token: &str) -> String {
    let (module, name) = token.rsplit_once(':').unwrap_or(("", token));
    format!("{}.{name}", module.split('/').next().unwrap_or_default())
}

/// The specification of a resource in the schema.
pub(crate) fn resource_of<'a>(schema: &'a Json, token: &str) -> Option<&'a Json> {
    schema["resources"].get(format!("{PACKAGE}:{token}"))
}

/// The object type that a reference names, with its token.
pub(crate) fn type_of<'a>(schema: &'a Json, spec: &'a Json) -> Option<(&'a str, &'a Json)> {
    let token = spec["$ref"].as_str()?.strip_prefix("#/types/")?;
    Some((token, schema["types"].get(token)?))
}
