//! Drafts everything that a plain resource needs from its API document, for a developer to complete: new files, and entries
//! of the files that list all resources (`entries`). No code has to be changed.
//!
//! A draft contains every field of the document. If the data about `pulumiverse_scaleway` is present (`../shared`), the draft
//! has its names, tokens, timeouts and rules. Whatever has to be decided by a person is marked with the word [`UNDECIDED`], and
//! descriptions are empty: the compiler and `tests/architecture` reject both.

mod cases;
mod entries;
mod properties;
mod pulumiverse;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use scaleway_api::{Document, FromConfig, Kind, Operation, Segment};

use crate::descriptor::Product;
use crate::names::{pascal_case, snake_case};
use crate::shape::Field;
use pulumiverse::Pulumiverse;

/// Marks what is not in the API document.
pub const UNDECIDED: &str = "DECIDE";

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
    /// The content of the existing file to which the draft adds an entry.
    pub before: Option<String>,
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
    pulumiverse: Option<Pulumiverse>,
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
    let pulumiverse = Pulumiverse::read(&root.join("../shared/peer-compat"), module, name);
    let plan = Plan::new(module, name, document, request, pulumiverse)?;
    let stem = format!("resources/{module}/{}", snake_case(name));
    let mut drafts = vec![
        Draft::new(format!("{stem}.yaml"), plan.descriptor()),
        Draft::new(format!("{stem}.cases.yaml"), plan.cases()),
        Draft::new(format!("{stem}.example.yaml"), plan.example()),
    ];
    if !has_product {
        drafts.insert(0, Draft::new(product, plan.product()));
    }
    drafts.extend(plan.entries(root)?);
    Ok(drafts)
}

impl Draft {
    fn new(file: String, text: String) -> Self {
        Self { file, text, before: None }
    }

    /// Writes the file. An existing file is not overwritten, and is an error, unless it is the one that the draft extends.
    pub fn write(&self, root: &Path) -> Result<()> {
        let path = root.join(&self.file);
        if path.exists() && fs::read_to_string(&path).ok() != self.before {
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
    fn new(
        module: &str,
        name: &str,
        document: &'a Document,
        request: &Request,
        pulumiverse: Option<Pulumiverse>,
    ) -> Result<Self> {
        // `job/definition` is a `JobDefinition` in its API.
        let whole = format!("{}{}", pascal_case(module), pascal_case(name));
        let is_whole = called(document, &format!("Create{whole}")).is_some();
        let thing = if is_whole { whole } else { pascal_case(name) };
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
            pulumiverse,
        })
    }

    /// `region`, `zone` or `none`, from the path of the read operation.
    fn locality(&self) -> &'static str {
        let has = |requested: &str| {
            let segments = self.read.path.segments.iter();
            segments.into_iter().any(|segment| matches!(segment, Segment::Parameter(name) if name == requested))
        };
        match (has("region"), has("zone")) {
            (true, _) => "region",
            (_, true) => "zone",
            _ => "none",
        }
    }

    fn prefix(&self) -> String {
        format!("{} prefix", self.locality())
    }

    fn product(&self) -> String {
        let timeout = self.pulumiverse.as_ref().and_then(|pulumiverse| pulumiverse.timeout("default"));
        format!(
            "# {UNDECIDED}: the name of the product and what it offers, in one line.\napi: {}\nlocality: {}\ntimeout: {}\n",
            self.document.name,
            self.locality(),
            timeout.unwrap_or_else(|| format!("5m # {UNDECIDED}"))
        )
    }

    fn descriptor(&self) -> String {
        let thing = pascal_case(&self.name);
        let words = snake_case(&self.name).replace('_', " ");
        let mut lines = vec![
            format!("token: {}/{}:{thing}", self.module, self.name),
            match self.pulumiverse.as_ref().map(Pulumiverse::aliases) {
                Some(aliases) => format!("aliases: [{}]", aliases.join(", ")),
                None => format!("# {UNDECIDED}: aliases: [index/...], if `pulumiverse_scaleway` has this resource."),
            },
            format!("label: {words}"),
            "# What it is and when to use it; lists show the first sentence only.".to_owned(),
            "doc: \"\"".to_owned(),
            format!("# {UNDECIDED}: holdsData: what is lost when it is replaced; or no such line."),
            format!("create: {}", self.create.id),
            format!("read: {}", self.read.id),
        ];
        lines.extend(self.update.map(|operation| format!("update: {}", operation.id)));
        lines.extend(self.delete.map(|operation| format!("delete: {}", operation.id)));
        if let Some(wait) = &self.read.wait {
            lines.push(format!(
                "# {UNDECIDED}: `passing` is needed unless the API document lists all transient values of `{}`; `readyAfter` is the \
                 shortest recorded time.",
                wait.field
            ));
            lines.push(format!("wait: {{ failed: [{}], cap: 5s }}", self.failed(&wait.field).join(", ")));
        }
        lines.extend(self.lookup(&thing, &words));
        lines.push("properties:".to_owned());
        lines.extend(self.properties());
        lines.join("\n") + "\n"
    }

    /// Whether the resource belongs to a project.
    fn has_project(&self) -> bool {
        self.create.from_config.values().any(|config| matches!(config, FromConfig::Project))
    }

    /// The status values that mean failure.
    fn failed(&self, field: &str) -> Vec<String> {
        let answer = self.read.answer.as_ref().map(|schema| Field::new(self.document, schema));
        let status = answer.and_then(|answer| Some(Field { schema: answer.fields()?.get(field)?, ..answer }));
        match status.map(|status| status.kind()) {
            Some(Kind::Enum { values, .. }) => {
                values.iter().filter(|value| ["error", "failed"].contains(&value.as_str())).cloned().collect()
            }
            _ => Vec::new(),
        }
    }

    fn lookup(&self, thing: &str, words: &str) -> Vec<String> {
        let Some(list) = self.list else {
            return Vec::new();
        };
        let id = format!("{}Id", self.name);
        let mut lines = vec![
            "lookup:".to_owned(),
            format!("  token: {}/get{thing}:get{thing}", self.module),
            format!("  doc: Finds a {words} by its ID or by its name."),
            format!("  id: {id}"),
            format!("  list: {}", list.id),
            format!("  # {UNDECIDED}: the fields that must be equal."),
            if self.has_project() { "  by: [name, projectId]" } else { "  by: [name]" }.to_owned(),
        ];
        if let Some(aliases) = self.pulumiverse.as_ref().map(Pulumiverse::function_aliases) {
            lines.insert(2, format!("  aliases: [{}]", aliases.join(", ")));
        }
        if self.locality() != "none" {
            lines.push(format!("  inputs: [{}]", self.locality()));
        }
        lines.extend([
            "  properties:".to_owned(),
            format!("    {id}:"),
            format!(
                "      doc: ID of the {words}, with or without its {}. Set either `{id}` or `name`.",
                self.prefix()
            ),
            "      input: true".to_owned(),
            "      wire: { read: id }".to_owned(),
        ]);
        if self.locality() != "none" {
            lines.push("      convert: localizedId".to_owned());
            lines.push("      check: { format: uuidOrLocalized }".to_owned());
        }
        lines
    }
}

/// The operation with this ID, in any case: `CreateVPC` creates a `vpc`.
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
