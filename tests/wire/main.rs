//! The engine and recorded traffic: recorded responses are read, and requests are compared with recorded requests.
//!
//! The tests of the fake compare the fake with the same traffic.
#![allow(clippy::unwrap_used, missing_docs)]

mod dns;
mod documents;
mod equivalence;
mod errors;
mod lists;
mod loss;
mod malformed;
mod mutate;
mod object_transport;
mod observed;
mod recording;
mod requests;
mod responses;
mod storage;

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
        dns::requests_that_change_a_zone_are_equivalent_to_recorded_ones needs "traffic",
        documents::recorded_requests_and_responses_match_the_api_documents needs "traffic",
        errors::recorded_errors_have_the_kind_of_their_status needs "traffic",
        lists::elements_of_complete_lists_equal_recorded_reads needs "traffic",
        malformed::malformed_responses_do_not_make_the_engine_panic needs "traffic",
        malformed::unmodified_responses_are_processed_without_error needs "traffic",
        requests::requests_are_equivalent_to_recorded_ones needs "traffic",
        responses::recorded_responses_are_decoded_without_loss needs "traffic",
        storage::recorded_responses_of_object_storage_are_decoded_without_loss needs "traffic/object",
        storage::malformed_responses_of_object_storage_do_not_make_the_engine_panic needs "traffic/object",
    }
    .run()
}

/// A runtime with one thread: the tests are sequential.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers needs nothing")
}
