//! Compresses the schema, which would be the largest part of the binary and is only read for SDK generation.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

const SCHEMA: &str = "../schema/schema.json";

#[expect(
    clippy::disallowed_methods,
    reason = "cargo sets the output directory of a build script as an environment variable"
)]
fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={SCHEMA}");
    let folder = std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    let packed = File::create(PathBuf::from(folder).join("schema.json.gz"))?;
    let mut packed = GzEncoder::new(packed, Compression::best());
    packed.write_all(&fs::read(SCHEMA)?)?;
    packed.finish()?;
    Ok(())
}
