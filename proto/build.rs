//! Compiles the `.proto` files to Rust with `protox`, without `protoc`.

use std::error::Error;

/// The files that no other file imports.
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
        // The engine treats `Unimplemented` as "not supported", so a server implements only what it supports.
        .generate_default_stubs(true)
        // Ordered maps, so that equal messages have equal bytes.
        .btree_map(".")
        .compile_fds(descriptors)?;
    Ok(())
}
