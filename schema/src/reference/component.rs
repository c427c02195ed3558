//! The page of one component: what it promises, a picture of what it makes, what goes in and comes out, and its methods.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use super::lists::Lists;
use super::{resource_of, rights, spoken};
use crate::descriptor::Part;
use crate::pulumi_schema::PACKAGE;
use crate::resolve::{Resolved, ResolvedComponent};

/// A page that is about to be written.
pub(super) struct ComponentPage<'a> {
    one: &'a ResolvedComponent<'a>,
    all: &'a [ResolvedComponent<'a>],
    resources: &'a [Resolved<'a>],
    schema: &'a Json,
    spec: &'a Json,
    /// The component as programs name it (`evalap.Database`).
    pub(super) name: String,
    /// Where the page stands in the folder (`evalap/database.md`).
    pub(super) file: String,
}

impl<'a> ComponentPage<'a> {
    pub(super) fn new(
        one: &'a ResolvedComponent<'a>,
        all: &'a [ResolvedComponent<'a>],
        resources: &'a [Resolved<'a>],
        schema: &'a Json,
    ) -> Self {
        let token = &one.component.token;
        let spec = resource_of(schema, token).unwrap_or(&Json::Null);
        let file = format!("{}.md", token.split(':').next().unwrap_or_default());
        Self { one, all, resources, schema, spec, name: spoken(token), file }
    }

    /// Its first sentence, for the index.
    pub(super) fn about(&self) -> String {
        let doc = self.one.descriptor.doc.trim();
        doc.split(". ").next().unwrap_or(doc).trim_end_matches('.').to_owned() + "."
    }

    /// The page in Markdown.
    pub(super) fn text(&self) -> String {
        let mut text = format!("# {}\n\n", self.name);
        text += "<!-- Written by `make gen` from the descriptor; changes made here are lost. -->\n\n";
        let _ = writeln!(text, "{}\n", self.one.descriptor.doc.trim());
        let token = &self.one.component.token;
        let _ = writeln!(text, "Token: `{PACKAGE}:{token}`, a component. [All resources](../README.md).\n");
        text += &self.picture();
        text += &self.parts();
        text += &self.properties();
        text += &self.methods();
        let mut made = BTreeSet::new();
        self.collect(self.one, &mut made);
        let made = self.resources.iter().filter(|one| made.contains(one.resource.token.as_str()));
        text += &rights::section(made.map(|one| &one.resource.permissions));
        text.trim_end().to_owned() + "\n"
    }

    /// What it makes, and what the components it makes make in their turn. What is not always made hangs on a dotted line.
    fn picture(&self) -> String {
        let title = self.one.component.token.rsplit(':').next().unwrap_or_default();
        let mut text = format!("## What it makes\n\n```mermaid\ngraph LR\n  self[\"{title}\"]\n");
        self.draw(self.one, "self", &mut text);
        text + "```\n\n"
    }

    fn draw(&self, component: &ResolvedComponent<'_>, above: &str, text: &mut String) {
        for (name, part) in &component.descriptor.parts {
            let node = format!("{above}_{name}");
            let line = if part.when.is_some() { "-.->" } else { "-->" };
            let several = if part.many { ", several" } else { "" };
            let _ = writeln!(text, "  {above} {line} {node}[\"{name}{several}<br/>{}\"]", spoken(&part.token));
            if let Some(inner) = self.all.iter().find(|other| other.component.token == part.token) {
                self.draw(inner, &node, text);
            }
        }
    }

    /// The tokens of all it can make, with what its components make.
    fn collect(&self, component: &'a ResolvedComponent<'a>, tokens: &mut BTreeSet<&'a str>) {
        for part in component.descriptor.parts.values() {
            tokens.insert(&part.token);
            if let Some(inner) = self.all.iter().find(|other| other.component.token == part.token) {
                self.collect(inner, tokens);
            }
        }
    }

    fn parts(&self) -> String {
        let mut text = String::from(
            "Everything it makes is named after it and can be set with `overrides`, by the names of the parts:\n\n\
             | Part | What | When |\n| --- | --- | --- |\n",
        );
        for (name, part) in &self.one.descriptor.parts {
            let Part { token, when, many } = part;
            let page = token.split(':').next().unwrap_or_default();
            let when = when.as_deref().unwrap_or("always");
            let several = if *many { ", several" } else { "" };
            let _ = writeln!(text, "| `{name}` | [{}](../{page}.md){several} | {when} |", spoken(token));
        }
        text + "\n"
    }

    fn properties(&self) -> String {
        let none = Map::new();
        let lists = Lists { schema: self.schema };
        let mut types = BTreeSet::new();
        let inputs = self.spec["inputProperties"].as_object().unwrap_or(&none);
        let outputs = self.spec["properties"].as_object().unwrap_or(&none);
        let mut text = String::from("## Inputs\n\n");
        text += &lists.list(inputs, &self.spec["requiredInputs"], &mut types);
        text += "## Outputs\n\n";
        text += &lists.list(outputs, &Json::Null, &mut types);
        text + &lists.types(types)
    }

    fn methods(&self) -> String {
        let lists = Lists { schema: self.schema };
        let mut text = String::new();
        for name in self.one.descriptor.methods.keys() {
            let spec = &self.schema["functions"][format!("{PACKAGE}:{}/{name}", self.one.component.token)];
            let mut inputs = spec["inputs"]["properties"].as_object().cloned().unwrap_or_default();
            inputs.remove("__self__");
            let outputs = spec["outputs"]["properties"].as_object().cloned().unwrap_or_default();
            let description = spec["description"].as_str().unwrap_or_default();
            let mut types = BTreeSet::new();
            let _ = write!(text, "## Method: {name}\n\n{description}\n\nTakes:\n\n");
            text += &lists.list(&inputs, &spec["inputs"]["required"], &mut types);
            text += "Returns:\n\n";
            text += &lists.list(&outputs, &Json::Null, &mut types);
        }
        text
    }
}
