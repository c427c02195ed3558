//! What the generators need in the schema: examples for each language, references between properties, which become the
//! names of the SDK (`snapshot_id` in Python, `SnapshotId` in Go), and no mark that the Java generator does not support.
//!
//! The first two are shortcodes of Pulumi's generators (`codegen/schema/docs_parser.go`, v3.259.0). The reference pages are written
//! before, and do not contain these changes.

use serde_json::{Map, Value as Json};

use super::{python, typescript, yaml};
use crate::descriptor::example::Example;
use crate::pulumi_schema::PACKAGE;

/// The start of the section of a description that follows the text.
const SECTION: &str = "\n\n## ";

/// Writes references to properties as shortcodes, in all descriptions.
pub(crate) fn link(schema: &mut Json) {
    for (kind, parts) in [
        ("resources", &["inputProperties", "properties"][..]),
        ("types", &["properties"]),
        ("functions", &["inputs/properties", "outputs/properties"]),
    ] {
        for (token, spec) in schema[kind].as_object_mut().into_iter().flatten() {
            let target = format!("#/{kind}/{}", token.replace('/', "%2F"));
            let names: Vec<(String, String)> = parts
                .iter()
                .flat_map(|part| {
                    let names =
                        spec.pointer(&format!("/{part}")).and_then(Json::as_object).into_iter().flat_map(Map::keys);
                    names.map(|name| (name.clone(), format!("{target}/{part}/{name}"))).collect::<Vec<_>>()
                })
                .collect();
            describe(spec, &names);
            for part in parts {
                let properties = spec.pointer_mut(&format!("/{part}")).and_then(Json::as_object_mut);
                properties.into_iter().flat_map(|all| all.values_mut()).for_each(|one| describe(one, &names));
            }
        }
    }
}

/// Removes the mark of secret outputs of components. The Java generator calls a method for it that options of components do not
/// have. The engine takes the mark from the values, which the plugin returns as secrets.
pub(crate) fn unmark_outputs_of_components(schema: &mut Json) {
    for spec in schema["resources"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
        if spec["isComponent"] == true {
            let outputs = spec["properties"].as_object_mut().into_iter().flat_map(|all| all.values_mut());
            outputs.filter_map(Json::as_object_mut).for_each(|output| {
                output.remove("secret");
            });
        }
    }
}

/// Adds an example to the description of a resource, component or function.
pub(crate) fn add_example(schema: &mut Json, kind: &str, token: &str, example: &Example) {
    let programs = [
        ("typescript", typescript::program(example)),
        ("python", python::program(example, schema)),
        ("yaml", yaml::program(example)),
    ];
    let Some(Json::String(text)) =
        schema[kind].get_mut(format!("{PACKAGE}:{token}")).map(|spec| &mut spec["description"])
    else {
        return;
    };
    let blocks = programs.map(|(language, program)| format!("```{language}\n{program}```\n")).concat();
    // The heading is inside, so that a language without an example does not have it.
    let example = format!(
        "{{{{% examples %}}}}\n{{{{% example %}}}}\n### Example\n\n{blocks}{{{{% /example %}}}}\n{{{{% /examples %}}}}"
    );
    *text = match text.split_once(SECTION) {
        Some((about, rest)) => format!("{about}\n\n{example}{SECTION}{rest}"),
        None => format!("{text}\n\n{example}"),
    };
}

fn describe(spec: &mut Json, names: &[(String, String)]) {
    if let Some(Json::String(text)) = spec.get_mut("description") {
        *text = linked(text, names);
    }
}

/// The text with references instead of the names in backticks. A name of one word is the same in most languages, and stays:
/// a reference has no backticks, so it would look like a word of the sentence. Sections after the text are unchanged.
fn linked(text: &str, names: &[(String, String)]) -> String {
    let (about, rest) = text.split_once(SECTION).map_or((text, None), |(about, rest)| (about, Some(rest)));
    let pieces = about.split('`').enumerate().collect::<Vec<_>>();
    let is_code = |index: usize| index % 2 == 1;
    // An odd piece is inside of backticks if another follows.
    let linked = pieces.iter().map(|(index, piece)| {
        let is_closed = is_code(*index) && index + 1 < pieces.len();
        let target =
            names.iter().find(|(name, _)| name == piece && name.contains(|letter: char| letter.is_uppercase()));
        match target.filter(|_| is_closed) {
            Some((_, target)) => format!("{{{{% ref {target} %}}}}"),
            None if is_closed => format!("`{piece}`"),
            None if is_code(*index) => format!("`{piece}"),
            None => (*piece).to_owned(),
        }
    });
    let linked: String = linked.collect();
    rest.map_or(linked.clone(), |rest| format!("{linked}{SECTION}{rest}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_to_properties_are_shortcodes() {
        let mut schema = json!({
            "resources": { "p:a/b:B": {
                "description": "Has `sizeInGb`.\n\n## Import\n\nBy `sizeInGb`.",
                "inputProperties": { "sizeInGb": { "description": "Conflicts with `name` and `sourceId`, not `otherId`." } },
                "properties": { "sizeInGb": {}, "sourceId": { "description": "See `sizeInGb`." } },
            } },
            "types": { "p:a/T:T": { "properties": { "oneTwo": { "description": "Not with `threeFour`." }, "threeFour": {} } } },
            "functions": { "p:a/getB:getB": {
                "inputs": { "properties": { "sizeInGb": { "description": "or `sourceId`" } } },
                "outputs": { "properties": { "sourceId": {} } },
            } },
        });
        link(&mut schema);
        let resource = &schema["resources"]["p:a/b:B"];
        let size = "{{% ref #/resources/p:a%2Fb:B/inputProperties/sizeInGb %}}";
        let source = "{{% ref #/resources/p:a%2Fb:B/properties/sourceId %}}";
        assert_eq!(resource["description"], format!("Has {size}.\n\n## Import\n\nBy `sizeInGb`."));
        let expected = format!("Conflicts with `name` and {source}, not `otherId`.");
        assert_eq!(resource["inputProperties"]["sizeInGb"]["description"], expected);
        assert_eq!(resource["properties"]["sourceId"]["description"], format!("See {size}."));
        let of_type = &schema["types"]["p:a/T:T"]["properties"]["oneTwo"]["description"];
        assert_eq!(of_type, "Not with {{% ref #/types/p:a%2FT:T/properties/threeFour %}}.");
        let of_function = &schema["functions"]["p:a/getB:getB"]["inputs"]["properties"]["sizeInGb"]["description"];
        assert_eq!(of_function, "or {{% ref #/functions/p:a%2FgetB:getB/outputs/properties/sourceId %}}");
    }

    #[test]
    fn incomplete_backticks_are_unchanged() {
        let names = [("sizeInGb".to_owned(), "#/x".to_owned())];
        assert_eq!(linked("a `sizeInGb", &names), "a `sizeInGb");
        assert_eq!(linked("``sizeInGb``", &names), "``sizeInGb``");
    }
}
