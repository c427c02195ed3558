//! An example as a TypeScript program, with the names of the Node.js SDK.

use std::fmt::Write as _;

use super::code::{Code, quoted};
use super::display_name;
use crate::descriptor::example::{Entries, Example, Part, Value, parts};

/// The program.
pub(crate) fn program(example: &Example) -> String {
    let mut body = String::new();
    for (name, declared) in &example.resources.0 {
        let assigned = if example.is_used(name) { format!("const {name} = ") } else { String::new() };
        let begin = format!("{assigned}new scaleway.{}({}", display_name(&declared.token), quoted(name));
        if declared.properties.0.is_empty() {
            let _ = writeln!(body, "{begin});");
            continue;
        }
        let items = entries(&declared.properties);
        let statement = Code::after(begin + ", ", Code::Group { open: "{", close: "});", padded: true, items });
        body += &(statement.lay_out(0, 0) + "\n");
    }
    for (name, called) in &example.functions.0 {
        let assigned = if example.is_used(name) { format!("const {name} = ") } else { String::new() };
        let items = entries(&called.arguments);
        let statement = Code::after(
            format!("{assigned}scaleway.{}Output(", display_name(&called.function)),
            Code::Group { open: "{", close: "});", padded: true, items },
        );
        body += &(statement.lay_out(0, 0) + "\n");
    }
    for (name, value) in &example.outputs.0 {
        let statement = Code::after(format!("export const {name} = "), self::value(value));
        body += &(statement.lay_out(0, 0) + ";\n");
    }
    let mut head = String::new();
    if body.contains("pulumi.") || !example.config.0.is_empty() {
        head += "import * as pulumi from \"@pulumi/pulumi\";\n";
    }
    head += "import * as scaleway from \"@evalap/scaleway\";\n\n";
    if !example.config.0.is_empty() {
        head += "const config = new pulumi.Config();\n";
    }
    head + &body
}

fn entries(entries: &Entries<Value>) -> Vec<Code> {
    entries.0.iter().map(|(name, value)| Code::after(format!("{}: ", key(name)), self::value(value))).collect()
}

fn value(value: &Value) -> Code {
    if let Some((function, argument)) = value.call() {
        return call(function, argument);
    }
    match value {
        Value::Null => Code::atom("undefined"),
        Value::Boolean(flag) => Code::atom(flag.to_string()),
        Value::Number(number) => Code::atom(number.to_string()),
        Value::Text(text) => Code::Atom(written(text)),
        Value::List(items) => {
            Code::Group { open: "[", close: "]", padded: false, items: items.iter().map(self::value).collect() }
        }
        Value::Map(map) => Code::Group { open: "{", close: "}", padded: true, items: entries(map) },
    }
}

fn call(function: &str, argument: &Value) -> Code {
    let name = match function {
        "toJSON" if argument.refers() => "pulumi.jsonStringify",
        "toJSON" => "JSON.stringify",
        "fileAsset" => "new pulumi.asset.FileAsset",
        "stringAsset" => "new pulumi.asset.StringAsset",
        "fileArchive" => "new pulumi.asset.FileArchive",
        "assetArchive" => "new pulumi.asset.AssetArchive",
        other => other,
    };
    Code::after(name, Code::Group { open: "(", close: ")", padded: false, items: vec![value(argument)] })
}

/// The name of an entry, in quotes unless it is an identifier.
fn key(name: &str) -> String {
    let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if plain && !name.starts_with(|first: char| first.is_ascii_digit()) { name.to_owned() } else { quoted(name) }
}

/// A string with its references.
fn written(text: &str) -> String {
    let reference = |name: &str, path: &[&str]| {
        if path.is_empty() {
            format!("config.requireSecret({})", quoted(name))
        } else {
            format!("{name}.{}", path.join("."))
        }
    };
    match parts(text).as_slice() {
        [] => quoted(""),
        [Part::Letters(letters)] => quoted(letters),
        [Part::Reference(name, path)] => reference(name, path),
        several => {
            let pieces = several.iter().map(|part| match part {
                Part::Letters(letters) => letters.replace('\\', "\\\\").replace('`', "\\`"),
                Part::Reference(name, path) => format!("${{{}}}", reference(name, path)),
            });
            format!("pulumi.interpolate`{}`", pieces.collect::<String>())
        }
    }
}
