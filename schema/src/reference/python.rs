//! An example as a Python program, with the names of the Python SDK.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::code::{Code, quoted};
use super::{display_name, function_of, resource_of, type_of};
use crate::descriptor::example::{Entries, Example, Part, Value, bare, parts};
use crate::names::snake_case;

/// The program.
pub(crate) fn program(example: &Example, schema: &Json) -> String {
    let writer = Writer { schema };
    let mut body = String::new();
    for (name, declared) in &example.resources.0 {
        let properties = resource_of(schema, &declared.token).map_or(&Json::Null, |spec| &spec["inputProperties"]);
        let mut items = vec![Code::atom(quoted(name))];
        items.extend(declared.properties.0.iter().map(|(property, value)| {
            Code::after(format!("{}=", snake_case(property)), writer.value(value, &properties[property]))
        }));
        let call = Code::Group { open: "(", close: ")", padded: false, items };
        let assigned = if example.is_used(name) { format!("{} = ", snake_case(name)) } else { String::new() };
        let statement = Code::after(format!("{assigned}scaleway.{}", display_name(&declared.token)), call);
        body += &(statement.lay_out(0, 0) + "\n");
    }
    for (name, called) in &example.functions.0 {
        let arguments = function_of(schema, &called.function).map_or(&Json::Null, |spec| &spec["inputs"]["properties"]);
        let items = called.arguments.0.iter().map(|(argument, value)| {
            Code::after(format!("{}=", snake_case(argument)), writer.value(value, &arguments[argument]))
        });
        let call = Code::Group { open: "(", close: ")", padded: false, items: items.collect() };
        let assigned = if example.is_used(name) { format!("{} = ", snake_case(name)) } else { String::new() };
        let displayed = display_name(&called.function);
        let place = match displayed.split_once('.') {
            Some((module, function)) => format!("{module}.{}", snake_case(function)),
            None => snake_case(&displayed),
        };
        let statement = Code::after(format!("{assigned}scaleway.{place}_output"), call);
        body += &(statement.lay_out(0, 0) + "\n");
    }
    for (name, value) in &example.outputs.0 {
        let _ = writeln!(body, "pulumi.export({}, {})", quoted(name), writer.value(value, &Json::Null).lay_out(0, 40));
    }
    let mut head = String::new();
    if body.contains("json.dumps(") {
        head += "import json\n\n";
    }
    if body.contains("pulumi.") || !example.config.0.is_empty() {
        head += "import pulumi\n";
    }
    head += "import evalap_scaleway as scaleway\n\n";
    if !example.config.0.is_empty() {
        head += "config = pulumi.Config()\n";
    }
    head + &body
}

struct Writer<'a> {
    schema: &'a Json,
}

impl Writer<'_> {
    /// A value of this schema. Without a schema, names are not converted.
    fn value(&self, value: &Value, spec: &Json) -> Code {
        if let Some((function, argument)) = value.call() {
            return self.call(function, argument);
        }
        match value {
            Value::Null => Code::atom("None"),
            Value::Boolean(true) => Code::atom("True"),
            Value::Boolean(false) => Code::atom("False"),
            Value::Number(number) => Code::atom(number.to_string()),
            Value::Text(text) => Code::Atom(written(text)),
            Value::List(items) => {
                let items = items.iter().map(|item| self.value(item, &spec["items"])).collect();
                Code::Group { open: "[", close: "]", padded: false, items }
            }
            Value::Map(entries) => self.map(entries, spec),
        }
    }

    fn map(&self, entries: &Entries<Value>, spec: &Json) -> Code {
        let object = type_of(self.schema, spec);
        let items = entries.0.iter().map(|(name, value)| match object {
            Some((_, of)) => {
                Code::after(format!("{}: ", quoted(&snake_case(name))), self.value(value, &of["properties"][name]))
            }
            None => Code::after(format!("{}: ", quoted(name)), self.value(value, &spec["additionalProperties"])),
        });
        Code::Group { open: "{", close: "}", padded: false, items: items.collect() }
    }

    fn call(&self, function: &str, argument: &Value) -> Code {
        let name = match function {
            "toJSON" if argument.refers() => "pulumi.Output.json_dumps",
            "toJSON" => "json.dumps",
            "fileAsset" => "pulumi.FileAsset",
            "stringAsset" => "pulumi.StringAsset",
            "fileArchive" => "pulumi.FileArchive",
            "assetArchive" => "pulumi.AssetArchive",
            other => other,
        };
        let items = vec![self.value(argument, &Json::Null)];
        Code::after(name, Code::Group { open: "(", close: ")", padded: false, items })
    }
}

/// A string with its references.
fn written(text: &str) -> String {
    let pieces: Vec<String> = parts(text)
        .into_iter()
        .map(|part| match part {
            Part::Letters(letters) => quoted(letters),
            Part::Reference(name, path) if path.is_empty() => format!("config.require_secret({})", quoted(name)),
            Part::Reference(name, path) => {
                let steps = path.iter().map(|step| format!(".{}{}", snake_case(bare(step)), &step[bare(step).len()..]));
                format!("{}{}", snake_case(name), steps.collect::<String>())
            }
        })
        .collect();
    match pieces.as_slice() {
        [] => quoted(""),
        [one] => one.clone(),
        several => format!("pulumi.Output.concat({})", several.join(", ")),
    }
}
