//! Object types: their tokens, and the collection of all of them.

use catalog::{Input, Property};
use serde_json::{Map, Value as Json, json};

use super::PACKAGE;
use super::property::{is_plain, property_spec};
use crate::descriptor;
use crate::names::{pascal_case, singular};
use crate::resolve::{Resolved, ResolvedComponent};

/// All object types of the package, by token.
#[derive(Default)]
pub(crate) struct Types {
    all: Map<String, Json>,
    /// Tokens of two different objects.
    pub(crate) clashes: Vec<String>,
}

/// The resource, function or object that a type belongs to: the prefix of the type's name.
#[derive(Clone)]
pub(crate) struct Owner {
    module: String,
    /// The prefix (`Container`, `ContainerLivenessProbe`, `getInstance`).
    name: String,
    /// The resource's own name (`Instance`), the prefix of a `typeName`.
    resource: String,
    /// Its name under the current token: `Instance`, or `DatabaseInstance` under the flat token.
    called: String,
    /// Exactly one of these inputs must be set: removing one changes to another.
    needed: Vec<String>,
    /// The owner is a function: its types are outputs only.
    is_function: bool,
    /// The owner is a component: this project defines its values, so its enums are closed.
    is_component: bool,
}

impl Owner {
    /// The resource under one of its tokens.
    pub(crate) fn of_resource(one: &Resolved<'_>, token: &str) -> Self {
        let name = last_part(token).to_owned();
        let resource = last_part(&one.resource.token).to_owned();
        let needed = one.resource.exactly_one.concat();
        Self {
            module: module(token),
            resource,
            called: name.clone(),
            name,
            needed,
            is_function: false,
            is_component: false,
        }
    }

    /// The lookup function under one of its tokens.
    pub(crate) fn of_function(one: &Resolved<'_>, token: &str) -> Self {
        let resource = last_part(&one.resource.token).to_owned();
        let name = last_part(token).to_owned();
        let called = name.strip_prefix("get").unwrap_or(&name).to_owned();
        Self {
            module: module(token),
            resource,
            called,
            name,
            needed: Vec::new(),
            is_function: true,
            is_component: false,
        }
    }

    pub(crate) fn of_component(one: &ResolvedComponent<'_>) -> Self {
        let name = last_part(&one.component.token).to_owned();
        let (resource, called) = (name.clone(), name.clone());
        Self {
            module: one.module.to_owned(),
            resource,
            called,
            name,
            needed: Vec::new(),
            is_function: false,
            is_component: true,
        }
    }

    /// A method of a component.
    pub(crate) fn of_method(&self, name: &str) -> Self {
        Self { name: format!("{}{}", self.name, pascal_case(name)), ..self.clone() }
    }

    /// Whether it is part of a component.
    pub(crate) fn is_component(&self) -> bool {
        self.is_component
    }

    /// Whether it is a resource, or part of one.
    pub(crate) fn is_resource(&self) -> bool {
        !self.is_function && !self.is_component
    }

    /// Whether the input is in a group that requires exactly one input.
    pub(crate) fn needs_one_of(&self, input: &str) -> bool {
        self.needed.iter().any(|name| name == input)
    }

    /// Whether it is a lookup function, or part of one.
    pub(crate) fn is_function(&self) -> bool {
        self.is_function
    }

    /// The owner of the types inside the object type of a property.
    fn inside(&self, property: &str, word: &descriptor::Property, is_list: bool) -> Self {
        let by_rule = || {
            let element = if is_list { singular(property) } else { property.to_owned() };
            format!("{}{}", self.name, pascal_case(&element))
        };
        let name = match &word.type_name {
            // The same type under a flat name or in a function: `DatabaseInstanceMaintenance` and
            // `getInstanceMaintenance` for `InstanceMaintenance`.
            Some(written) => {
                let rest = written.strip_prefix(&self.resource);
                let called = match rest {
                    Some(rest) => format!("{}{rest}", self.called),
                    None if self.called == self.resource => written.clone(),
                    None => format!("{}{written}", self.called),
                };
                if self.is_function { format!("get{called}") } else { called }
            }
            None => by_rule(),
        };
        Self { name, needed: Vec::new(), ..self.clone() }
    }
}

impl Types {
    /// Adds the object type of a property, and returns the reference to it.
    pub(crate) fn add(
        &mut self,
        owner: &Owner,
        name: &str,
        word: &descriptor::Property,
        fields: &std::collections::BTreeMap<String, Property>,
        is_list: bool,
    ) -> String {
        let owner = owner.inside(name, word, is_list);
        let token = format!("{PACKAGE}:{}/{}:{}", owner.module, owner.name, owner.name);
        let mut properties = Map::new();
        let mut required = Vec::new();
        for (name, property) in fields {
            let word = &word.properties[name];
            let mut spec = property_spec(&owner, name, word, property, self).into_json();
            if is_plain(property) {
                spec["plain"] = json!(true);
            }
            properties.insert(name.clone(), spec);
            // As in `pulumiverse_scaleway`: one type is used for inputs and outputs, so only required inputs are required. Fields
            // from the API may be missing, and a typed program must not fail then.
            if property.input == Input::Required {
                required.push(name.clone());
            }
        }
        let mut spec = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            spec["required"] = json!(required);
        }
        let reference = format!("#/types/{token}");
        if self.all.get(&token).is_some_and(|other| *other != spec) {
            self.clashes.push(token.clone());
        }
        self.all.insert(token, spec);
        reference
    }

    /// Adds an enum type, and returns the reference to it.
    pub(crate) fn add_enum(
        &mut self,
        owner: &Owner,
        name: &str,
        word: &descriptor::Property,
        values: &[String],
        is_list: bool,
    ) -> String {
        let owner = owner.inside(name, word, is_list);
        let token = format!("{PACKAGE}:{}/{}:{}", owner.module, owner.name, owner.name);
        let values: Vec<Json> = values.iter().map(|value| json!({ "value": value })).collect();
        let spec = json!({ "type": "string", "enum": values });
        if self.all.get(&token).is_some_and(|other| *other != spec) {
            self.clashes.push(token.clone());
        }
        let reference = format!("#/types/{token}");
        self.all.insert(token, spec);
        reference
    }

    pub(crate) fn into_json(self) -> Json {
        Json::Object(self.all)
    }
}

/// Module of a token: the part before the slash.
fn module(token: &str) -> String {
    token.split('/').next().unwrap_or_default().to_owned()
}

fn last_part(token: &str) -> &str {
    token.rsplit(':').next().unwrap_or(token)
}
