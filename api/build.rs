//! Lists the API documents in this folder, so that a new document needs no change in Rust.

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
        writeln!(list, "    ({name:?}, include_str!({:?})),", file.display().to_string()).map_err(io::Error::other)?;
    }
    list.push(']');
    fs::write(out.join("documents.rs"), list)
}
