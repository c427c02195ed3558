//! The page of one resource: what it is, an example, what goes in and comes out, how it is found and imported.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use catalog::Step;
use serde_json::{Map, Value as Json};

use super::example::Example;
use super::lists::Lists;
use super::{python, resource_of, rights, spoken, typescript, yaml};
use crate::pulumi_schema::PACKAGE;
use crate::resolve::Resolved;

/// A page that is about to be written.
pub(crate) struct Page<'a> {
    one: &'a Resolved<'a>,
    schema: &'a Json,
    spec: &'a Json,
    example: Option<&'a Example>,
    /// The resource as programs name it (`databases.Instance`).
    pub(crate) name: String,
    /// Where the page stands in the folder (`databases/instance.md`).
    pub(crate) file: String,
}

impl<'a> Page<'a> {
    pub(crate) fn new(one: &'a Resolved<'a>, schema: &'a Json, example: Option<&'a Example>) -> Self {
        let token = match &one.descriptor.lookup {
            Some(lookup) if one.descriptor.function => &lookup.token,
            _ => &one.descriptor.token,
        };
        let module = token.split(':').next().unwrap_or_default();
        Self {
            one,
            schema,
            spec: resource_of(schema, token).unwrap_or(&Json::Null),
            example,
            name: spoken(token),
            file: format!("{module}.md"),
        }
    }

    /// Its label, for the index.
    pub(crate) fn about(&self) -> &str {
        &self.one.resource.label
    }

    /// The function that finds one, as programs name it.
    pub(crate) fn lookup_name(&self) -> Option<String> {
        self.one.lookup.as_ref().map(|lookup| spoken(&lookup.function.token))
    }

    /// The flat name of the community's package.
    pub(crate) fn older_name(&self) -> Option<String> {
        let lookup = self.one.descriptor.lookup.as_ref().filter(|_| self.one.descriptor.function);
        let alias = lookup.map_or(&self.one.descriptor.aliases, |lookup| &lookup.aliases).first()?;
        Some(alias.rsplit(':').next().unwrap_or(alias).to_owned())
    }

    /// The page in Markdown.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("# {}\n\n", self.name);
        text += "<!-- Written by `make gen` from the descriptor; changes made here are lost. -->\n\n";
        let description = self.spec["description"].as_str().unwrap_or_default();
        let (about, import) = description.split_once("\n\n## Import\n\n").unwrap_or((description, ""));
        let _ = writeln!(text, "{about}\n");
        if let Some(reason) = self.spec["deprecationMessage"].as_str() {
            let _ = writeln!(text, "**Deprecated:** {reason}\n");
        }
        let _ = writeln!(text, "Token: `{PACKAGE}:{}`. [All resources](../README.md).\n", self.one.resource.token);
        text += &self.examples();
        text += &self.properties();
        text += &self.lookup();
        if !import.is_empty() {
            let _ = writeln!(text, "## Import\n\n{}\n", import.trim());
        }
        text += &rights::section(std::iter::once(&self.one.resource.permissions));
        text += &self.behaviour();
        text.trim_end().to_owned() + "\n"
    }

    /// The token of a function that stands alone.
    fn function_token(&self) -> &'a str {
        let lookup = self.one.descriptor.lookup.as_ref().filter(|_| self.one.descriptor.function);
        lookup.map_or(&self.one.descriptor.token, |lookup| &lookup.token)
    }

    /// The page of a function that finds no resource.
    pub(crate) fn function_text(&self) -> String {
        let token = self.function_token();
        let spec = &self.schema["functions"][format!("{PACKAGE}:{token}")];
        let mut text = format!("# {}\n\n", self.name);
        text += "<!-- Written by `make gen` from the descriptor; changes made here are lost. -->\n\n";
        let _ = writeln!(text, "{}\n", spec["description"].as_str().unwrap_or_default());
        if let Some(reason) = spec["deprecationMessage"].as_str() {
            let _ = writeln!(text, "**Deprecated:** {reason}\n");
        }
        let _ = writeln!(text, "Token: `{PACKAGE}:{token}`. [All resources](../README.md).\n");
        let none = Map::new();
        let inputs = spec["inputs"]["properties"].as_object().unwrap_or(&none);
        let outputs = spec["outputs"]["properties"].as_object().unwrap_or(&none);
        let told: Map<String, Json> = outputs
            .iter()
            .filter(|(name, _)| !inputs.contains_key(*name))
            .map(|(name, spec)| (name.clone(), spec.clone()))
            .collect();
        let lists = Lists { schema: self.schema };
        let mut types = BTreeSet::new();
        text += "## Takes\n\n";
        text += &lists.list(inputs, &spec["inputs"]["required"], &mut types);
        text += "## Returns\n\nWhat it was given, and:\n\n";
        text += &lists.list(&told, &Json::Null, &mut types);
        text += &lists.types(types);
        text.trim_end().to_owned() + "\n"
    }

    fn examples(&self) -> String {
        let Some(example) = self.example else { return String::new() };
        let mut text = String::from("## Example\n\n");
        for (language, title, program) in [
            ("python", "Python", python::program(example, self.schema)),
            ("ts", "TypeScript", typescript::program(example)),
            ("yaml", "YAML", yaml::program(example)),
        ] {
            let _ = writeln!(text, "{title}:\n\n```{language}\n{program}```\n");
        }
        text
    }

    fn properties(&self) -> String {
        let none = Map::new();
        let lists = Lists { schema: self.schema };
        let inputs = self.spec["inputProperties"].as_object().unwrap_or(&none);
        let mut types = BTreeSet::new();
        let mut text = String::from("## Inputs\n\n");
        text += &lists.list(inputs, &self.spec["requiredInputs"], &mut types);
        let outputs = self.spec["properties"].as_object().unwrap_or(&none);
        let only: Map<String, Json> = outputs
            .iter()
            .filter(|(name, _)| !inputs.contains_key(*name))
            .map(|(name, spec)| (name.clone(), spec.clone()))
            .collect();
        text += "## Outputs\n\nAll inputs with the values that hold, and:\n\n- `id` string. The Pulumi id.\n";
        text += &lists.list(&only, &Json::Null, &mut types);
        text + &lists.types(types)
    }

    fn lookup(&self) -> String {
        let Some(lookup) = &self.one.lookup else { return String::new() };
        let token = &lookup.function.token;
        let Some(spec) = self.schema["functions"].get(format!("{PACKAGE}:{token}")) else { return String::new() };
        let none = Map::new();
        let lists = Lists { schema: self.schema };
        let inputs = spec["inputs"]["properties"].as_object().unwrap_or(&none);
        let outputs = spec["outputs"]["properties"].as_object().unwrap_or(&none);
        let description = spec["description"].as_str().unwrap_or_default();
        let mut types = BTreeSet::new();
        let mut text = format!("## Lookup: {}\n\n{description}\n\nTakes:\n\n", spoken(token));
        text += &lists.list(inputs, &spec["inputs"]["required"], &mut types);
        let returned: Vec<String> = outputs.keys().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(text, "Returns {}.\n", returned.join(", "));
        text + &lists.types(types)
    }

    /// What is called, and how long it may take.
    fn behaviour(&self) -> String {
        let resource = &self.one.resource;
        if resource.withdrawn.is_some() {
            return String::from(
                "## Calls and time limits\n\nNobody is called: it cannot be made, changed or found any more.\n",
            );
        }
        let calls = |steps: &[Step]| {
            let mut names: Vec<String> = Vec::new();
            for step in steps {
                let name = format!("`{}`", step.call.id);
                if names.last() != Some(&name) {
                    names.push(name);
                }
            }
            names.join(", ")
        };
        let mut text = String::from(
            "## Calls and time limits\n\nWhat is called, and how long each may take unless `customTimeouts` says otherwise:\n\n",
        );
        for (verb, steps, limit) in [
            ("create", &resource.create, resource.timeouts.create),
            ("read", &resource.read, resource.timeouts.read),
            ("update", &resource.update, resource.timeouts.update),
            ("delete", &resource.delete, resource.timeouts.delete),
        ] {
            let made = calls(steps);
            let made = if made.is_empty() { "nothing is called".to_owned() } else { made };
            let minutes = match limit {
                0 => 20,
                seconds => seconds.div_ceil(60),
            };
            let _ = writeln!(text, "- {verb}: {made}; {minutes} minutes");
        }
        if let Some(held) = &resource.holds_data {
            let _ =
                writeln!(text, "\nWhoever deletes or replaces it loses {held}; a preview that replaces it says so.");
        }
        text
    }
}
