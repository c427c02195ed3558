//! An example as a Pulumi YAML program, with full tokens.

use std::fmt::Write as _;

use super::code::quoted;
use crate::descriptor::example::{Entries, Example, Value};
use crate::pulumi_schema::PACKAGE;

/// The program, without its name and runtime.
pub(crate) fn program(example: &Example) -> String {
    let mut text = String::new();
    if !example.config.0.is_empty() {
        text += "config:\n";
        for (name, _) in &example.config.0 {
            let _ = writeln!(text, "  {name}: {{ type: string, secret: true }}");
        }
    }
    if !example.resources.0.is_empty() {
        text += "resources:\n";
    }
    for (name, declared) in &example.resources.0 {
        let _ = writeln!(text, "  {name}:\n    type: {}", token(&declared.token));
        if !declared.properties.0.is_empty() {
            text += "    properties:\n";
            entries(&mut text, &declared.properties, 6);
        }
    }
    if !example.functions.0.is_empty() {
        text += "variables:\n";
    }
    for (name, called) in &example.functions.0 {
        let _ = writeln!(text, "  {name}:\n    fn::invoke:\n      function: {}", token(&called.function));
        if !called.arguments.0.is_empty() {
            text += "      arguments:\n";
            entries(&mut text, &called.arguments, 8);
        }
    }
    if !example.outputs.0.is_empty() {
        text += "outputs:\n";
        entries(&mut text, &example.outputs, 2);
    }
    text
}

/// The token in the short form of Pulumi YAML: `evalap-scaleway:containers:Container`.
fn token(token: &str) -> String {
    let (module, name) = token.rsplit_once(':').unwrap_or(("", token));
    format!("{PACKAGE}:{}:{name}", module.split('/').next().unwrap_or_default())
}

fn entries(text: &mut String, entries: &Entries<Value>, indent: usize) {
    for (name, value) in &entries.0 {
        let name = if is_plain(name) { name.clone() } else { quoted(name) };
        let _ = write!(text, "{:indent$}{name}:", "");
        inner(text, value, indent);
    }
}

/// A value after a name or a dash; further lines are indented.
fn inner(text: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Map(map) if !map.0.is_empty() => {
            text.push('\n');
            entries(text, map, indent + 2);
        }
        Value::List(items) if items.iter().any(|item| matches!(item, Value::Map(_) | Value::List(_))) => {
            text.push('\n');
            for item in items {
                let mut lines = String::new();
                match item {
                    Value::Map(map) => entries(&mut lines, map, indent + 4),
                    other => inner(&mut lines, other, indent + 2),
                }
                let _ = write!(text, "{:1$}- {2}", "", indent + 2, lines.trim_start());
            }
        }
        other => {
            let _ = writeln!(text, " {}", scalar(other));
        }
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) if is_plain(text) => text.clone(),
        Value::Text(text) => quoted(text),
        Value::List(items) => format!("[{}]", items.iter().map(element).collect::<Vec<_>>().join(", ")),
        Value::Map(_) => "{}".to_owned(),
    }
}

/// A scalar inside brackets, where the braces of a reference would start a map.
fn element(value: &Value) -> String {
    match value {
        Value::Text(text) if text.contains(['{', '}']) => quoted(text),
        other => scalar(other),
    }
}

/// Whether a string is the same without quotes.
fn is_plain(text: &str) -> bool {
    let word = |letter: char| letter.is_ascii_alphanumeric() || "._/$@-:".contains(letter);
    let reference = text.starts_with("${") && text.ends_with('}') && text.matches("${").count() == 1;
    let begins = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
    let means_more =
        ["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(&text.to_lowercase().as_str());
    reference || (begins && text.chars().all(word) && !text.ends_with(':') && !means_more)
}
