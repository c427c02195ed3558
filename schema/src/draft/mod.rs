//! Drafts the two files of a new resource from its API document, for a developer to complete.
//!
//! A draft contains every field of the document, and marks guesses. Descriptions are empty, and `check` rejects the files
//! until they are written.

mod cases;
mod properties;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use scaleway_api::{Document, Operation, Segment};

use crate::descriptor::Product;
use crate::names::{pascal_case, snake_case};

/// What to draft.
#[derive(Debug, Default)]
pub struct Request {
    /// The module and the resource (`registry/namespace`).
    pub resource: String,
    /// The API document. Default: that of the product, which must then exist.
    pub api: Option<String>,
    /// The operations. Default: those with the name of the resource.
    pub create: Option<String>,
    /// See `create`.
    pub read: Option<String>,
    /// See `create`; optional.
    pub update: Option<String>,
    /// See `create`; optional.
    pub delete: Option<String>,
}

/// A drafted file.
#[derive(Debug)]
pub struct Draft {
    /// Its path inside the project.
    pub file: String,
    /// Its content.
    pub text: String,
}

/// The operations of the resource.
struct Plan<'a> {
    module: String,
    /// The resource in camelCase.
    name: String,
    document: &'a Document,
    create: &'a Operation,
    read: &'a Operation,
    update: Option<&'a Operation>,
    delete: Option<&'a Operation>,
    list: Option<&'a Operation>,
}

/// Drafts the files of a resource: its descriptor, its cases, and the product's file if it does not exist.
pub fn draft(root: &Path, request: &Request) -> Result<Vec<Draft>> {
    let Some((module, name)) = request.resource.split_once('/') else {
        bail!("\"{}\" does not have the format module/resource", request.resource);
    };
    let product = format!("resources/{module}/product.yaml");
    let has_product = root.join(&product).exists();
    let api = match &request.api {
        Some(api) => api.clone(),
        None => product_api(root, &product).context("set --api, such as `--api registry.v1`")?,
    };
    let document = scaleway_api::document(&api).with_context(|| format!("there is no API document \"{api}\""))?;
    let plan = Plan::new(module, name, document, request)?;
    let stem = format!("resources/{module}/{}", snake_case(name));
    let mut drafts = vec![
        Draft { file: format!("{stem}.yaml"), text: plan.descriptor() },
        Draft { file: format!("{stem}.cases.yaml"), text: plan.cases() },
    ];
    if !has_product {
        drafts.insert(0, Draft { file: product, text: plan.product() });
    }
    Ok(drafts)
}

impl Draft {
    /// Writes the file. An existing file is not overwritten, and is an error.
    pub fn write(&self, root: &Path) -> Result<()> {
        let path = root.join(&self.file);
        if path.exists() {
            bail!("{} exists already", self.file);
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("creating the directory of {}", self.file))?;
        }
        fs::write(&path, &self.text).with_context(|| format!("writing {}", self.file))
    }
}

fn product_api(root: &Path, file: &str) -> Result<String> {
    let text = fs::read_to_string(root.join(file)).with_context(|| format!("reading {file}"))?;
    let product: Product = serde_saphyr::from_str(&text).with_context(|| format!("reading {file}"))?;
    Ok(product.api)
}

impl<'a> Plan<'a> {
    fn new(module: &str, name: &str, document: &'a Document, request: &Request) -> Result<Self> {
        let thing = pascal_case(name);
        let named = |word: &Option<String>, verb: &str| {
            let Some(id) = word else {
                return Ok(called(document, &format!("{verb}{thing}")));
            };
            let found = document.operation(id);
            found.map(Some).with_context(|| format!("there is no operation \"{id}\" in {}", document.name))
        };
        let needed = |word: &Option<String>, verb: &str, option: &str| {
            named(word, verb)?.with_context(|| format!("{} has no {verb}{thing}: set --{option}", document.name))
        };
        Ok(Self {
            module: module.to_owned(),
            name: name.to_owned(),
            document,
            create: needed(&request.create, "Create", "create")?,
            read: needed(&request.read, "Get", "read")?,
            update: named(&request.update, "Update")?,
            delete: named(&request.delete, "Delete")?,
            list: plurals(&thing).iter().find_map(|plural| called(document, &format!("List{plural}"))),
        })
    }

    /// `region`, `zone` or `none`, from the path of the read operation.
    fn locality(&self) -> &'static str {
        let has = |wanted: &str| {
            let segments = self.read.path.segments.iter();
            segments.into_iter().any(|segment| matches!(segment, Segment::Parameter(name) if name == wanted))
        };
        match (has("region"), has("zone")) {
            (true, _) => "region",
            (_, true) => "zone",
            _ => "none",
        }
    }

    fn product(&self) -> String {
        format!(
            "api: {}\nlocality: {}\n# Guess: enough for most resources.\ntimeout: 5m\n",
            self.document.name,
            self.locality()
        )
    }

    fn descriptor(&self) -> String {
        let thing = pascal_case(&self.name);
        let words = snake_case(&self.name).replace('_', " ");
        let mut lines = vec![
            format!("token: {}/{}:{thing}", self.module, self.name),
            "# Token of pulumiverse_scaleway, if it has this resource: aliases: [index/…:…]".to_owned(),
            format!("label: {words}"),
            "# What it is and when to use it; lists show the first sentence only.".to_owned(),
            "doc: \"\"".to_owned(),
            format!("create: {}", self.create.id),
            format!("read: {}", self.read.id),
        ];
        lines.extend(self.update.map(|operation| format!("update: {}", operation.id)));
        lines.extend(self.delete.map(|operation| format!("delete: {}", operation.id)));
        if let Some(wait) = &self.read.wait {
            lines.push(format!(
                "# The API document lists the transient values of `{}`; the polling interval is a guess.",
                wait.field
            ));
            lines.push("wait: { cap: 5s }".to_owned());
        }
        lines.extend(self.lookup(&thing, &words));
        lines.push("properties:".to_owned());
        lines.extend(self.properties());
        lines.join("\n") + "\n"
    }

    fn lookup(&self, thing: &str, words: &str) -> Vec<String> {
        let Some(list) = self.list else {
            return Vec::new();
        };
        let id = format!("{}Id", self.name);
        let mut lines = vec![
            "lookup:".to_owned(),
            format!("  token: {}/get{thing}:get{thing}", self.module),
            format!("  doc: Finds a {words} by its id or by its name."),
            format!("  id: {id}"),
            format!("  list: {}", list.id),
            "  # Guess: fields that must be equal.".to_owned(),
            "  by: [name]".to_owned(),
        ];
        if self.locality() != "none" {
            lines.push(format!("  inputs: [{}]", self.locality()));
        }
        lines.extend([
            "  properties:".to_owned(),
            format!("    {id}:"),
            format!("      doc: The id of the {words}. Exactly one of this and `name` must be set."),
            "      input: true".to_owned(),
            "      wire: { read: id }".to_owned(),
            "      convert: localizedId".to_owned(),
        ]);
        lines
    }
}

/// The operation with this id, in any case: `CreateVPC` creates a `vpc`.
fn called<'a>(document: &'a Document, id: &str) -> Option<&'a Operation> {
    let mut found = document.operations.iter().filter(|operation| operation.id.eq_ignore_ascii_case(id));
    let operation = found.next()?;
    found.next().is_none().then_some(operation)
}

fn plurals(thing: &str) -> Vec<String> {
    let mut plurals = vec![format!("{thing}s"), format!("{thing}es")];
    plurals.extend(thing.strip_suffix('y').map(|stem| format!("{stem}ies")));
    plurals
}
