//! Pulumi's protocol: the messages, clients and servers generated from the `.proto` files of this crate, and the constants
//! for special values.
//!
//! The well-known types (`Struct`, `Value`, `Any`) are those of `prost-types`; `google.protobuf.Empty` is `()`.
//! Every method of a server has a default implementation that returns `Unimplemented`.

/// Provider, resource monitor, engine, and their messages.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
pub mod pulumirpc {
    tonic::include_proto!("pulumirpc");
}

/// Messages defined by gRPC.
pub mod google {
    /// The error model: a status with details.
    #[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
    pub mod rpc {
        tonic::include_proto!("google.rpc");
    }
}

/// The maximum size of a message, 400 MiB, as in the engine. The default of `tonic` is 4 MiB, which is smaller than a large
/// schema.
pub const MAX_MESSAGE_BYTES: usize = 400 * 1024 * 1024;

/// The key that marks an object as a special value. Its value is the type: see [`signature`].
pub const SIGNATURE_KEY: &str = "4dabf18193072939515e22adb298388d";

/// The values of [`SIGNATURE_KEY`], with the other keys of the object.
pub mod signature {
    /// A secret: `value`.
    pub const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";
    /// An output value: `value` (absent while unknown), `secret` (boolean), `dependencies` (list of URNs).
    pub const OUTPUT_VALUE: &str = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
    /// A reference to a resource: `urn`, `id` (absent for components, empty while unknown), `name`, `type`,
    /// `packageVersion`.
    pub const RESOURCE_REFERENCE: &str = "5cf8f73096256a8f31e491e813e4eb8e";
    /// An asset: `hash` and one of `text`, `path`, `uri`.
    pub const ASSET: &str = "c44067f5952c0a294b673a41bacd8c17";
    /// An archive: `hash` and one of `assets`, `path`, `uri`.
    pub const ARCHIVE: &str = "0def7320c3a5731c473e5ecbe6d01bc7";
    /// A byte string: `value` (base64). Only for a receiver that supports byte strings.
    pub const BYTE_STRING: &str = "803fd3297a5875dc03ca845dda5d2a98";
}

/// Strings that represent unknown values. The type is a hint only: in practice [`STRING`](unknown::STRING) represents a
/// value of any type.
pub mod unknown {
    /// An unknown boolean.
    pub const BOOL: &str = "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7";
    /// An unknown number.
    pub const NUMBER: &str = "3eeb2bf0-c639-47a8-9e75-3b44932eb421";
    /// An unknown string; also sent for unknown values of any type.
    pub const STRING: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    /// An unknown list.
    pub const ARRAY: &str = "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2";
    /// An unknown asset.
    pub const ASSET: &str = "030794c1-ac77-496b-92df-f27374a8bd58";
    /// An unknown archive.
    pub const ARCHIVE: &str = "e48ece36-62e2-4504-bad9-02848725956a";
    /// An unknown object.
    pub const OBJECT: &str = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff";

    /// All of them. A receiver must support each.
    pub const ALL: [&str; 7] = [BOOL, NUMBER, STRING, ARRAY, ASSET, ARCHIVE, OBJECT];
}
