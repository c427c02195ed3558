//! The Pulumi package schema, from which the SDKs are generated.
//!
//! It has no default values and no environment variables: Pulumi would treat a default as set by the program, and would
//! store a value from the environment in the state of the stack. The plugin applies both.

mod component;
mod describe;
mod function;
mod property;
mod types;

use std::collections::BTreeSet;

use catalog::{Input, Listing, Property};
use serde_json::{Map, Value as Json, json};

use crate::findings::Findings;
use crate::names::pascal_case;
use crate::provider_file::{ProviderFile, SettingKind};
use crate::resolve::{Resolved, ResolvedComponent};

pub(crate) use describe::EXAMPLE_UUID;
use property::{PropertySpec, outputs_always_present, property_spec};
use types::{Owner, Types};

/// Name of the package, and the first part of every token.
pub const PACKAGE: &str = "evalap-scaleway";

/// Package of `pulumiverse_scaleway`, from which stacks migrate: its tokens are aliases in this schema.
const PULUMIVERSE_PACKAGE: &str = "scaleway";

/// Module of a token: the part before the slash (`registry/namespace` is in `registry`).
const MODULE_FORMAT: &str = "(.*)(?:/[^/]*)";

/// Module of the flat tokens, the root of an SDK.
const INDEX: &str = "index";

/// Builds the schema. Two different objects with the same type name are an error.
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
                functions.insert(format!("{PACKAGE}:{token}"), function::standalone(one, token, &mut types));
                continue;
            }
            let mut spec = resource_spec(one, token, &mut types);
            name_like_class(&mut spec, token);
            resources.insert(format!("{PACKAGE}:{token}"), spec);
        }
        if let (Some(word), Some(lookup)) = (&one.descriptor.lookup, &one.lookup) {
            for token in tokens(&word.token, &word.aliases) {
                functions.insert(format!("{PACKAGE}:{token}"), function::spec(one, token, word, lookup, &mut types));
            }
        }
        for token in types.clashes.drain(..) {
            let message = format!("two different objects have the type {token}: set `typeName` in one of them");
            findings.mistake(&one.place.at("properties"), message);
        }
    }
    for one in components {
        component::add(one, &mut types, &mut resources, &mut functions);
        for token in types.clashes.drain(..) {
            let message = format!("two different objects have the type {token}: set `typeName` in one of them");
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
        "language": languages(provider, resources.keys().chain(functions.keys())),
        "config": { "variables": settings.clone() },
        "provider": { "description": provider.doc, "inputProperties": settings },
        "types": types.into_json(),
        "resources": resources,
        "functions": functions,
    })
}

/// Options of the generators, per language: those of the file, the description, and the names of the modules, which languages
/// without a rule of their own need.
fn languages<'a>(provider: &ProviderFile, tokens: impl Iterator<Item = &'a String>) -> Json {
    let modules: BTreeSet<&str> = tokens
        .filter_map(|token| token.split_once(':')?.1.split_once('/').map(|(module, _)| module))
        .filter(|module| *module != INDEX)
        .collect();
    let mut languages = provider.languages.clone();
    let mut add = |language: &str, option: &str, mut value: Json| {
        let Some(options) = languages.get_mut(language) else { return };
        // What the file specifies takes precedence.
        if let (Some(Json::Object(given)), Json::Object(value)) = (options.get(option), &mut value) {
            value.extend(given.clone());
        }
        options.insert(option.to_owned(), value);
    };
    add("nodejs", "packageDescription", json!(provider.doc));
    add("python", "readme", json!(provider.doc));
    let named = |name: fn(&str) -> String| -> Json {
        modules.iter().map(|module| ((*module).to_owned(), json!(name(module)))).collect::<Map<_, _>>().into()
    };
    add("csharp", "namespaces", named(pascal_case));
    add("java", "packages", named(str::to_owned));
    json!(languages)
}

/// Gives a property with the name of its resource another name in C#, where a member must not have the name of its class.
fn name_like_class(spec: &mut Json, token: &str) {
    let class = token.rsplit(':').next().unwrap_or(token);
    for kind in ["properties", "inputProperties"] {
        let Some(properties) = spec[kind].as_object_mut() else { continue };
        for (name, property) in properties.iter_mut().filter(|(name, _)| pascal_case(name) == class) {
            property["language"] = json!({ "csharp": { "name": format!("{}Value", pascal_case(name)) } });
        }
    }
}

fn setting_spec(setting: &crate::provider_file::Setting) -> Json {
    let mut spec = json!({ "type": setting.kind.name(), "description": setting.doc.trim() });
    if setting.kind == SettingKind::Strings {
        spec["additionalProperties"] = json!({ "type": "string" });
    }
    if setting.secret {
        spec["secret"] = json!(true);
    }
    spec
}

/// The schema of a resource under one of its tokens; only names differ between tokens.
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

/// Inputs that select objects of a type.
fn list_inputs(listing: &Listing, label: &str) -> Json {
    let describe = |name: &str| match name {
        "region" | "zone" => format!("The {name} of the objects. Default: the provider's {name}."),
        "projectId" => "Project ID of the objects. Default: the provider's project.".to_owned(),
        "organizationId" => "Organization ID of the objects. Default: the provider's organization.".to_owned(),
        "accessKey" | "secretKey" => {
            let key = if name == "accessKey" { "Access key" } else { "Secret key" };
            format!("{key} of the credentials. Default: that of the provider.")
        }
        _ => format!("Id of the parent resource of the {label} resources. Default: all parents."),
    };
    let inputs: Map<String, Json> = listing
        .inputs
        .iter()
        .map(|name| {
            let mut input = json!({ "type": "string", "description": describe(name) });
            if catalog::MESSAGING_CREDENTIALS.contains(&name.as_str()) {
                input["secret"] = json!(true);
            }
            (name.clone(), input)
        })
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

/// All other tokens of the same resource: those of both generations of `pulumiverse_scaleway`, so that its stacks migrate by
/// changing the import, and ours, so that a program can change from flat names to modular ones and back.
fn aliases(token: &str, modular: &String, flat: &[String]) -> Vec<Json> {
    let theirs = tokens(modular, flat).map(|token| format!("{PULUMIVERSE_PACKAGE}:{token}"));
    let ours = tokens(modular, flat).filter(|other| *other != token).map(|token| format!("{PACKAGE}:{token}"));
    theirs.chain(ours).map(|token| json!({ "type": token })).collect()
}
