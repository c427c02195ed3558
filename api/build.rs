//! Lists the API documents in this folder, so that a new document needs no change in Rust.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::PathBuf;

#[expect(clippy::disallowed_methods, reason = "cargo passes the folders of a build script in the environment only")]
fn main() -> io::Result<()> {
    let variable = |name: &str| std::env::var_os(name).ok_or_else(|| io::Error::other(format!("{name} is not set")));
    let (package, out) = (PathBuf::from(variable("CARGO_MANIFEST_DIR")?), PathBuf::from(variable("OUT_DIR")?));
    println!("cargo::rerun-if-changed={}", package.display());
    let mut files = fs::read_dir(package)?.map(|file| Ok(file?.path())).collect::<io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let json = fs::read_to_string(&file)?;
        let (path, roots) = (file.display().to_string(), roots(&json));
        writeln!(list, "    Embedded {{ name: {name:?}, json: include_str!({path:?}), roots: &{roots:?} }},")
            .map_err(io::Error::other)?;
    }
    list.push(']');
    fs::write(out.join("documents.rs"), list)
}

/// The first two segments of each path without parameters in them, such as `registry/v1`. A path is a key on a line of its own; a
/// test compares the result with the parsed document.
fn roots(json: &str) -> Vec<String> {
    let paths = json.lines().filter_map(|line| line.trim_start().strip_prefix("\"/")?.strip_suffix("\": {"));
    let roots = paths.map(|path| path.split('/').take(2).collect::<Vec<_>>().join("/"));
    roots.filter(|root| !root.contains(['{', '?'])).collect::<BTreeSet<_>>().into_iter().collect()
}
