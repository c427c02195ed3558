//! The engine against recorded traffic: what it makes of real answers, and how its requests compare with real ones.
//!
//! The fake is compared with the same traffic by its own tests.
#![allow(clippy::unwrap_used, missing_docs)]

mod answers;
mod dns;
mod documents;
mod errors;
mod loss;
mod meaning;
mod mutate;
mod recording;
mod requests;
mod scene;
mod sighting;
mod storage;
mod wrong;

use std::process::ExitCode;

use recordings::Suite;

fn main() -> ExitCode {
    /// Adds tests that read the recordings, each as `module::name`.
    macro_rules! suite {
        ($($module:ident::$test:ident needs $needs:literal,)*) => {
            Suite::default()
                $(.test(concat!(stringify!($module), "::", stringify!($test)), $needs, $module::$test))*
        };
    }
    suite! {
        answers::every_recorded_answer_decodes_without_loss needs "traffic",
        dns::every_recorded_change_of_a_zone_means_what_ours_does needs "traffic",
        documents::every_recorded_request_and_answer_fits_the_api_documents needs "traffic",
        errors::every_recorded_error_has_its_kind needs "traffic",
        requests::every_recorded_request_means_what_ours_does needs "traffic",
        storage::every_recorded_look_at_a_bucket_or_an_object_is_read_without_loss needs "traffic/object",
        storage::no_answer_about_a_bucket_or_an_object_makes_the_engine_panic needs "traffic/object",
        wrong::no_wrong_answer_makes_the_engine_panic needs "traffic",
        wrong::what_is_tried_with_something_wrong_is_right_without_it needs "traffic",
    }
    .run()
}

/// Everything here is one thing after the other.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers needs nothing")
}
