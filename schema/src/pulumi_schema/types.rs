//! Object types: their tokens, and the collection of all of them.

use serde_json::{Map, Value as Json};

use super::PACKAGE;
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

    /// The object or enum type of a property: its name, and the owner of the types inside.
    pub(crate) fn inside(&self, property: &str, word: &descriptor::Property, is_list: bool) -> Self {
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
    /// Adds the object or enum type of this name, and returns the reference to it.
    pub(crate) fn add(&mut self, named: &Owner, spec: Json) -> String {
        let token = format!("{PACKAGE}:{}/{}:{}", named.module, named.name, named.name);
        let reference = format!("#/types/{token}");
        if self.all.get(&token).is_some_and(|other| *other != spec) {
            self.clashes.push(token.clone());
        }
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
