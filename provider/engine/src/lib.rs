//! What we do: Check, Diff, Create, Read, Update, Delete and Invoke, for any resource the catalog describes.
//!
//! Check, Diff, previews, encoding and decoding are pure: same input, same output, no clock, no network. Only `run`,
//! `delete`, `look`, `wait`, `probe`, `invoke`, `list` and `special` talk to Scaleway, through the client. Knows no gRPC and no environment; files that
//! are to be uploaded are read by whom it was given for that (`content`).

mod access;
mod autoname;
pub mod chance;
mod check;
pub mod content;
mod context;
mod convert;
mod decode;
mod delete;
mod diff;
mod dns;
mod encode;
mod engine;
mod equal;
mod error;
mod id;
mod identity;
mod ignored;
mod imported;
mod inputs;
mod invoke;
mod journal;
mod list;
mod local;
mod look;
mod moved;
mod operation;
mod outcome;
mod pace;
mod pending;
mod place;
mod preview;
mod probe;
mod recent;
mod recover;
mod removal;
mod reshape;
mod rights;
mod run;
mod scope;
mod secret_hash;
mod special;
mod tags;
mod turns;
mod wait;
mod wire;
mod withdrawn;
mod zip;

pub use autoname::Autonaming;
pub use check::{check, check_component, unknown_places};
pub use diff::diff;
pub use engine::{Engine, hour};
pub use error::{Error, ErrorKind, Left};
pub use invoke::InvokeError;
pub use journal::{Attempt, Deletion, Journal, Line, Names, Unfinished, after_failed_delete, unfinished};
pub use list::Listed;
pub use moved::has_moved;
pub use operation::{
    Change, ChangeKind, CheckRequest, Checked, Created, Diff, DiffRequest, Failure, Operation, Progress, ReadBack,
    Warning,
};
pub use place::Defaults;
pub use preview::{preview_create, preview_update};
pub use withdrawn::refuse_withdrawn;
