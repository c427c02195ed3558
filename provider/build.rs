//! Compresses the schema and the Terraform mapping, which would be the largest parts of the binary and are only read for SDK
//! generation and for conversions.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

const FILES: [&str; 2] = ["schema.json", "terraform.json"];

#[expect(
    clippy::disallowed_methods,
    reason = "cargo sets the output directory of a build script as an environment variable"
)]
fn main() -> io::Result<()> {
    let folder = std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    for name in FILES {
        let file = format!("../schema/{name}");
        println!("cargo::rerun-if-changed={file}");
        let packed = File::create(PathBuf::from(&folder).join(format!("{name}.gz")))?;
        let mut packed = GzEncoder::new(packed, Compression::best());
        packed.write_all(&fs::read(file)?)?;
        packed.finish()?;
    }
    Ok(())
}
