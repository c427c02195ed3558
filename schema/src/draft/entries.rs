//! The example of a drafted resource, and its entries in the files that list all resources: the fake, the tests, the full
//! program, permission sets, and the changelog.
//!
//! A file that does not exist at the root is not created if it is a list of all resources: the root is not this project then.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Draft, Plan, UNDECIDED};
use crate::names::{pascal_case, snake_case};

impl Plan<'_> {
    /// A small program with the resource.
    pub(super) fn example(&self) -> String {
        let resource = &self.name;
        let mut lines = vec![
            format!("# {UNDECIDED}: a program that shows what the resource is for."),
            "resources:".to_owned(),
            format!("  {resource}:"),
            format!("    type: {}", self.token()),
            "    properties:".to_owned(),
        ];
        let inputs = self.required_inputs();
        lines.extend(inputs.iter().map(|name| format!("      {name}: {UNDECIDED}")));
        if inputs.is_empty() {
            lines.push(format!("      {{}} # {UNDECIDED}"));
        }
        lines.join("\n") + "\n"
    }

    /// The entries of other files.
    pub(super) fn entries(&self, root: &Path) -> Result<Vec<Draft>> {
        let (module, stem, token) = (&self.module, snake_case(&self.name), self.token());
        let name = stem.replace('_', "-");
        let inputs = |between: &str, spelled: fn(&str) -> String| -> String {
            let words = self.required_inputs();
            words.iter().map(|input| format!("{}{between}{UNDECIDED}", spelled(input))).collect::<Vec<_>>().join(", ")
        };
        let wire = inputs(": ", str::to_owned);
        let sdk = inputs(": ", snake_case);
        let arguments = [format!("\"{name}\""), inputs("=", snake_case)];
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        let arguments = arguments.join(", ");
        let class = format!("{module}.{}", pascal_case(&self.name));
        let mut drafts = vec![
            self.kinds(root),
            self.http_test(root),
            Draft::new(
                format!("tests/programs/resources/{module}/{stem}.yaml"),
                format!(
                    "# {UNDECIDED}: a step for each input, `update` or `replace`, and where the fake shows it.\n\
                     class: {class}\ninputs: {{ {sdk} }}\nsteps:\n  - update: {{ name: renamed }}\n  - replace: {{ {UNDECIDED}: true }}\n",
                ),
            ),
        ];
        let life = format!(
            "\n# {UNDECIDED}: a program with many inputs, and what can be changed in place.\n- resource: {token}\n  name: {name}\n  \
             least: {{ {wire} }}\n  inputs: {{ {wire} }}\n  change: {{ {UNDECIDED}: true }}\n",
        );
        drafts.extend(extended(root, "tests/rpc/lifecycle.yaml", |text| text.to_owned() + &life)?);
        let made = format!("# {UNDECIDED}\nscaleway.{class}({arguments})\n\npulumi.export(\"url\"");
        drafts.extend(extended(root, "examples/everything/__main__.py", |text| {
            text.replace("pulumi.export(\"url\"", &made)
        })?);
        if self.pulumiverse.is_some() {
            let entry = format!("  - {token}");
            drafts.extend(extended(root, "tests/parity/scope.yaml", |text| sorted(text, &entry, "  - "))?);
        }
        let api = &self.document.name;
        let area = format!("  {api}: {{ read: {UNDECIDED}, change: {UNDECIDED} }}");
        drafts.extend(extended(root, "resources/permissions.yaml", |text| {
            if text.contains(&format!("\n  {api}:")) { text.to_owned() } else { sorted(text, &area, "  ") }
        })?);
        let note = format!(
            "- {UNDECIDED}: `{module}`: {} and the function that looks it up.\n- Python and",
            stem.replace('_', " ")
        );
        drafts.extend(extended(root, "CHANGELOG.md", |text| text.replacen("- Python and", &note, 1))?);
        drafts.extend(self.recordings(root)?);
        Ok(drafts)
    }

    fn token(&self) -> String {
        format!("{}/{}:{}", self.module, self.name, pascal_case(&self.name))
    }

    fn noun(&self) -> &str {
        self.read.id.strip_prefix("Get").unwrap_or(&self.read.id)
    }

    /// The second part of the name of its kind in the fake.
    fn kind(&self) -> String {
        snake_case(self.noun()).trim_start_matches('_').to_owned()
    }

    /// The kind in the facts of the fake.
    fn kinds(&self, root: &Path) -> Draft {
        let file = format!("fake/kinds/{}.yaml", self.document.name);
        let product = self.document.name.split('.').next().unwrap_or_default();
        let head = format!(
            "product: {product}\n# {UNDECIDED}: srn: host of resource names, if a response has the field `srn`\npermissions:\n  \
             - {{ resource: {product}, read: [{UNDECIDED}], full: [{UNDECIDED}] }}\nkinds:\n"
        );
        let kind = format!(
            "  {}:\n    noun: {}\n    # {UNDECIDED}: defaults, statuses and other facts that the document does not contain (README.md).\n    \
             required: [{}]\n",
            self.kind(),
            self.noun(),
            self.required_fields().join(", ")
        );
        appended(root, file, &head, &kind)
    }

    /// The test of the kind over HTTP.
    fn http_test(&self, root: &Path) -> Draft {
        let place = |path: String| path.replace("{region}", "fr-par").replace("{zone}", "fr-par-1");
        let (path, read) = (place(self.create.path.to_string()), place(self.read.path.to_string()));
        let id = read.rsplit('/').next().unwrap_or_default().to_owned();
        let one = read.replace(&id, "$it");
        let body =
            self.required_fields().iter().map(|field| format!("{field}: {UNDECIDED}")).collect::<Vec<_>>().join(", ");
        let delete =
            self.delete.map(|delete| format!("    - {{ send: \"DELETE {one}\", status: {} }}\n", delete.status));
        let test = format!(
            "# {UNDECIDED}: what was recorded.\n- test: lifecycle of a {} is as recorded\n  steps:\n    \
             - send: \"{} {path}\"\n      body: {{ {body} }}\n      response: {{ {UNDECIDED}: true }}\n      keep: {{ it: id }}\n    \
             - {{ send: \"GET {one}\", response: {{ id: $it }} }}\n{}    - {{ send: \"GET {one}\", status: 404 }}\n",
            self.kind().replace('_', " "),
            self.create.method,
            delete.unwrap_or_default(),
        );
        appended(root, format!("fake/tests/http/plain/{}.yaml", self.document.name), "", &test)
    }

    /// The recordings of the API, if they are present.
    fn recordings(&self, root: &Path) -> Result<Option<Draft>> {
        let service = self.document.name.split('.').next().unwrap_or_default().replace('_', "");
        let folders = ["traffic", "traffic-more"].map(|folder| format!("{folder}/{service}"));
        let Some(found) = folders.into_iter().find(|folder| root.join("../shared").join(folder).exists()) else {
            return Ok(None);
        };
        let line = format!("- directory: {found}\n");
        extended(root, "tests/recordings/directories.yaml", |text| {
            if text.contains(&line) { text.to_owned() } else { text.to_owned() + &line }
        })
    }
}

/// An existing file with a changed content; `None` if it does not exist, or the content is the same.
fn extended(root: &Path, file: &str, change: impl Fn(&str) -> String) -> Result<Option<Draft>> {
    let path = root.join(file);
    if !path.exists() {
        return Ok(None);
    }
    let before = fs::read_to_string(&path).with_context(|| format!("reading {file}"))?;
    let text = change(&before);
    Ok((text != before).then(|| Draft { file: file.to_owned(), text, before: Some(before) }))
}

/// A file with an entry at its end; a new file starts with `head`.
fn appended(root: &Path, file: String, head: &str, entry: &str) -> Draft {
    let before = fs::read_to_string(root.join(&file)).ok();
    let text = match &before {
        Some(text) if head.is_empty() => format!("{text}\n{entry}"),
        Some(text) => format!("{text}{entry}"),
        None => format!("{head}{entry}"),
    };
    Draft { file, text, before }
}

/// The text with a line before the first one that starts with `prefix` and is greater, in the first block of such lines.
fn sorted(text: &str, line: &str, prefix: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let is_entry = |other: &str| {
        other.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_lowercase()))
    };
    let first = lines.iter().position(|other| is_entry(other)).unwrap_or(lines.len());
    let end =
        lines[first..].iter().position(|other| !other.starts_with(' ')).map_or(lines.len(), |length| first + length);
    let greater = lines[first..end].iter().position(|other| is_entry(other) && *other > line);
    lines.insert(greater.map_or(end, |index| first + index), line);
    lines.join("\n") + "\n"
}
