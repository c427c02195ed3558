//! The invariants of ARCHITECTURE.md that can be checked in the files.
//!
//! What checks each invariant:
//! 1. dependencies: `crates` (crates and names in sources); printing also by clippy's `print_stdout`, the environment also by
//!    clippy's `disallowed_methods`;
//! 2. pure rules: `crates::a_crate_uses_only_allowed_crates`, `crates::the_rules_are_pure`; modules without cycles: `cycles`;
//! 3. separate fake: `crates::a_crate_uses_only_allowed_crates`, `crates::the_fake_does_not_use_the_catalog`; recorded traffic in `tests/wire`;
//! 4. separate components: their row in `crates`;
//! 5. no ID is lost: the cases whose `then` has both an `id` and an `error`, and `tests/rpc`;
//! 6. no secret is printed: the rules in `tests/cases`, the canaries in `tests/rpc`;
//! 7. time and randomness as arguments: clippy's `disallowed_methods`, whose list `words::calls_with_a_replacement_stay_banned` checks;
//! 8. generated files: `schema/tests/tree.rs`; a reference page by the tests of its sources.
#![allow(clippy::unwrap_used, missing_docs)]

mod coverage;
mod crates;
mod cycles;
mod descriptor_words;
mod files;
mod handlers;
mod inputs;
mod language;
mod removal;
mod source;
mod srn;
mod words;
