//! The command line of the compiler.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use schema::draft::{Request, draft};
use schema::findings::Findings;
use schema::generate::{generate, outdated_pages};
use schema::generated::Generated;

const HELP: &str = "\
Compiles the API documents and the descriptors under resources/ to schema/schema.json, schema/catalog.json
and the reference pages in docs/reference/.

usage: schema [--root DIR] COMMAND

commands:
  write     write these files
  check     fail if a file is not up to date
  new MODULE/RESOURCE [--api API] [--create ID] [--read ID] [--update ID] [--delete ID]
            draft everything that a resource needs from its API document, such as `new registry/namespace`;
            default operations: those with the name of the resource
  language [resource|component|product|provider|known|example]
            print the JSON Schema of one kind of file (default: resource)

options:
  --root DIR  root directory of the project (default: the current directory)
  --help      this help
  --version   the version

exit codes: 0 success; 1 errors in descriptors, or outdated files; 2 wrong usage, or a file that cannot be read
";

fn main() -> ExitCode {
    match run(env::args().skip(1).collect()) {
        Ok(code) => code,
        Err(error) => {
            // If standard error is closed, the message cannot be printed anywhere.
            let _ = writeln!(io::stderr(), "schema: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(mut arguments: Vec<String>) -> Result<ExitCode> {
    let root = take_root(&mut arguments)?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["--help" | "-h" | "help"] => print(HELP),
        ["--version" | "-V"] => print(concat!(env!("CARGO_PKG_VERSION"), "\n")),
        ["write"] => compile(&root, write),
        ["check"] => compile(&root, check),
        ["new", resource, options @ ..] => new(&root, resource, options),
        ["language"] => language("resource"),
        ["language", file] => language(file),
        [] => bail!("no command\n\n{HELP}"),
        [word, ..] => bail!("\"{word}\" is not a command, or has unknown arguments\n\n{HELP}"),
    }
}

/// Removes `--root DIR` from the arguments.
fn take_root(arguments: &mut Vec<String>) -> Result<PathBuf> {
    let Some(position) = arguments.iter().position(|argument| argument == "--root") else {
        return Ok(PathBuf::from("."));
    };
    if position + 1 >= arguments.len() {
        bail!("--root needs a directory");
    }
    let root = arguments.remove(position + 1);
    arguments.remove(position);
    Ok(PathBuf::from(root))
}

fn compile(root: &Path, then: fn(&Path, &[Generated]) -> Result<ExitCode>) -> Result<ExitCode> {
    let mut findings = Findings::default();
    let generated = generate(root, &mut findings)?;
    let mut stderr = io::stderr().lock();
    for warning in &findings.warnings {
        writeln!(stderr, "warning: {warning}")?;
    }
    for mistake in &findings.mistakes {
        writeln!(stderr, "{mistake}")?;
    }
    let Some(generated) = generated else {
        writeln!(stderr, "errors: {}; nothing was generated", findings.mistakes.len())?;
        return Ok(ExitCode::FAILURE);
    };
    then(root, &generated)
}

fn write(root: &Path, generated: &[Generated]) -> Result<ExitCode> {
    for file in outdated_pages(root, generated) {
        fs::remove_file(root.join(&file))?;
        print(&format!("{file} removed\n"))?;
    }
    for file in generated {
        if file.write(root)? {
            print(&format!("{} written\n", file.file))?;
        }
    }
    print("all files are up to date\n")
}

fn check(root: &Path, generated: &[Generated]) -> Result<ExitCode> {
    let mut differences: Vec<String> = generated.iter().filter_map(|file| file.difference(root)).collect();
    differences
        .extend(outdated_pages(root, generated).iter().map(|file| format!("the resource of {file} no longer exists")));
    for difference in &differences {
        writeln!(io::stderr(), "{difference}: run `schema write`")?;
    }
    Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn new(root: &Path, resource: &str, options: &[&str]) -> Result<ExitCode> {
    let mut request = Request { resource: resource.to_owned(), ..Request::default() };
    for pair in options.chunks(2) {
        let [option, value] = pair else {
            bail!("{} needs a value", pair[0]);
        };
        let place = match *option {
            "--api" => &mut request.api,
            "--create" => &mut request.create,
            "--read" => &mut request.read,
            "--update" => &mut request.update,
            "--delete" => &mut request.delete,
            other => bail!("\"{other}\" is not an option of `new`\n\n{HELP}"),
        };
        // `block/v1` is the API in the notation of the Go module.
        *place = Some(value.replace('/', "."));
    }
    let drafts = draft(root, &request)?;
    for file in &drafts {
        file.write(root)?;
    }
    for file in &drafts {
        print(&format!("{} drafted\n", file.file))?;
    }
    print("Replace each DECIDE, write the descriptions, then run `make gen`.\n")
}

fn language(file: &str) -> Result<ExitCode> {
    let Some(schema) = schema::language::language(file) else {
        bail!("\"{file}\" is not one of {}", schema::language::FILES.join(", "));
    };
    print(&(serde_json::to_string_pretty(&schema)? + "\n"))
}

fn print(text: &str) -> Result<ExitCode> {
    io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
