//! Turns the protocol files into Rust, with a compiler written in Rust: no `protoc` is needed. It knows which files
//! to start from; what they import comes along.

use std::error::Error;

/// The files nobody else imports.
const ROOTS: [&str; 5] = [
    "pulumi/engine.proto",
    "pulumi/errors.proto",
    "pulumi/resource.proto",
    "pulumi/resource_status.proto",
    "google/rpc/status.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=pulumi");
    println!("cargo::rerun-if-changed=google");

    let descriptors = protox::compile(ROOTS, ["."])?;
    tonic_prost_build::configure()
        // An engine takes `Unimplemented` for "does not have it"; a server writes only what it has.
        .generate_default_stubs(true)
        // One order of map entries, so that the same message always has the same bytes.
        .btree_map(".")
        .compile_fds(descriptors)?;
    Ok(())
}
