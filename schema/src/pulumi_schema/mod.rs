//! The Pulumi package schema: what users of every language see. Knows the resolved offer and Pulumi's metaschema.
//!
//! It states no default values and no environment variables: a default here would count as given by the program, and
//! a value from the environment would enter the stack's state. The plugin applies both.

mod component;
mod describe;
mod function;
mod property;
mod types;

use catalog::{Input, Listing, Property};
use serde_json::{Map, Value as Json, json};

use crate::findings::Findings;
use crate::provider_file::{ProviderFile, SettingKind};
use crate::resolve::{Resolved, ResolvedComponent};

use property::{PropertySpec, outputs_always_present, property_spec};
use types::{Owner, Types};

/// The package's name, and the first part of every token.
pub const PACKAGE: &str = "evalap-scaleway";

/// The package of the community, whose stacks are taken over: its tokens are aliases of ours.
const PEER_PACKAGE: &str = "scaleway";

/// Module of a token: what stands before the slash (`registry/namespace` is in `registry`).
const MODULE_FORMAT: &str = "(.*)(?:/[^/]*)";

/// Builds the schema. Two different objects that would have one type name are a mistake.
pub fn pulumi_schema(
    provider: &ProviderFile,
    resolved: &[Resolved<'_>],
    components: &[ResolvedComponent<'_>],
    findings: &mut Findings,
) -> Json {
    let mut types = Types::default();
    let mut resources = Map::new();
    let mut functions = Map::new();
    for one in resolved {
        for token in tokens(&one.descriptor.token, &one.descriptor.aliases) {
            if one.descriptor.function && one.lookup.is_some() {
                continue;
            }
            if one.descriptor.function {
                functions.insert(format!("{PACKAGE}:{token}"), function::asking(one, token, &mut types));
                continue;
            }
            resources.insert(format!("{PACKAGE}:{token}"), resource_spec(one, token, &mut types));
        }
        if let (Some(word), Some(lookup)) = (&one.descriptor.lookup, &one.lookup) {
            for token in tokens(&word.token, &word.aliases) {
                functions.insert(format!("{PACKAGE}:{token}"), function::spec(one, token, word, lookup, &mut types));
            }
        }
        for token in types.clashes.drain(..) {
            let message = format!("two different objects would have the type {token}: give one a `typeName`");
            findings.mistake(&one.place.at("properties"), message);
        }
    }
    for one in components {
        component::add(one, &mut types, &mut resources, &mut functions);
        for token in types.clashes.drain(..) {
            let message = format!("two different objects would have the type {token}: give one a `typeName`");
            findings.mistake(&one.place.at("inputs"), message);
        }
    }
    let settings: Map<String, Json> =
        provider.settings.iter().map(|(name, setting)| (name.clone(), setting_spec(setting))).collect();
    json!({
        "name": PACKAGE,
        "displayName": provider.display_name,
        "description": provider.doc,
        "version": env!("CARGO_PKG_VERSION"),
        "keywords": provider.keywords,
        "license": env!("CARGO_PKG_LICENSE"),
        "meta": { "moduleFormat": MODULE_FORMAT },
        "language": languages(provider),
        "config": { "variables": settings.clone() },
        "provider": { "description": provider.doc, "inputProperties": settings },
        "types": types.into_json(),
        "resources": resources,
        "functions": functions,
    })
}

/// What the generators are told, per language.
fn languages(provider: &ProviderFile) -> Json {
    json!({
        "nodejs": {
            "packageName": "@evalap/scaleway",
            "packageDescription": provider.doc,
            "respectSchemaVersion": true,
            "liftSingleValueMethodReturns": true,
            // The last version for Node 20 is 3.248; newer ones ask for Node 22.
            "dependencies": { "@pulumi/pulumi": "^3.142.0" },
            "devDependencies": { "@types/node": "^20", "typescript": "^5.0.0" },
            "typescriptVersion": "^5.0.0",
        },
        "python": {
            "packageName": "evalap_scaleway",
            "readme": provider.doc,
            "requires": { "pulumi": ">=3.165.0,<4" },
            "respectSchemaVersion": true,
            "liftSingleValueMethodReturns": true,
            "pyproject": { "enabled": true },
            "inputTypes": "classes-and-dicts",
        },
    })
}

fn setting_spec(setting: &crate::provider_file::Setting) -> Json {
    let mut spec = json!({ "type": setting.kind.name(), "description": setting.doc.trim() });
    if setting.kind == SettingKind::Texts {
        spec["additionalProperties"] = json!({ "type": "string" });
    }
    if setting.secret {
        spec["secret"] = json!(true);
    }
    spec
}

/// The schema of a resource under one of its tokens: the same but for names, whichever it is.
fn resource_spec(one: &Resolved<'_>, token: &str, types: &mut Types) -> Json {
    let word = one.descriptor;
    let owner = Owner::of_resource(one, token);
    let mut inputs = Map::new();
    let mut outputs = Map::new();
    let mut required_inputs = Vec::new();
    for (name, property) in &one.resource.properties {
        let text = &word.properties[name];
        let spec = property_spec(&owner, name, text, property, types);
        if property.input != Input::No {
            inputs.insert(name.clone(), with_replacement(spec.clone(), property));
        }
        if property.input == Input::Required {
            required_inputs.push(name.clone());
        }
        outputs.insert(name.clone(), spec.into_json());
    }
    let required = outputs_always_present(&one.resource.properties, &word.properties);
    let mut spec = json!({
        "description": describe::resource(one, token),
        "properties": outputs,
        "required": required,
        "inputProperties": inputs,
        "requiredInputs": required_inputs,
        "aliases": aliases(token, &word.token, &word.aliases),
    });
    if let Some(reason) =
        describe::deprecated(token, &word.token, describe::reason(one, word.deprecated.as_ref()).as_ref())
    {
        spec["deprecationMessage"] = json!(reason);
    }
    if let Some(listing) = &one.resource.listing {
        spec["listInputs"] = list_inputs(listing, &one.resource.label);
    }
    spec
}

/// What may select some of all that exist.
fn list_inputs(listing: &Listing, label: &str) -> Json {
    let describe = |name: &str| match name {
        "region" | "zone" => format!("The {name} to look in. Default: the provider's."),
        "projectId" => "Only those of this project. Default: the provider's.".to_owned(),
        "organizationId" => "Only those of this organization. Default: the provider's.".to_owned(),
        _ => format!("Only those {label} resources that belong to this one, by its id. Default: to any."),
    };
    let inputs: Map<String, Json> = listing
        .inputs
        .iter()
        .map(|name| (name.clone(), json!({ "type": "string", "description": describe(name) })))
        .collect();
    json!({ "type": "object", "properties": inputs })
}

/// Every token of a resource or function: the modular one and the flat ones.
fn tokens<'a>(modular: &'a String, flat: &'a [String]) -> impl Iterator<Item = &'a String> {
    std::iter::once(modular).chain(flat)
}

fn with_replacement(spec: PropertySpec, property: &Property) -> Json {
    let mut spec = spec.into_json();
    if property.replace {
        spec["willReplaceOnChanges"] = json!(true);
    }
    spec
}

/// Every other token of the same resource: the peer's of both generations, so that its stacks are taken over by
/// changing the import, and ours, so that a program may change from flat names to modular ones and back.
fn aliases(token: &str, modular: &String, flat: &[String]) -> Vec<Json> {
    let peers = tokens(modular, flat).map(|token| format!("{PEER_PACKAGE}:{token}"));
    let ours = tokens(modular, flat).filter(|other| *other != token).map(|token| format!("{PACKAGE}:{token}"));
    peers.chain(ours).map(|token| json!({ "type": token })).collect()
}
