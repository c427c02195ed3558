//! Packs the schema, which is most of what the plugin would carry as text and is asked for by those who make SDKs alone.
//! Knows nothing of what it says.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

const SCHEMA: &str = "../schema/schema.json";

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script where to write in the environment alone")]
fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={SCHEMA}");
    let folder = std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo says no OUT_DIR"))?;
    let packed = File::create(PathBuf::from(folder).join("schema.json.gz"))?;
    let mut packed = GzEncoder::new(packed, Compression::best());
    packed.write_all(&fs::read(SCHEMA)?)?;
    packed.finish()?;
    Ok(())
}
