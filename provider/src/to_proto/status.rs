//! Errors as gRPC statuses: which code, which details. The one home of gRPC codes.
//!
//! The engine of Pulumi takes Unknown, Internal and DataLoss for "the state may be corrupt" and Unavailable for a dead
//! plugin, so trouble with Scaleway never gets one of these.

use components::Problem;
use prost::Message;
use pulumi_rpc::google::rpc::Status as Details;
use pulumi_rpc::pulumirpc as rpc;
use pulumi_rpc::pulumirpc::input_properties_error::PropertyError;
use rules::{Error, ErrorKind, PartialState};
use tonic::{Code, Status};
use value::Object;

use super::unseen;
use crate::config::{MissingKey, WrongSetting};
use crate::from_proto::Malformed;

/// How the engine knows which inputs are wrong.
const INPUT_PROPERTIES: &str = "type.googleapis.com/pulumirpc.InputPropertiesError";

/// How the engine knows that a resource exists although the operation failed.
const INIT_FAILED: &str = "type.googleapis.com/pulumirpc.ErrorResourceInitFailed";

/// A failed operation. What exists all the same goes along, so that Pulumi keeps it.
pub(crate) fn failed(error: &Error) -> Status {
    let code = code(error.kind());
    let message = error.to_string();
    match error.partial_state() {
        Some(left) => with_init_failed(code, &message, left),
        None => Status::new(code, message),
    }
}

pub(crate) fn malformed(error: &Malformed) -> Status {
    Status::invalid_argument(error.to_string())
}

/// Everything that is wrong with the inputs of a component, as they were given and as they were understood.
pub(crate) fn wrong_inputs(token: &str, name: &str, inputs: &[&Object], problems: Vec<Problem>) -> Status {
    let label = token.rsplit(':').next().unwrap_or(token);
    let message = match problems.len() {
        1 => format!("an input of {label} \"{name}\" is invalid; no resource was created"),
        count => format!("{count} inputs of {label} \"{name}\" are invalid; no resource was created"),
    };
    let errors = problems
        .into_iter()
        .map(|problem| PropertyError {
            property_path: unseen(&problem.path.to_string(), inputs),
            reason: problem.reason,
        })
        .collect();
    let detail = rpc::InputPropertiesError { errors };
    with_detail(Code::InvalidArgument, &message, INPUT_PROPERTIES, detail.encode_to_vec())
}

/// A component that could not be built although its inputs were right.
pub(crate) fn not_built(name: &str, error: &components::Error) -> Status {
    let code = match error {
        components::Error::Ended => Code::Cancelled,
        components::Error::Unknown(_) => Code::InvalidArgument,
        components::Error::Part { .. } | components::Error::Rejected { .. } => Code::Aborted,
    };
    Status::new(code, format!("constructing component \"{name}\": {error}"))
}

/// A resource or function this version does not have.
pub(crate) fn unknown_token(what: &str, token: &str) -> Status {
    Status::invalid_argument(format!(
        "there is no {what} `{token}` in version {} of this package\n\
         Hint: use the same version of the plugin and of the SDK.",
        env!("CARGO_PKG_VERSION")
    ))
}

/// An operation before Configure, which only a caller other than Pulumi's engine attempts.
pub(crate) fn not_configured() -> Status {
    Status::failed_precondition("the provider is not configured: call Configure first")
}

/// A setting nothing can be done with.
pub(crate) fn wrong_configuration(error: &WrongSetting) -> Status {
    Status::invalid_argument(error.to_string())
}

/// No credentials.
pub(crate) fn unauthenticated(missing: MissingKey) -> Status {
    Status::unauthenticated(missing.to_string())
}

/// A panic. Nobody knows what was done before it, which is what Internal says.
pub(crate) fn bug(method: &str, place: Option<&str>) -> Status {
    let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
    Status::internal(format!(
        "a bug in the plugin stopped {method}{place}\n\
         Hint: please report it; `pulumi refresh` shows what exists."
    ))
}

fn code(kind: ErrorKind) -> Code {
    match kind {
        ErrorKind::Invalid => Code::InvalidArgument,
        ErrorKind::NotFound => Code::NotFound,
        ErrorKind::Denied => Code::PermissionDenied,
        ErrorKind::Unauthenticated => Code::Unauthenticated,
        ErrorKind::Precondition => Code::FailedPrecondition,
        ErrorKind::Quota => Code::ResourceExhausted,
        ErrorKind::TimedOut => Code::DeadlineExceeded,
        ErrorKind::Cancelled => Code::Cancelled,
        ErrorKind::Unreachable => Code::Aborted,
        ErrorKind::Internal => Code::Internal,
    }
}

/// `ErrorResourceInitFailed`, as a detail in the trailer where the engine looks for it.
fn with_init_failed(code: Code, message: &str, left: &PartialState) -> Status {
    let detail = rpc::ErrorResourceInitFailed {
        id: left.id.clone(),
        properties: Some(super::known(left.state.clone())),
        reasons: vec![message.to_owned()],
        inputs: Some(super::known(left.inputs.clone())),
        refresh_before_update: rules::has_moved(&left.state),
    };
    with_detail(code, message, INIT_FAILED, detail.encode_to_vec())
}

/// A status with one detail, where the engine looks for it.
fn with_detail(code: Code, message: &str, type_url: &str, value: Vec<u8>) -> Status {
    let detail = prost_types::Any { type_url: type_url.to_owned(), value };
    let details = Details { code: code.into(), message: message.to_owned(), details: vec![detail] };
    Status::with_details(code, message, details.encode_to_vec().into())
}
