//! What Pulumi and Scaleway's API make of inputs and outputs, for any resource of the catalog: validation (Check), differences
//! (Diff), previews, and the conversion between Pulumi's properties and the API's fields.
//!
//! Pure: the same arguments give the same result. No clock, no network, no files, no async; the time and random bytes are
//! arguments. Depends neither on the API client nor on gRPC.

pub mod action;
pub mod aliases;
mod autoname;
pub mod check;
pub mod composed;
pub mod convert;
pub mod decode;
pub mod diff;
pub mod discontinued;
pub mod dns;
pub mod echo;
pub mod encode;
pub mod equal;
pub mod error;
pub mod id;
pub mod ignored;
pub mod imported;
pub mod inputs;
pub mod known_hashes;
pub mod local;
pub mod masking;
pub mod moved;
pub mod operation;
pub mod pending;
pub mod place;
pub mod presence;
pub mod preview;
pub mod removal;
pub mod rng;
pub mod scope;
pub mod secret_hash;
pub mod secret_reference;
pub mod special;
pub mod tags;
mod verified;
pub mod wire;
pub mod write_only;

pub use autoname::Autonaming;
pub use check::{check, check_component, unknown_places};
pub use diff::diff;
pub use discontinued::reject_discontinued;
pub use error::{Error, ErrorKind, PartialState};
pub use masking::Mask;
pub use moved::has_moved;
pub use operation::{
    Change, ChangeKind, CheckRequest, Checked, Created, Diff, DiffRequest, Failure, Operation, Progress, ReadBack,
    Warning,
};
pub use place::Defaults;
pub use preview::{preview_create, preview_update};
