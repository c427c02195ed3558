//! The reference pages: one for each resource, function and component, with its example in three languages, and an index.
//!
//! Generated from the Pulumi schema, which is what users see, and from the examples. Only the page of what is not offered uses
//! the API documents.

mod code;
mod component;
mod example;
mod gallery;
mod lists;
mod lookup_example;
mod not_offered;
mod page;
mod python;
mod rights;
mod sdk_docs;
mod typescript;
mod yaml;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::descriptor::{self, example::Example};
use crate::findings::{Findings, Place};
use crate::generated::Generated;
use crate::load::Offer;
use crate::pulumi_schema::PACKAGE;
use crate::resolve::{Resolved, ResolvedComponent};
use component::ComponentPage;
use example::Subject;
use page::Page;

/// Directory of the pages in the project.
pub const FOLDER: &str = "docs/reference";

/// The pages of all resources, and the index.
pub(crate) fn reference(
    offer: &Offer,
    schema: &Json,
    resolved: &[Resolved<'_>],
    components: &[ResolvedComponent<'_>],
    findings: &mut Findings,
) -> Vec<Generated> {
    let examples = examples(offer);
    let mut checked = |place: &Place, (kind, token): (&'static str, &str), is_discontinued: bool| {
        let subject = match kind {
            _ if is_discontinued => Subject::Discontinued,
            FUNCTIONS => Subject::Function(token),
            _ => Subject::Resource(token),
        };
        let found = examples.get(&(kind, token)).copied();
        match found {
            Some((place, example)) => example::check(example, place, subject, schema, findings),
            None => findings.mistake(place, "the example `<name>.example.yaml` is missing in this directory"),
        }
        found.map(|(_, example)| example)
    };
    let (lookups, resources): (Vec<_>, Vec<_>) = resolved.iter().partition(|one| one.descriptor.function);
    let mut pages = Vec::new();
    for one in resources {
        let is_discontinued = one.resource.discontinued.is_some();
        let example = checked(one.place, (RESOURCES, &one.resource.token), is_discontinued);
        pages.push(Page::new(one, schema, example));
    }
    let mut functions = Vec::new();
    for one in lookups {
        let example = checked(one.place, (FUNCTIONS, function_token(one.descriptor)), false);
        functions.push(Page::new(one, schema, example));
    }
    let mut composed = Vec::new();
    for one in components {
        let example = checked(one.place, (RESOURCES, &one.component.token), false);
        composed.push(ComponentPage::new(one, (components, resolved), schema, example));
    }
    for (place, token, example) in lookup_examples(resolved) {
        example::check(&example, &place.at("lookup"), Subject::Function(token), schema, findings);
    }
    let mut files: Vec<Generated> =
        pages.iter().map(|page| Generated { file: format!("{FOLDER}/{}", page.file), text: page.text() }).collect();
    let of_functions = functions.iter().map(|page| (page.file.clone(), page.function_text()));
    files.extend(of_functions.map(|(file, text)| Generated { file: format!("{FOLDER}/{file}"), text }));
    let of_components = composed.iter().map(|page| (page.file.clone(), page.text()));
    files.extend(of_components.map(|(file, text)| Generated { file: format!("{FOLDER}/{file}"), text }));
    files.push(Generated { file: format!("{FOLDER}/README.md"), text: index(&pages, &functions, &composed) });
    files.push(Generated { file: gallery::FILE.to_owned(), text: gallery::page(&composed) });
    files.push(Generated { file: format!("{FOLDER}/not-offered.md"), text: not_offered::page(resolved) });
    files
}

/// Kinds of tokens, as in the schema.
const RESOURCES: &str = "resources";
const FUNCTIONS: &str = "functions";

/// All examples, by kind and token.
fn examples(offer: &Offer) -> BTreeMap<(&'static str, &str), (&Place, &Example)> {
    let mut examples = BTreeMap::new();
    for product in offer.products.values() {
        for loaded in &product.resources {
            let Some((place, example)) = &loaded.example else { continue };
            let key = if loaded.resource.function {
                (FUNCTIONS, function_token(&loaded.resource))
            } else {
                (RESOURCES, loaded.resource.token.as_str())
            };
            examples.insert(key, (place, example));
        }
        for loaded in &product.components {
            let Some((place, example)) = &loaded.example else { continue };
            examples.insert((RESOURCES, loaded.component.token.as_str()), (place, example));
        }
    }
    examples
}

/// The examples of the lookups of resources, by place and token. Other functions have an example file.
fn lookup_examples<'a>(resolved: &'a [Resolved<'_>]) -> impl Iterator<Item = (&'a Place, &'a str, Example)> {
    resolved.iter().filter(|one| !one.descriptor.function).filter_map(|one| {
        let lookup = one.lookup.as_ref()?;
        let example = lookup_example::example(&lookup.function, &one.resource);
        Some((one.place, lookup.function.token.as_str(), example))
    })
}

/// The token of a function without a resource.
fn function_token(descriptor: &descriptor::Resource) -> &str {
    let lookup = descriptor.lookup.as_ref().filter(|_| descriptor.function);
    lookup.map_or(&descriptor.token, |lookup| &lookup.token)
}

/// Changes the schema as the generators of SDKs need it: see [`sdk_docs`].
pub(crate) fn describe_for_sdks(offer: &Offer, resolved: &[Resolved<'_>], schema: &mut Json) {
    sdk_docs::link(schema);
    sdk_docs::unmark_outputs_of_components(schema);
    for ((kind, token), (_, example)) in examples(offer) {
        sdk_docs::add_example(schema, kind, token, example);
    }
    for (_, token, example) in lookup_examples(resolved) {
        sdk_docs::add_example(schema, FUNCTIONS, token, &example);
    }
}

fn index(pages: &[Page<'_>], functions: &[Page<'_>], components: &[ComponentPage<'_>]) -> String {
    let mut text = String::from(
        "# Reference\n\n<!-- Generated by `make gen` from the descriptors. Do not edit. -->\n\n\
         Resources, functions and components of the package. [Environment variables](environment.md) and\n\
         [what is not offered](not-offered.md) are listed separately.\n\n\
         Names are those of TypeScript and YAML. Python uses snake case for properties and functions\n\
         (`private_network_id` instead of `privateNetworkId`). The flat name is the deprecated alias, as in\n\
         `pulumiverse_scaleway`.\n\n\
         ## Resources\n\n\
         | Resource | Description | Lookup | Flat name |\n| --- | --- | --- | --- |\n",
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
    text += "\n## Functions\n\n| Function | Returns | Flat name |\n| --- | --- | --- |\n";
    for page in functions {
        let (name, file, about) = (&page.name, &page.file, page.about());
        let _ = writeln!(text, "| [`{name}`]({file}) | {about} | {} |", dash(page.older_name()));
    }
    text += "\n## Components\n\nComponents combine several resources. Each page has a diagram of the resources.\n\n\
             | Component | Description |\n| --- | --- |\n";
    for page in components {
        let _ = writeln!(text, "| [`{}`]({}) | {} |", page.name, page.file, page.about());
    }
    text
}

/// The name of a token in programs: `databases/instance:Instance` is `databases.Instance`. The module `index` is the package
/// itself.
pub(crate) fn display_name(token: &str) -> String {
    let (module, name) = token.rsplit_once(':').unwrap_or(("", token));
    match module.split('/').next().unwrap_or_default() {
        "index" => name.to_owned(),
        module => format!("{module}.{name}"),
    }
}

/// The schema of a resource.
pub(crate) fn resource_of<'a>(schema: &'a Json, token: &str) -> Option<&'a Json> {
    schema["resources"].get(format!("{PACKAGE}:{token}"))
}

/// The schema of a function.
pub(crate) fn function_of<'a>(schema: &'a Json, token: &str) -> Option<&'a Json> {
    schema["functions"].get(format!("{PACKAGE}:{token}"))
}

/// The object type of a reference, with its token.
pub(crate) fn type_of<'a>(schema: &'a Json, spec: &'a Json) -> Option<(&'a str, &'a Json)> {
    let token = spec["$ref"].as_str()?.strip_prefix("#/types/")?;
    Some((token, schema["types"].get(token)?))
}
