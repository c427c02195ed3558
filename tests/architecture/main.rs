//! The invariants of ARCHITECTURE.md that can be checked in the files.
//!
//! What checks each invariant:
//! 1. who names what: `rooms` here (crates and texts); printing also by clippy's `print_stdout`, the environment also by
//!    clippy's `disallowed_methods`;
//! 2. pure rules: `rooms::a_crate_uses_only_what_it_may`, `rooms::the_rules_are_pure`; modules without cycles: `cycles`;
//! 3. the fake apart: `rooms::a_crate_uses_only_what_it_may`, `rooms::the_fake_knows_no_offer`; recorded traffic in `tests/wire`;
//! 4. components apart: their row in `rooms`;
//! 5. no id is lost: the cases whose `then` has both an `id` and an `error`, and `tests/rpc`;
//! 6. no secret is told: the laws in `tests/cases`, the canaries in `tests/rpc`;
//! 7. time and chance as arguments: clippy's `disallowed_methods`, whose list `words::calls_with_a_better_door_stay_banned` guards;
//! 8. generated files: `schema/tests/tree.rs`; a reference page by the tests of what it is made from.
#![allow(clippy::unwrap_used, missing_docs)]

mod coverage;
mod cycles;
mod files;
mod inputs;
mod language;
mod removal;
mod rooms;
mod source;
mod words;
