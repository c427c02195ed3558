//! Lists the files in `kinds/`, so that a new file is part of the fake without a change in Rust.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::PathBuf;

const FOLDER: &str = "kinds";

#[expect(clippy::disallowed_methods, reason = "cargo passes the folders of a build script in the environment only")]
fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let variable = |name: &str| std::env::var_os(name).ok_or_else(|| io::Error::other(format!("{name} is not set")));
    let (package, out) = (PathBuf::from(variable("CARGO_MANIFEST_DIR")?), PathBuf::from(variable("OUT_DIR")?));
    let mut files = fs::read_dir(package.join(FOLDER))?.map(|file| Ok(file?.path())).collect::<io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        let document = file.file_stem().unwrap_or_default().to_string_lossy();
        let (path, product) = (file.display().to_string(), product(&fs::read_to_string(&file)?)?);
        writeln!(list, "    File {{ document: {document:?}, product: {product:?}, yaml: include_str!({path:?}) }},")
            .map_err(io::Error::other)?;
    }
    list.push(']');
    fs::write(out.join("kinds.rs"), list)
}

/// The value of `product`. The fake reads a file when it needs a kind of its product.
fn product(yaml: &str) -> io::Result<String> {
    let product = yaml.lines().find_map(|line| line.strip_prefix("product: "));
    product.map(str::to_owned).ok_or_else(|| io::Error::other("a file of kinds/ has no product"))
}
